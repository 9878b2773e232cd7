"""einsum: what the letters of its equation say of the operands, and where these do not follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, permutations

from whygrad.engine.observation import Event, Node, Operand
from whygrad.engine.operands import value

_MOST_LETTERS = 4
"""The most letters of an operand whose orders are tried."""


@dataclass(frozen=True)
class Equation:
    """The subscripts of each operand, with `...` as a dot, and of the result; `result` is None where it is not said."""

    subscripts: tuple[str, ...]
    result: str | None

    @property
    def text(self) -> str:
        """The equation as it is written."""
        written = ",".join(self.subscripts) + (f"->{self.result}" if self.result is not None else "")
        return written.replace(".", "...")


@dataclass(frozen=True)
class Disagreement:
    """A letter that stands for two sizes, or an operand with another number of dimensions than letters."""

    operand: Operand
    letter: str | None
    sizes: tuple[int, int]


def equation(node: Node, event: Event) -> Equation | None:
    """The equation of an einsum; None for any other operation, and where it is not written plainly."""
    text = value(node, event, "equation")
    if node.bare_name != "einsum" or not isinstance(text, str):
        return None
    left, arrow, right = text.replace(" ", "").replace("...", ".").partition("->")
    return Equation(tuple(left.split(",")), right if arrow else None)


def disagreement(written: Equation, event: Event) -> Disagreement | None:
    """The first operand that does not follow its subscripts."""
    known: dict[str, int] = {}
    for operand, letters in zip(_tensors(event), written.subscripts, strict=False):
        shape = operand.tensor.shape
        if len(shape) != len(letters) if "." not in letters else len(shape) < len(letters) - 1:
            return Disagreement(operand, None, (len(shape), len(letters)))
        for letter, size in _sizes(letters, shape):
            if size != known.setdefault(letter, size) and 1 not in (size, known[letter]):
                return Disagreement(operand, letter, (known[letter], size))
            known[letter] = max(size, known[letter])
    return None


def result(written: Equation, event: Event) -> tuple[int, ...] | None:
    """The shape of the result as the equation says it; None where an operand has other dimensions than letters."""
    operands = _tensors(event)
    known: dict[str, int] = {}
    stretched: tuple[int, ...] = ()
    for operand, letters in zip(operands, written.subscripts, strict=False):
        shape = operand.tensor.shape
        over = len(shape) - len(letters.replace(".", ""))
        if over < 0 or (over and "." not in letters):
            return None
        begin = letters.find(".")
        batch = shape[begin : begin + over] if begin >= 0 else ()
        stretched = tuple(max(a, b) for a, b in zip(*_padded(stretched, batch), strict=True))
        for letter, size in _sizes(letters, shape):
            known[letter] = size if known.get(letter, 1) == 1 else known[letter]
    letters = written.result if written.result is not None else _left(written)
    if not set(letters) <= {*known, "."}:
        return None
    return tuple(s for letter in letters for s in (stretched if letter == "." else (known[letter],)))


def _left(written: Equation) -> str:
    """The letters of a result that is not said: those that stand once, in the order of the alphabet."""
    once = Counter("".join(written.subscripts))
    dots = "." if "." in once else ""
    return dots + "".join(sorted(letter for letter, times in once.items() if times == 1 and letter != "."))


def _padded(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    rank = max(len(one), len(other))
    return (1,) * (rank - len(one)) + one, (1,) * (rank - len(other)) + other


def reordered(written: Equation, event: Event) -> list[Equation]:
    """The equations with the letters of one operand in another order that fits."""
    return [e for e in _reorderings(written) if disagreement(e, event) is None]


def with_batch(written: Equation, event: Event) -> Equation | None:
    """The equation with `...` before the letters of operands that have more dimensions, and of the result."""
    operands = _tensors(event)
    if written.result is None or "." in written.text or len(operands) != len(written.subscripts):
        return None
    longer = [len(o.tensor.shape) > len(s) for o, s in zip(operands, written.subscripts, strict=True)]
    subscripts = tuple("." * more + s for more, s in zip(longer, written.subscripts, strict=True))
    wider = Equation(subscripts, f".{written.result}")
    return wider if any(longer) and disagreement(wider, event) is None else None


def with_fewer(written: Equation, event: Event) -> Equation | None:
    """The equation without the letters that an operand has no dimension for, and others have; None if not one fits."""
    operands, found = _tensors(event), list[Equation]()
    for place, (operand, letters) in enumerate(zip(operands, written.subscripts, strict=False)):
        fewer = len(letters) - len(operand.tensor.shape)
        if not 0 < fewer < len(letters) <= _MOST_LETTERS or "." in letters:
            continue
        elsewhere = {letter for i, other in enumerate(written.subscripts) if i != place for letter in other}
        for kept in combinations(letters, len(letters) - fewer):
            subscripts = (*written.subscripts[:place], "".join(kept), *written.subscripts[place + 1 :])
            fitting = replace(written, subscripts=subscripts)
            if set(letters) - set(kept) <= elsewhere and disagreement(fitting, event) is None:
                found.append(fitting)
    return found[0] if len(found) == 1 else None


def sizes_beside(written: Equation, event: Event, place: int) -> tuple[int, ...] | None:
    """The shape of one operand as the letters of the others say it; its own sizes where they say nothing."""
    operands = _tensors(event)
    if place >= len(operands) or len(operands) != len(written.subscripts) or "." in written.text:
        return None
    known = {
        letter: size
        for number, (operand, letters) in enumerate(zip(operands, written.subscripts, strict=True))
        if number != place and len(letters) == len(operand.tensor.shape)
        for letter, size in _sizes(letters, operand.tensor.shape)
    }
    letters, shape = written.subscripts[place], operands[place].tensor.shape
    if len(letters) != len(shape):
        return None
    return tuple(known.get(letter, size) for letter, size in zip(letters, shape, strict=True))


def _tensors(event: Event) -> list[Operand]:
    return [o for o in event.inputs if o.role.startswith("tensors")]


def _sizes(letters: str, shape: tuple[int, ...]) -> Iterator[tuple[str, int]]:
    before, dots, after = letters.partition(".")
    yield from zip(before, shape, strict=False)
    if dots and after:
        yield from zip(after, shape[-len(after) :], strict=True)


def _reorderings(written: Equation) -> Iterator[Equation]:
    for place, letters in enumerate(written.subscripts):
        if len(letters) > _MOST_LETTERS or "." in letters:
            continue
        for order in permutations(letters):
            subscripts = (*written.subscripts[:place], "".join(order), *written.subscripts[place + 1 :])
            if order != tuple(letters):
                yield replace(written, subscripts=subscripts)
