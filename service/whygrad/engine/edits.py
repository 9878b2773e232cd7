"""What a fix changes in a program, as plain data: a rule proposes it, and it is made and run to see what it heals.

Nodes are named by their numbers, which an edit changes for no other node. An *expression* is written in the Python
of TorchScript over the names that stand at it; it is the project's own text, never any of the program's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from whygrad.engine.facts import Json


@dataclass(frozen=True)
class Wrap:
    """One argument of a node goes through an expression over `x` first: `x.clone()`, `x.to(torch.float32)`.

    `argument` is a role: `self`, `tensors[1]`. The node's other arguments stand at the expression under their names, as
    for `Replace`: `x[: tensors_0.size(0)]`.
    """

    node: int
    argument: str
    expression: str


@dataclass(frozen=True)
class Replace:
    """A result of a node is an expression over its arguments by name: `self`, `torch.sqrt(self + 1e-12)`.

    `tensors_1` stands for the second of a list. Without a number it is the first result. `writes` is whether the
    expression itself writes what the node wrote; else whoever reads that from there on reads the expression.
    """

    node: int
    expression: str
    result: int = 0
    writes: bool = False


@dataclass(frozen=True)
class Become:
    """Another operation with the same arguments: `aten::add` for `aten::add_`, `aten::reshape` for `aten::view`."""

    node: int
    op: str


@dataclass(frozen=True)
class Give:
    """An argument of a node has another value: a number, a list of them, a bool, a string, None."""

    node: int
    argument: str
    value: Json


@dataclass(frozen=True)
class Reconnect:
    """The result of a node is the tensor that another node was given as an argument, before its history was lost.

    Without an argument it is the result of that node.
    """

    node: int
    source: int
    argument: str | None = "self"


@dataclass(frozen=True)
class Keep:
    """The number that a node takes out of a tensor stays a tensor, and so does all that is computed from it."""

    node: int


@dataclass(frozen=True)
class Hand:
    """An argument of a node is the result of another node."""

    node: int
    argument: str
    source: int


@dataclass(frozen=True)
class Succeed:
    """From a node on its result stands where the tensor stood that another node was given: `h = h + f(h)`."""

    node: int
    source: int
    argument: str


@dataclass(frozen=True)
class Copy:
    """From a node on a copy stands where the tensor stood that it was given: `h = h.clone()`.

    What a module holds is the copy wherever it is read again: `w = self.w.clone()`, and `w` from there on. Another
    expression over `x` may be meant: `m = m[:5, :5]`.
    """

    node: int
    argument: str
    expression: str = "x.clone()"


@dataclass(frozen=True)
class Read:
    """An argument of a node is a parameter or buffer of the program, by its name."""

    node: int
    argument: str
    name: str


@dataclass(frozen=True)
class Renew:
    """What the program keeps under a dotted name is an expression over it (`x`) when a forward begins: `x.detach()`."""

    name: str
    expression: str


@dataclass(frozen=True)
class Leave:
    """The region of a context manager, or a call of `set_grad_enabled`, no longer turns gradients off."""

    node: int


@dataclass(frozen=True)
class Pause:
    """While a node runs no gradients are recorded: `with torch.no_grad(): …`."""

    node: int


@dataclass(frozen=True)
class Resize:
    """A parameter or buffer has another shape."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Unfreeze:
    """Parameters want a gradient."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Freeze:
    """Parameters want no gradient."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Rescale:
    """Weights have the spread that keeps a signal its size: `gain` over the root of what each result sums up.

    `orthogonal` ones keep it exactly, in every direction.
    """

    names: tuple[str, ...]
    gain: float = 1.0
    orthogonal: bool = False


@dataclass(frozen=True)
class Register:
    """Buffers or attributes that hold weights are parameters."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Promote:
    """A tensor that the program holds as a constant is a parameter."""

    node: int


@dataclass(frozen=True)
class Ask:
    """The program is sent another request: fields of the request document with their new values."""

    changes: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class StandIn:
    """In place of a node that cannot run stand numbers of the shape that it meant to give, tied to what it read."""

    node: int
    shape: tuple[int, ...]
    dtype: str = "float32"


OfGraph = (
    Wrap
    | Replace
    | Become
    | Give
    | Reconnect
    | Keep
    | Hand
    | Succeed
    | Copy
    | Read
    | Renew
    | Leave
    | Pause
    | Promote
    | StandIn
)
OfModule = Resize | Unfreeze | Freeze | Rescale | Register
Edit = OfGraph | OfModule | Ask
