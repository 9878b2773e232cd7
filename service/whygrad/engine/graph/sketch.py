"""The operations of the first step and what goes between them, each operation once however often it ran."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from whygrad.engine.gradients.scalars import TAKERS
from whygrad.engine.graph.streams import Streams
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operations import FILLING, RETYPING, TENSOR_TYPES
from whygrad.engine.states import State, worst

MOST_OPERATIONS = 10_000
MOST_LINKS = 12_000
MOST_ENDS = 64
"""Inputs, and outputs, that are drawn."""

INPUT, OUTPUT, LOSS = "input", "output", "loss"
"""What stands for the ends of the program among its operations."""

_LISTS = FILLING | {f"aten::{name}" for name in ("__getitem__", "list", "pop", "values", "items", "get", "reverse")}

Key = tuple[str, int]
"""What an operation goes by: the number of its node, or of an input, an output or the loss."""


@dataclass
class Operation:
    """One box: an operation of the program or, without a node, one of the program's ends.

    `label` is what the program calls its result, `times` how often it ran: 0 where the step stopped before.
    """

    name: str
    node: Node | None = None
    label: str = ""
    times: int = 0
    gradient: State = "not-run"


@dataclass(frozen=True)
class Link:
    """One line, from what made a tensor to what reads it in a role. A number taken out of a tensor has no shape."""

    source: Key
    target: Key
    role: str
    shape: tuple[int, ...] | None
    dtype: str


@dataclass
class Sketch:
    """What is to be drawn of one observation. `unlisted` counts operations beyond the bound."""

    operations: dict[Key, Operation] = field(default_factory=dict)
    links: dict[Link, State] = field(default_factory=dict)
    unlisted: int = 0
    stopped: Key | None = None

    def key(self, node: int | None) -> Key | None:
        """The operation of a node, None where it is not drawn."""
        key = ("node", -1 if node is None else node)
        return key if key in self.operations else None


def sketch(observation: Observation, wanted: Collection[int]) -> Sketch:
    """The operations that ran, and behind an error those that did not; the nodes `wanted` too, whatever they are."""
    drawn = _Drawing(observation, frozenset(wanted))
    drawn.inputs()
    drawn.executions()
    drawn.results()
    if not observation.first.forward_completed or not observation.steps:
        drawn.rest()
    return drawn.sketch


class _Drawing:
    """Goes through the executions and remembers who made, and who last wrote, every tensor."""

    def __init__(self, observation: Observation, wanted: Collection[int]) -> None:
        self.sketch = Sketch()
        self._observation = observation
        self._step = observation.first
        self._wanted = wanted
        self._streams = Streams(observation)
        self._made: dict[int, tuple[Key, int]] = {}
        self._wrote: dict[int, Key] = {}
        self._called = {a.value: a.variable for n in observation.nodes for a in n.arguments if a.variable}

    def inputs(self) -> None:
        """What the program is given."""
        formals = self._observation.signature.formals if self._observation.signature else ()
        sent = self._step.inputs[:MOST_ENDS]
        names = [f.name for f in formals][: len(sent)] if len(formals) >= len(sent) else []
        for number, tensor in enumerate(sent):
            key = (INPUT, number)
            label = names[number] if number < len(names) else str(number)
            self.sketch.operations[key] = Operation(INPUT, label=label, times=1, gradient="data")
            self._made[tensor.id] = key, tensor.version

    def executions(self) -> None:
        """What ran, in order."""
        for index, event in enumerate(self._step.events):
            node = self._observation.nodes[event.node]
            if node.id in self._wanted or not event.completed or _is_drawn(node, event):
                self._execution(index, event, node)

    def results(self) -> None:
        """What the program returns, and the loss."""
        loss = self._step.loss
        for number, tensor in enumerate(self._step.outputs[:MOST_ENDS]):
            if loss is None or tensor.id != loss.id:
                self._end((OUTPUT, number), tensor, str(number), [tensor])
                if tensor.id in self._step.reads and loss is not None and loss.id not in self._made:
                    self._made[tensor.id] = (OUTPUT, number), tensor.version
        if loss is not None:
            read = [t for t in self._step.outputs if t.id in self._step.reads]
            self._end((LOSS, 0), loss, "", [loss] if loss.id in self._made else read)

    def rest(self) -> None:
        """What would have run next: the operations behind the one that stopped, without those in branches and loops."""
        last = self._step.events[-1].node if self._step.events else -1
        if self._step.failure is not None:
            self.sketch.stopped = self.sketch.key(last)
        values: dict[int, list[Key]] = {}
        for node in self._observation.nodes:
            key = ("node", node.id)
            if node.id > last and node.parent is None and _makes_tensors(node) and self._add(key, node):
                for argument in node.arguments:
                    for source in dict.fromkeys(values.get(argument.value, ())):
                        self._link(Link(source, key, argument.name, None, ""), "not-run")
            self._hand_on(node, values)

    def _hand_on(self, node: Node, values: dict[int, list[Key]]) -> None:
        """Note from which operations the values of a node come."""
        own = self.sketch.key(node.id)
        held = [key for a in node.arguments for key in values.get(a.value, ())]
        for output in node.outputs:
            values[output] = [own] if own is not None else held[:MOST_ENDS]
        for source, target in node.joins:
            both = dict.fromkeys((*values.get(target, ()), *values.get(source, ())))
            values[target] = list(both)[:MOST_ENDS]
        if node.op in FILLING:
            values[node.arguments[0].value] = held[:MOST_ENDS]

    def _execution(self, index: int, event: Event, node: Node) -> None:
        key = ("node", node.id)
        if not self._add(key, node):
            return
        drawn = self.sketch.operations[key]
        found = self._streams.through(index)
        drawn.gradient = worst((drawn.gradient, found)) if drawn.times else found
        drawn.times += 1
        for operand in event.inputs:
            self._read(index, key, operand.role, operand.tensor)
        taker = self._streams.numbers.get(index)
        source = None if taker is None else self.sketch.key(self._step.events[taker].node)
        if source is not None:
            self._link(Link(source, key, "number", None, ""), "cut" if taker in self._streams.cuts else "none")
        for tensor in event.outputs if event.completed else ():
            self._made[tensor.id] = key, tensor.version
            if node.writes:
                self._wrote[tensor.storage] = key

    def _add(self, key: Key, node: Node) -> bool:
        """Whether a node is drawn: it was, or there is room."""
        if key in self.sketch.operations:
            return True
        if len(self.sketch.operations) >= MOST_OPERATIONS:
            self.sketch.unlisted += 1
            return False
        label = next((self._called[v] for v in node.outputs if v in self._called), "")
        self.sketch.operations[key] = Operation(node.op, node, label)
        return True

    def _read(self, index: int, key: Key, role: str, tensor: Tensor) -> None:
        source = self._source(tensor)
        if source is not None:
            node = self.sketch.operations[source].node
            state = self._streams.along(index, tensor, node.id if node else None)
            self._link(Link(source, key, role, tensor.shape, tensor.dtype), state)

    def _end(self, key: Key, tensor: Tensor, label: str, read: Sequence[Tensor]) -> None:
        self.sketch.operations[key] = Operation(key[0], None, label, 1, self._streams.on(tensor))
        for each in read:
            source = self._source(each)
            if source is not None:
                node = self.sketch.operations[source].node
                state = self._streams.returned(each, node.id if node else None)
                self._link(Link(source, key, "", each.shape, each.dtype), state)

    def _source(self, tensor: Tensor) -> Key | None:
        """What a tensor comes from: what made it, or what has since written its memory."""
        made = self._made.get(tensor.id)
        if made is None:
            return None
        return self._wrote.get(tensor.storage, made[0]) if tensor.version > made[1] else made[0]

    def _link(self, link: Link, state: State) -> None:
        known = self.sketch.links.get(link)
        if known is not None or len(self.sketch.links) < MOST_LINKS:
            self.sketch.links[link] = worst((known, state)) if known is not None else state


def _is_drawn(node: Node, event: Event) -> bool:
    """Whether an execution made a tensor, or took numbers out of one: what only hands on or asks is left out."""
    if node.op in TAKERS:
        return bool(event.inputs)
    return bool(event.outputs) and _makes_tensors(node)


def _makes_tensors(node: Node) -> bool:
    if node.op in RETYPING or node.op in _LISTS:
        return node.op == "aten::__getitem__" and any(a.type in TENSOR_TYPES for a in node.arguments)
    return node.op == "prim::data" or not node.op.startswith("prim::")
