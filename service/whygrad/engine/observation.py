"""What was observed of one program: frozen plain facts, the only thing that rules see. Nothing here imports torch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Literal

from whygrad.engine.facts import (
    Argument,
    Event,
    Frame,
    Json,
    Look,
    Node,
    Numbers,
    Operand,
    Refusal,
    Tensor,
)
from whygrad.engine.signature import Signature
from whygrad.engine.steps import Departure, Error, Gradient, GradientState, Pass, Step

__all__ = [
    "Argument",
    "Departure",
    "Ending",
    "Error",
    "Event",
    "Frame",
    "Gradient",
    "GradientState",
    "Json",
    "Node",
    "Numbers",
    "Observation",
    "Operand",
    "Parameter",
    "Pass",
    "Refusal",
    "Step",
    "Tensor",
]


@dataclass(frozen=True)
class Parameter:
    """A parameter or buffer of the program and the id of its tensor. `aliases` are its other names.

    `registered` is False for what a module merely holds, as an attribute or in a list or a dict. Where the file holds
    the numbers, `look` is what those of a buffer look like, or the one of a parameter that has but one, and `copies`
    are the parameters that hold the same as this one, or follow it.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    requires_grad: bool
    tensor: int
    aliases: tuple[str, ...] = ()
    look: Look | None = None
    copies: tuple[str, ...] = ()
    registered: bool = True

    @property
    def floating(self) -> bool:
        """Whether it could be trained at all: quantised and integer weights cannot."""
        return "float" in self.dtype or "complex" in self.dtype


@dataclass(frozen=True)
class Ending:
    """How a run ended that did not end by itself. `location` is a location of the contract, where it is known.

    `attempts` are the workers that it was lost with.
    """

    kind: Literal["timed-out", "out-of-memory", "crashed", "garbled", "forbidden", "failed", "lost"]
    pass_name: str | None = None
    location: Mapping[str, Json] | None = None
    seconds: float = 0.0
    memory_bytes: int = 0
    attempts: int = 0


EXPORTED = "torch.export"
"""The format of a program of torch.export, as a diagnosis names it."""


@dataclass(frozen=True, eq=False)
class Observation:
    """Everything seen of one program. `stacks` may be filled lazily while the program is at hand.

    `buffers` are all tensors of modules that are no parameters, plain attributes too. `resized`: axes of inputs with
    another size than tracing recorded, as (axis, recorded, sent); `unrecorded` is a trace whose file does not tell what
    it was recorded with. `returns` is the value number that the method returns. `opaque` nodes are closed to probes.
    `request` is what was asked, with recorded inputs where none were.
    """

    format: str = "torchscript"
    training: bool = True
    loss: str = "auto"
    request: Mapping[str, Json] = field(default_factory=dict)
    traced: bool = False
    resized: tuple[tuple[int, int, int], ...] = ()
    unrecorded: bool = False
    nodes: tuple[Node, ...] = ()
    returns: int | None = None
    opaque: tuple[int, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()
    buffers: tuple[Parameter, ...] = ()
    expect_frozen: tuple[str, ...] = ()
    passes: tuple[Pass, ...] = ()
    stacks: Mapping[int, tuple[Frame, ...]] = field(default_factory=dict)
    signature: Signature | None = None
    refusal: Refusal | None = None
    ending: Ending | None = None
    departure: Departure | None = None

    @property
    def exported(self) -> bool:
        """Whether the program was recorded by torch.export."""
        return self.format == EXPORTED

    @property
    def recorder(self) -> str:
        """What a program that was recorded was recorded by."""
        return "torch.export.export" if self.exported else "torch.jit.trace"

    @cached_property
    def judged(self) -> Pass | None:
        """The pass that findings rest on: the numeric one where it ran, else the structure pass."""
        ran = {p.name: p for p in self.passes if p.ran and p.steps}
        return ran.get("numeric") or ran.get("structure")

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the judged pass."""
        return self.judged.steps if self.judged else ()

    @cached_property
    def first(self) -> Step:
        """The first step of the judged pass; an empty one where nothing ran."""
        return self.steps[0] if self.steps else Step(events=())

    @cached_property
    def error(self) -> Error | None:
        """The first error of the judged pass."""
        return next((s.error for s in self.steps if s.error), None)

    @cached_property
    def failure(self) -> Event | None:
        """The execution whose forward raised, in whichever step."""
        return next((s.failure for s in self.steps if s.failure), None)

    @cached_property
    def executed(self) -> frozenset[int]:
        """The nodes that ran in the first step."""
        return frozenset(event.node for event in self.first.events)

    @cached_property
    def trainable(self) -> tuple[Parameter, ...]:
        """The parameters that want a gradient."""
        return tuple(p for p in self.parameters if p.requires_grad)

    @cached_property
    def missing(self) -> tuple[Parameter, ...]:
        """The parameters that want a gradient, are not expected to be frozen, and got none in the first step."""
        states = self.first.gradients
        lost = [p for p in self.trainable if p.name in states and states[p.name].state == "none"]
        return tuple(p for p in lost if not self.expected(p))

    @cached_property
    def givers(self) -> Mapping[int, Node]:
        """The node that gives each value."""
        return {value: node for node in self.nodes for value in node.outputs}

    @cached_property
    def takers(self) -> Mapping[int, Sequence[Node]]:
        """The nodes that read each value, in their order."""
        found: dict[int, list[Node]] = defaultdict(list)
        for node in self.nodes:
            for value in {a.value for a in node.arguments}:
                found[value].append(node)
        return dict(found)

    @cached_property
    def stored(self) -> Mapping[int, str]:
        """The names of parameters and buffers, by the ids of their tensors."""
        return {p.tensor: p.name for p in reversed((*self.parameters, *self.buffers))}

    def expected(self, parameter: Parameter) -> bool:
        """Whether the request says that this parameter is meant to get no gradient."""
        return any(fnmatchcase(parameter.name, pattern) for pattern in self.expect_frozen)

    def stack(self, number: int) -> tuple[Frame, ...]:
        """The user's call stack of a node, outermost first; empty where the file does not tell."""
        return self.stacks.get(number, ())

    def place(self, number: int) -> Frame | None:
        """The innermost frame of a node that is not in torch's library."""
        frames = self.stack(number)
        own = [f for f in frames if not f.library] or list(frames)
        return own[-1] if own else None

    def loop_around(self, node: Node) -> Node | None:
        """The outermost loop that a node stands in."""
        found, around = None, node.parent
        while around is not None:
            outer = self.nodes[around]
            found = outer if outer.op == "prim::Loop" else found
            around = outer.parent
        return found

    def in_library(self, number: int) -> bool:
        """Whether a node stands in the code of torch's library, as its own checks of operands do."""
        return any(frame.library for frame in self.stack(number)[-1:])

    def source(self, number: int) -> str | None:
        """The user's own line of a node, stripped, where the file holds it."""
        place = self.place(number)
        return place.source if place else None
