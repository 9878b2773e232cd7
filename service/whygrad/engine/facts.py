"""What is known of one operation of a program and of one execution of it: frozen plain data, no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

Json = Any
"""A JSON value: None, bool, int, float, str, a list or a dict of them."""


@dataclass(frozen=True)
class Frame:
    """One frame of the user's call stack. `source` is stripped; `offset` is the culprit's place in it."""

    file: str
    line: int
    function: str
    source: str | None = None
    column: int | None = None
    offset: int | None = None
    context: tuple[tuple[int, str], ...] = ()
    library: bool = False


@dataclass(frozen=True)
class Argument:
    """One argument of a node: its name in the schema, the value it reads, and the literal if that is a constant."""

    name: str
    value: int
    type: str
    variable: str = ""
    constant: bool = False
    literal: Json = None


@dataclass(frozen=True)
class Look:
    """What the numbers of a tensor look like: the shares of distinct numbers and of those of few digits.

    `smooth` is how much each tells of its neighbour: 1 for a slow wave, about 0 at random. `idle` is the 0 or 1 that
    all are, with which a sum or product begins; `centred` lie about 0; `regular` mirrors itself, or has rows at right
    angles or of one sum or length. `number` is the only one that it holds.
    """

    distinct: float
    written: float
    smooth: float
    idle: float | None = None
    centred: bool = False
    regular: bool = False
    number: float | None = None

    def drawn(self, elements: int) -> bool:
        """Whether they look drawn at random or learnt, and neither written by hand nor laid out by a formula."""
        return self.distinct > 0.9 and self.written < 0.3 and abs(self.smooth) < 0.4 + elements**-0.5

    @property
    def computed(self) -> bool:
        """Whether no person wrote them: more than a few differ, and most have many digits."""
        return self.written < 0.6


@dataclass(frozen=True)
class Node:
    """One operation of the program, every call inlined. Tensors that it holds as constants are nodes too.

    `outputs` are value numbers, `joins` the pairs (from, to) by which control flow hands values on,
    `writes` the arguments that the operation changes in place, `parent` the control-flow node around it,
    `regions` the context managers (their `prim::Enter` nodes, outermost first) that it stands in, `look` what the
    numbers of a constant look like. `calls` are the calls of modules that it was inlined from, outermost first, each
    the path of the module and the number of the call among those of that module.
    """

    id: int
    op: str
    module: str
    arguments: tuple[Argument, ...]
    outputs: tuple[int, ...]
    writes: tuple[str, ...] = ()
    parent: int | None = None
    joins: tuple[tuple[int, int], ...] = ()
    regions: tuple[int, ...] = ()
    attribute: str | None = None
    look: Look | None = None
    calls: tuple[tuple[str, int], ...] = ()

    @cached_property
    def name(self) -> str:
        """The operation without its namespace: `add_` of `aten::add_`."""
        return self.op.partition("::")[2] or self.op

    @cached_property
    def bare_name(self) -> str:
        """Its name without the mark of writing in place: `add` of `aten::add_`."""
        return self.name if self.name.startswith("__") else self.name.rstrip("_")

    def argument(self, name: str) -> Argument | None:
        """The argument of that name, if the operation has it."""
        return next((a for a in self.arguments if a.name == name), None)

    def literal(self, name: str, default: Json = None) -> Json:
        """The constant given for an argument, or the default where it is computed or absent."""
        found = self.argument(name)
        return found.literal if found is not None and found.constant else default


@dataclass(frozen=True)
class Numbers:
    """What numbers a tensor holds: how many are NaN, infinite and zero, and the bounds of the finite ones."""

    elements: int
    nan: int = 0
    infinite: int = 0
    zero: int = 0
    low: float = 0.0
    high: float = 0.0

    @property
    def finite(self) -> bool:
        """Whether every one is a number."""
        return not self.nan and not self.infinite

    @property
    def all_zero(self) -> bool:
        """Whether there is nothing but zeros."""
        return self.zero == self.elements

    @property
    def magnitude(self) -> float:
        """The largest of the finite numbers, without its sign."""
        return max(abs(self.low), abs(self.high))


@dataclass(frozen=True)
class Tensor:
    """A tensor at one moment. The same `id` is the same tensor object, the same `storage` the same memory.

    Its elements begin at `offset` in that memory. `numbers` are known where the step was looked at closely.
    """

    id: int
    shape: tuple[int, ...]
    dtype: str
    device: str
    requires_grad: bool
    leaf: bool
    grad_fn: str | None
    version: int
    storage: int
    strides: tuple[int, ...]
    numbers: Numbers | None = None
    offset: int = 0

    @property
    def floating(self) -> bool:
        """Whether a gradient could flow through it at all."""
        return "float" in self.dtype or "complex" in self.dtype

    @property
    def elements(self) -> int:
        """The number of its elements."""
        return prod(self.shape)


@dataclass(frozen=True)
class Operand:
    """A tensor in the role it has for an operation: `input`, `weight`, `tensors[1]`.

    `bounds` are the least and the greatest of its numbers, where they are indices.
    """

    role: str
    tensor: Tensor
    bounds: tuple[int, int] | None = None


@dataclass(frozen=True)
class Event:
    """One execution of a node. `values` holds the run-time values of its other arguments (numbers, lists of them).

    `completed` is False where the operation raised. `grad_mode` is the mode it ran under.
    """

    node: int
    inputs: tuple[Operand, ...]
    outputs: tuple[Tensor, ...]
    values: Mapping[str, Json]
    grad_mode: bool
    completed: bool = True

    def input(self, role: str) -> Tensor | None:
        """The tensor in that role, if there is one."""
        return next((o.tensor for o in self.inputs if o.role == role), None)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """The tensors it read, in order."""
        return tuple(o.tensor for o in self.inputs)


@dataclass(frozen=True)
class Edge:
    """The gradient that an autograd function gave for one of its operands: to a function, or to a leaf by its id."""

    gave: Numbers | None
    function: int | None = None
    leaf: int | None = None


@dataclass(frozen=True)
class Function:
    """One autograd function behind the loss: what it received for its results and gave for its operands.

    `event` is the execution that made it, None for one of the loss. Nothing was received where it did not run.
    """

    name: str
    event: int | None
    received: tuple[Numbers | None, ...] = ()
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True)
class Clobbered:
    """A tensor that backward needs and that was changed after it was saved: event indices, versions.

    `saved_as` is autograd's name for it (`result`, `self`), `expected` the version when it was saved.
    """

    saver: int
    saved_as: str
    storage: int
    expected: int
    version: int


@dataclass(frozen=True)
class Saved:
    """A tensor that an execution saved for backward, in memory that is also written where autograd does not see it."""

    saver: int
    saved_as: str
    tensor: Tensor


@dataclass(frozen=True)
class Refusal:
    """Why a file was not run: what it is, and what to send instead, in words and in lines of Python.

    `operation` is the one for which a program is not loaded, and `place` the line that it stands in, where it is known.
    """

    what: str
    why: str
    instead: str
    summary: str = "send an exported program instead"
    operation: str | None = None
    place: Frame | None = None
