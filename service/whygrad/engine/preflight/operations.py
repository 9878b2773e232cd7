"""What each operation of a pickle does to the stack of a reader: those that torch writes, and those of Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from whygrad.engine.preflight.pickles import Made, Name, Reader, Row, Series, StrangeError, Table

Operation: TypeAlias = Callable[[Reader], None]


def _byte(r: Reader) -> None:
    r.stack.append(r.data[r.at])
    r.at += 1


def _two_bytes(r: Reader) -> None:
    at = r.at
    r.stack.append(r.data[at] | r.data[at + 1] << 8)
    r.at = at + 2


def _put_at_byte(r: Reader) -> None:
    r.remember(r.data[r.at])
    r.at += 1


def _get_at_byte(r: Reader) -> None:
    r.recall(r.data[r.at])
    r.at += 1


def _constant(value: object) -> Operation:
    return lambda r: r.stack.append(value)


def _number(form: str, length: int) -> Operation:
    return lambda r: r.stack.append(r.number(form, length))


def _tuple(count: int) -> Operation:
    return lambda r: r.hold(Row, r.last(count))


def _text(form: str, length: int) -> Operation:
    return lambda r: r.stack.append(r.take(r.number(form, length)).decode("utf-8", "replace"))


def _bytes(form: str, length: int) -> Operation:
    return lambda r: r.stack.append(r.take(r.number(form, length)))


def _integer(form: str, length: int) -> Operation:
    return lambda r: r.stack.append(int.from_bytes(r.take(r.number(form, length)), "little", signed=True))


def _put(form: str, length: int) -> Operation:
    return lambda r: r.remember(r.number(form, length))


def _get(form: str, length: int) -> Operation:
    return lambda r: r.recall(r.number(form, length))


def _skip(form: str, length: int) -> Operation:
    def skip(r: Reader) -> None:
        r.number(form, length)

    return skip


def _mark(r: Reader) -> None:
    r.marks.append(len(r.stack))


def _persistent(r: Reader) -> None:
    (description,) = r.last(1)
    r.push(r.persistent(description if isinstance(description, Row) else Row([description])))


def _reduce(r: Reader) -> None:
    function, arguments = r.last(2)
    if r.strict and not isinstance(function, Name):
        raise StrangeError("it calls what is no name")
    r.push(r.called(function, arguments))


def _build(r: Reader) -> None:
    state = r.last(1)
    if isinstance(r.stack[-1], Made):
        r.add(state)
    elif r.strict:
        raise StrangeError("it sets the state of what has none")


def _pop(r: Reader) -> None:
    if r.marks and r.marks[-1] == len(r.stack):
        r.marks.pop()
    else:
        r.last(1)


def _stack_global(r: Reader) -> None:
    module, name = r.last(2)
    r.push(r.named(str(module), str(name)))


def _object(r: Reader) -> None:
    kind, *arguments = r.marked()
    r.push(r.called(kind, Row(arguments)))


def _instance(r: Reader) -> None:
    kind = r.named(r.line(), r.line())
    r.push(r.called(kind, Row(r.marked())))


def _with_keywords(r: Reader) -> None:
    kind, arguments, keywords = r.last(3)
    r.push(r.called(kind, Row([arguments, keywords])))


def _nothing(_r: Reader) -> None:
    """That a buffer may not be written changes nothing of what is read."""


def _decimal(r: Reader) -> None:
    text = r.line().removesuffix("L")
    if len(text) > 1_000:
        raise StrangeError("it holds a number of more than a thousand digits")
    r.push({"00": False, "01": True}.get(text, int(text)))


OF_TORCH: dict[int, Operation] = {
    ord("("): _mark,
    ord(")"): lambda r: r.push(Row([])),
    ord("]"): lambda r: r.push(Series([])),
    ord("}"): lambda r: r.push(Table([])),
    ord("N"): _constant(None),
    0x88: _constant(True),
    0x89: _constant(False),
    ord("K"): _byte,
    ord("M"): _two_bytes,
    ord("J"): _number("<i", 4),
    ord("G"): _number(">d", 8),
    0x8A: _integer("<B", 1),
    ord("X"): _text("<I", 4),
    ord("t"): lambda r: r.hold(Row, r.marked()),
    0x85: _tuple(1),
    0x86: _tuple(2),
    0x87: _tuple(3),
    ord("e"): lambda r: r.add(r.marked()),
    ord("u"): lambda r: r.add(r.marked()),
    ord("s"): lambda r: r.add(r.last(2)),
    ord("l"): lambda r: r.hold(Series, r.marked()),
    ord("d"): lambda r: r.hold(Table, r.marked()),
    ord("c"): lambda r: r.push(r.named(r.line(), r.line())),
    ord("Q"): _persistent,
    0x81: _reduce,
    ord("R"): _reduce,
    ord("b"): _build,
    ord("q"): _put_at_byte,
    ord("r"): _put("<I", 4),
    ord("h"): _get_at_byte,
    ord("j"): _get("<I", 4),
    0x80: _skip("<B", 1),
}
"""By their opcodes, what torch's own pickler writes and its unpickler reads."""

OF_LINES: dict[int, Operation] = {code: OF_TORCH[code] for code in OF_TORCH if chr(code) not in "}usdQb\x81"}
"""Those that stand in the records of source lines: no dict, whose keys could take for ever to be hashed, no object."""

OF_PYTHON: dict[int, Operation] = OF_TORCH | {
    ord("a"): lambda r: r.add(r.last(1)),
    ord("0"): _pop,
    ord("1"): lambda r: r.marked().clear(),
    ord("2"): lambda r: r.push(r.stack[-1]),
    ord("I"): _decimal,
    ord("L"): _decimal,
    ord("F"): lambda r: r.push(float(r.line())),
    ord("V"): lambda r: r.push(r.line()),
    ord("S"): lambda r: r.push(r.line()),
    ord("P"): lambda r: r.push(r.persistent(Row([r.line()]))),
    ord("T"): _bytes("<i", 4),
    ord("U"): _bytes("<B", 1),
    ord("B"): _bytes("<I", 4),
    ord("C"): _bytes("<B", 1),
    ord("i"): _instance,
    ord("o"): _object,
    ord("p"): lambda r: r.remember(int(r.line())),
    ord("g"): lambda r: r.recall(int(r.line())),
    0x82: _number("<B", 1),
    0x83: _number("<H", 2),
    0x84: _number("<i", 4),
    0x8B: _integer("<i", 4),
    0x8C: _text("<B", 1),
    0x8D: _text("<Q", 8),
    0x8E: _bytes("<Q", 8),
    0x8F: lambda r: r.push(Series([])),
    0x90: lambda r: r.add(r.marked()),
    0x91: lambda r: r.hold(Series, r.marked()),
    0x92: _with_keywords,
    0x93: _stack_global,
    0x94: lambda r: r.remember(len(r.memo)),
    0x95: _skip("<Q", 8),
    0x96: _bytes("<Q", 8),
    0x97: _constant(None),
    0x98: _nothing,
}
"""By their opcodes, all operations of Python's pickles, of every protocol."""
