"""Writes into memory: what else sees them, and where the memory came from."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from whygrad.engine.edits import Become, Edit, Replace, Wrap
from whygrad.engine.facts import Saved
from whygrad.engine.gradients.uses import Onward, uses
from whygrad.engine.observation import Event, Node, Observation, Step, Tensor
from whygrad.engine.wording.expressions import cloned

COPIED = "x.clone()"
"""A copy of an operand: the same numbers and history in memory of their own."""


def target(observation: Observation, event: Event) -> Tensor | None:
    """The tensor that an execution writes into."""
    roles = observation.nodes[event.node].writes
    return next((t for role in roles if (t := event.input(role)) is not None), None)


def derived(observation: Observation, tensors: Collection[int]) -> frozenset[int]:
    """These tensors, and all that is computed of them; what an execution only hands on is not."""
    onward = uses(observation).onward(tensors)
    for _ in deriving(observation, onward):
        pass
    return frozenset(onward.tensors)


def deriving(observation: Observation, onward: Onward) -> Iterator[Event]:
    """The executions of a walk, which goes on from what is computed in them."""
    for event in onward:
        read, into = {t.id for t in event.tensors}, target(observation, event)
        onward.follow(t.id for t in event.outputs if t.id not in read or (into is not None and t.id == into.id))
        yield event


@lru_cache(maxsize=8)
def of_the_inputs(observation: Observation) -> frozenset[int]:
    """The tensors that were sent, and all that is computed of them."""
    return derived(observation, {t.id for t in observation.first.inputs})


def read_from_its_result(observation: Observation, step: Step, index: int) -> bool:
    """Whether what an execution wrote is read from its result alone: then the operation out of place does the same.

    `y += 1` is, and `y.add_(1)` where it can be `y = y.add(1)`; `y[0] = 1` is not, where `y` is read afterwards.
    Nor is it known of an execution beyond those that are listed.
    """
    if index >= len(step.events):
        return False
    event = step.events[index]
    node, written = observation.nodes[event.node], target(observation, event)
    if written is None:
        return False
    own = {a.value for a in node.arguments if a.name in node.writes}
    others = set(_names(observation, step, index, written)) - own - set(node.outputs)
    return (
        not _held_on(observation, step, index, written)
        and not any(read_after(observation, node, v) for v in others)
        and not any(_outlives_round(observation, node, v) and read_after(observation, node, v) for v in own)
    )


def _held_on(observation: Observation, step: Step, index: int, written: Tensor) -> bool:
    """Whether the written memory is a module's, and is taken from there again: `self.s[0] = 1`, and then `self.s`.

    Not where the module is given the result instead, as `self.s += 1` does.
    """
    node = observation.nodes[step.events[index].node]
    givers = (observation.nodes[step.events[i].node] for i in step.memories.get(written.storage, ()) if i < index)
    held = {(n.module, n.attribute) for n in givers if n.op == "prim::GetAttr"}
    given = (n for value in node.outputs for n in observation.takers.get(value, ()) if n.op == "prim::SetAttr")
    held -= {(n.module, n.attribute) for n in given}
    return any(_last_taken(observation).get(each, -1) > node.id for each in held)


@lru_cache(maxsize=8)
def _last_taken(observation: Observation) -> Mapping[tuple[str, str | None], int]:
    """The last node at which each of what modules hold is taken from them and read."""
    taking = (n for n in observation.nodes if n.op == "prim::GetAttr" and observation.takers.get(n.outputs[0]))
    return {(node.module, node.attribute): node.id for node in taking}


def _names(observation: Observation, step: Step, index: int, written: Tensor) -> Iterator[int]:
    """The value numbers under which executions before one saw the written memory, without the pieces beside that."""
    giving = (step.events[i].outputs for i in step.memories.get(written.storage, ()) if i < index)
    beside = {t.id for outputs in giving if _same_memory(outputs, written) for t in outputs if t.id != written.id}
    for event in (step.events[i] for i in step.memories_read.get(written.storage, ()) if i < index):
        node = observation.nodes[event.node]
        for operand in event.inputs:
            if operand.tensor.storage == written.storage and operand.tensor.id not in beside:
                argument = node.argument(operand.role.partition("[")[0])
                yield from (argument.value,) if argument is not None and argument.type == "Tensor" else ()


def _same_memory(outputs: Sequence[Tensor], written: Tensor) -> bool:
    """Whether an execution returned several tensors of one memory, the written one among them."""
    ids = {t.id for t in outputs if t.storage == written.storage}
    return written.id in ids and len(ids) > 1


def read_after(observation: Observation, node: Node, value: int) -> bool:
    """Whether a value is read once a node has run: further on, or before it in the next round of its loop."""
    if value == observation.returns:
        return True
    loop = observation.loop_around(node)
    start = loop.id if loop is not None and _outlives_round(observation, node, value) else node.id
    readers = (n for n in observation.takers.get(value, ()) if n.id > start)
    return any(not _instead(observation, node, n) for n in readers)


def _outlives_round(observation: Observation, node: Node, value: int) -> bool:
    """Whether a value was made outside of the loop that a node stands in, so that each round reads the same."""
    loop = observation.loop_around(node)
    if loop is None:
        return False
    giver = observation.givers.get(value)
    inside = giver is not None and giver.id > loop.id
    return not inside and all(value != to for _, to in loop.joins)


def _instead(observation: Observation, node: Node, other: Node) -> bool:
    """Whether another node is the node itself, or runs in its place in the other branch, as in `F.relu`."""
    branch = observation.nodes[node.parent].joins if node.parent is not None else ()
    ends = {to for source, to in branch if source in node.outputs}
    return node.id == other.id or any(to in ends for source, to in branch if source in other.outputs)


def maker(step: Step, index: int, tensor: Tensor, fits: Callable[[Event], bool]) -> Event | None:
    """The first execution before another that gave the memory of a tensor and fits."""
    earlier = (step.events[i] for i in step.memories.get(tensor.storage, ()) if i < index)
    return next((event for event in earlier if event.completed and fits(event)), None)


def without_writing(observation: Observation, step: Step, index: int) -> tuple[Edit, ...]:
    """The edit that makes an execution give a new tensor; none where the memory is read by another name."""
    if not read_from_its_result(observation, step, index):
        return ()
    node = observation.nodes[step.events[index].node]
    return (Become(node.id, node.op.removesuffix("_")),) if node.op.endswith("_") else ()


def writing_beside(observation: Observation, node: Node) -> list[Node]:
    """The operations that write into what was unpacked together with what a node writes into, each into one of them."""
    written = {n.id: a.value for n in observation.nodes for a in n.arguments if a.name in n.writes}
    unpacked = observation.givers.get(written.get(node.id, -1))
    if unpacked is None or unpacked.op != "prim::ListUnpack":
        return []
    return [observation.nodes[n] for n, value in written.items() if n != node.id and value in unpacked.outputs]


def writing_a_copy(observation: Observation, step: Step, index: int) -> tuple[Edit, ...]:
    """The edit that makes an execution write into a copy; none where the memory is read by another name."""
    if not read_from_its_result(observation, step, index):
        return ()
    node = observation.nodes[step.events[index].node]
    return tuple(Wrap(node.id, role, COPIED) for role in node.writes)


def result_copied(observation: Observation, event: Event) -> tuple[Edit, ...]:
    """The edit that puts the result of an execution into memory of its own."""
    node = observation.nodes[event.node]
    expression = cloned(node)
    return (Replace(node.id, expression),) if expression and not node.writes and len(event.outputs) == 1 else ()


def operand_copied(observation: Observation, event: Event, storage: int) -> tuple[Wrap, ...]:
    """The edit that gives an execution a copy of what it reads from a memory; none where it writes there itself."""
    node = observation.nodes[event.node]
    roles = [o.role for o in event.inputs if o.tensor.storage == storage]
    return tuple(Wrap(node.id, role, COPIED) for role in roles) if not set(roles) & set(node.writes) else ()


def unseen_changes(observation: Observation) -> Iterator[tuple[int, int, list[Saved]]]:
    """The writes through `.data` into what an operation had saved before: `.data`, the write, and what was saved."""
    exposed: dict[int, list[Saved]] = defaultdict(list)
    for each in observation.first.exposed:
        exposed[each.tensor.storage].append(each)
    for alias, writer, written in _hidden_writes(observation):
        saved = [s for s in exposed.get(written.storage, ()) if s.saver < writer and _overlap(written, s.tensor)]
        if saved:
            yield alias, writer, saved


def _overlap(one: Tensor, other: Tensor) -> bool:
    """Whether tensors of one memory may hold the same of it, and do not only lie beside each other."""
    (first, last), (begin, end) = _span(one), _span(other)
    return first <= end and begin <= last


def beside(one: Tensor, other: Tensor) -> bool:
    """Whether two views of one memory have no element in common, as two slices of a tensor."""
    first, second = sorted((one, other), key=lambda t: t.offset)
    if one.storage != other.storage or one.strides != other.strides or len(one.strides) != len(one.shape):
        return False
    away, grid = second.offset - first.offset, sorted(zip(first.strides, first.shape, strict=True), reverse=True)
    if 0 in first.strides or any(outer % inner for (outer, _), (inner, _) in pairwise(grid)):
        return False
    for stride, length in grid:
        steps, away = divmod(away, stride)
        if steps >= length:
            return True
    return away > 0


def _span(tensor: Tensor) -> tuple[int, int]:
    """Where in its memory the first element of a tensor is, and the last."""
    reach = sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.strides, strict=False))
    return tensor.offset, tensor.offset + reach


def _hidden_writes(observation: Observation) -> Iterator[tuple[int, int, Tensor]]:
    """The writes through `.data` in the first step: the execution of `.data`, the one that writes, what it wrote."""
    aliases: dict[int, int] = {}
    for index, event in enumerate(observation.first.events):
        node = observation.nodes[event.node]
        if node.op == "prim::data":
            aliases |= {t.id: index for t in event.outputs}
            continue
        origins = {t.storage: aliases[t.id] for t in event.tensors if t.id in aliases}
        for output in event.outputs:
            if output.storage in origins:
                aliases.setdefault(output.id, origins[output.storage])
                if node.writes:
                    yield aliases[output.id], index, output


_PIECES = frozenset({"unbind", "split", "chunk", "split_with_sizes"})
_STARTS = {
    "split": "[i for i in range(split_size, self.size(dim), split_size)]",
    "split of a list": "[sum(split_size[: i + 1]) for i in range(len(split_size) - 1)]",
    "split_with_sizes": "[sum(split_sizes[: i + 1]) for i in range(len(split_sizes) - 1)]",
    "chunk": "[(self.size(dim) + chunks - 1) // chunks * i for i in range(1, chunks)]",
}
"""Where the pieces begin, but for the first."""


def views_of(observation: Observation, step: Step, index: int, event: Event) -> Event | None:
    """The execution that returned the views of which one is written, or which made a view without gradients."""
    touched = target(observation, event) or next(iter(event.tensors), None)
    if touched is None:
        return None
    several = maker(step, index, touched, lambda e: observation.nodes[e.node].name in _PIECES)
    return several or maker(step, index, touched, lambda e: not e.grad_mode)


def last_write(observation: Observation, step: Step, index: int, tensor: Tensor) -> int | None:
    """The last execution before another that wrote into the memory of a tensor."""
    reading = step.memories_read.get(tensor.storage, ())
    for earlier in reversed(reading[: bisect_left(reading, index)]):
        written = target(observation, step.events[earlier])
        if written is not None and written.storage == tensor.storage:
            return earlier
    return None


def one_by_one(observation: Observation, made: Event) -> tuple[Edit, ...]:
    """The edit that makes several views one at a time, so that each may be written; none where that is not known."""
    node = observation.nodes[made.node]
    if node.name == "unbind":
        return (Replace(node.id, "[self.select(dim, i) for i in range(self.size(dim))]"),)
    sizes = node.argument("split_size")
    several = node.name == "split" and sizes is not None and sizes.type.startswith("List")
    starts = _STARTS.get("split of a list" if several else node.name)
    return (Replace(node.id, f"torch.tensor_split(self, {starts}, dim)"),) if starts else ()
