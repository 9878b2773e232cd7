"""The code of the written program: a class for each module, a method for each of its calls, and a record of each line.

What an operation reads that was computed outside of the call is an argument of the method, what is read later is what
it returns. A parameter or buffer is an attribute, wherever the module that owns it can be reached from the method.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from whygrad.engine.exported.expressions import member
from whygrad.engine.exported.package import EXPORTING, refuse
from whygrad.engine.exported.scopes import Place, Scope
from whygrad.engine.exported.steps import Step, Value

Code = list[tuple[str, Place | None]]
"""Lines of code, and for each where in the original source it comes from."""

MOST_CODE = 8 << 20
"""Characters of code that a program may have. A transformer of 70 billion parameters has about ten thousand lines."""


@dataclass(frozen=True)
class Output:
    """What the program returns, as an expression and its type; `reads` are the names in it."""

    text: str
    type: str
    reads: tuple[str, ...]


class Methods:
    """The methods of every module of a program, by the path of the module."""

    def __init__(self, steps: Sequence[Step], held: Mapping[str, str], takes: Sequence[Value], output: Output) -> None:
        """`held` has the dotted path of each parameter and buffer, by its name in the program."""
        self._steps, self._held = steps, held
        self._types = dict.fromkeys(held, "Tensor") | {value.name: value.type for value in takes}
        self._types |= {value.name: value.type for step in steps for value in step.gives}
        self._last = {name: number for number, step in enumerate(steps) for name in step.reads}
        self._last |= dict.fromkeys(output.reads, len(steps))
        self.of: dict[str, list[Code]] = defaultdict(list)
        self.kinds: dict[str, str] = {}
        self._length = 0
        code: Code = []
        self.of[""].append(code)
        arguments = "".join(f", {value.name}: {value.type}" for value in takes)
        self._add(code, f"def forward(self{arguments}) -> {output.type}:")
        self._body(code, range(len(steps)), 0, "", "  ")
        self._add(code, f"  return {output.text}")

    def _body(self, code: Code, numbers: Sequence[int], depth: int, path: str, indent: str) -> None:
        """The lines of some steps in a method of the module at `path`, within `depth` calls and regions."""
        for scope, group in groupby(numbers, key=lambda number: self._scope(number, depth)):
            own = list(group)
            if scope is None:
                for number in own:
                    self._line(code, self._steps[number], path, indent)
            elif scope.path is None:
                self._region(code, scope, own, depth, path, indent)
            elif path and not scope.path.startswith(f"{path}."):
                self._body(code, own, depth + 1, path, indent)  # it can not be reached from here
            else:
                self._call(code, own, depth, path, indent)

    def _add(self, code: Code, line: str, place: Place | None = None) -> None:
        self._length += len(line)
        if self._length > MOST_CODE:
            refuse(f"its code has more than {MOST_CODE >> 20} MiB", "export a part of it, or unroll less", EXPORTING)
        code.append((line, place))

    def _scope(self, number: int, depth: int) -> Scope | None:
        scopes = self._steps[number].scopes
        return scopes[depth] if depth < len(scopes) else None

    def _line(self, code: Code, step: Step, path: str, indent: str) -> None:
        text = step.written(lambda name: self._expression(name, path))
        names = [value.name for value in step.gives]
        if names:
            text = f"{', '.join(names)}{', ' if step.is_list or len(names) > 1 else ''} = {text}"
        self._add(code, f"{indent}{text}", step.place)

    def _region(self, code: Code, scope: Scope, own: Sequence[int], depth: int, path: str, indent: str) -> None:
        kind, name = f"__torch__.torch.autograd.grad_mode.{scope.kind}", f"_mode_{own[0]}_{depth}"
        self._add(code, f"{indent}{name} = {kind}.__new__({kind})")
        self._add(code, f"{indent}{name}_ = ({name}).__init__()")
        self._add(code, f"{indent}with {name}:")
        self._body(code, own, depth + 1, path, f"{indent}  ")

    def _call(self, code: Code, own: Sequence[int], depth: int, path: str, indent: str) -> None:
        """A method of another module that does these steps, and the line that calls it."""
        scope = self._steps[own[0]].scopes[depth]
        within = scope.path or ""
        given = {value.name for number in own for value in self._steps[number].gives}
        read = dict.fromkeys(name for number in own for name in self._steps[number].reads if name not in given)
        takes = [name for name in read if not self._is_own(name, within)]
        gives = [n for n in self._order(own) if self._last.get(n, -1) > own[-1]]
        name = "forward" if not self.of[within] else f"forward_{len(self.of[within])}"
        method: Code = []
        self.of[within].append(method)
        self.kinds.setdefault(within, scope.kind)
        types = [self._types[name] for name in gives]
        returned = "NoneType" if not gives else types[0] if len(gives) == 1 else f"Tuple[{', '.join(types)}]"
        self._add(method, f"def {name}(self{''.join(f', {n}: {self._types[n]}' for n in takes)}) -> {returned}:")
        self._body(method, own, depth + 1, within, "  ")
        result = "None" if not gives else gives[0] if len(gives) == 1 else f"({', '.join(gives)}, )"
        self._add(method, f"  return {result}")
        arguments = "".join(f"{self._expression(n, path)}, " for n in takes)
        target = f"{', '.join(gives)}{', ' if len(gives) > 1 else ''} = " if gives else f"_called_{own[0]}_{depth} = "
        self._add(code, f"{indent}{target}({reached(path, within)}).{name}({arguments})", scope.place)

    def _order(self, own: Sequence[int]) -> Iterator[str]:
        return (value.name for number in own for value in self._steps[number].gives)

    def _is_own(self, name: str, path: str) -> bool:
        """Whether a value is an attribute below the module at `path`."""
        return name in self._held and (not path or self._held[name].startswith(f"{path}."))

    def _expression(self, name: str, path: str) -> str:
        return reached(path, self._held[name]) if self._is_own(name, path) else name


def reached(path: str, wanted: str) -> str:
    """The expression for what is at a path, in a method of the module at another one above it."""
    text = "self"
    for part in wanted[len(path) :].strip(".").split("."):
        text = member(text, part)
    return text
