"""Whether (samples, steps, features) are sequences: what follows attends, recurs or pools along the steps.

Samples that meet one another there, as frames, agents or the nodes of a graph do, may be what is in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whygrad.engine.axes.attention import pooled, tables
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.moving import REDUCING
from whygrad.engine.axes.pieces import Axis, Layout, holds_batch, length
from whygrad.engine.axes.recurrence import RECURRENT
from whygrad.engine.axes.sampled import PRODUCTS
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands import value
from whygrad.engine.operands.convolutions import convolution
from whygrad.engine.operands.subscripts import equation

_ALONG = ("softmax", "cumsum")
_PICKING = frozenset({"index", "index_select", "gather", "index_add", "scatter_add", "scatter_reduce"})


def steps_second(observation: Observation, known: Layouts, order: int, steps: Axis) -> bool:
    """Whether what follows an execution takes the second dimension for steps whose order nothing else tells."""
    if not known.step.events[order].completed:
        return any(_takes_steps_second(node) for node in observation.nodes)
    following = list(_following(known, order))
    if any(_joins_samples(observation, known, event) for event in following):
        return False
    around = (*following, *map(known.step.events.__getitem__, known.behind(known.step.events[order])))
    if any(1 in tables(known, event) for event in around if observation.nodes[event.node].bare_name == "add"):
        return False
    return pooled(observation, known, order) or any(_along(observation, known, e, steps) for e in following)


def _following(known: Layouts, order: int) -> Iterator[Event]:
    """The executions that rest on one."""
    resting = {tensor.id for tensor in known.step.events[order].outputs}
    for event in known.step.events[order + 1 :]:
        if any(tensor.id in resting for tensor in event.tensors):
            resting.update(tensor.id for tensor in event.outputs)
            yield event


def _takes_steps_second(node: Node) -> bool:
    """Whether an operation that has not run will take the second dimension for the steps."""
    if node.bare_name in RECURRENT:
        return bool(node.literal("batch_first"))
    return node.bare_name == "select" and node.literal("dim") == 1 and node.literal("index") == -1


def _along(observation: Observation, known: Layouts, event: Event, steps: Axis) -> bool:
    """Whether an execution attends to the steps, or goes through them one after the other."""
    gone_through = _gone_through(observation.nodes[event.node], known, event)
    return any(_without_ones(axis) == _without_ones(steps) for axis in gone_through)


def _without_ones(given: Axis) -> Axis:
    """An axis without what a view may have put to it of a batch of one."""
    return tuple(piece for piece in given if piece.size > 1) if length(given) > 1 else given


def _gone_through(node: Node, known: Layouts, event: Event) -> list[Axis]:
    """The axes whose entries an execution compares, or goes through one after the other."""
    layouts = [known.of(tensor) for tensor in event.tensors]
    if not event.completed or not layouts or not layouts[0]:
        return []
    first = layouts[0]
    if node.bare_name in RECURRENT and node.argument("batch_sizes") is None:
        return [first[-2] if value(node, event, "batch_first", False) else first[0]]
    if node.bare_name == "scaled_dot_product_attention":
        return [layouts[1][-2]]
    return [first[value(node, event, "dim", -1)]] if node.bare_name in _ALONG else []


def _joins_samples(observation: Observation, known: Layouts, event: Event) -> bool:
    """Whether something is made of several samples that is no loss."""
    node = observation.nodes[event.node]
    name, layouts = node.bare_name, [known.of(tensor) for tensor in event.tensors]
    if name in REDUCING or name == "select":
        kept = [any(map(holds_batch, known.of(made))) for made in event.outputs if made.shape]
        return bool(layouts) and any(map(holds_batch, layouts[0])) and not all(kept)
    if name in PRODUCTS:
        joined = _contracted(node, event, layouts)
    elif found := convolution(node, event):
        joined = known.of(found.input)[-found.spatial :]
    elif name == "linear":
        joined = layouts[0][-1:]
    else:
        joined = layouts[0][:1] if name in _PICKING else _gone_through(node, known, event)
    return any(holds_batch(_without_ones(axis)) for axis in joined)


def _contracted(node: Node, event: Event, layouts: Sequence[Layout]) -> Sequence[Axis]:
    """The axes that a product sums over."""
    written = equation(node, event)
    if written is not None:
        pairs = (pair for one in zip(written.subscripts, layouts, strict=False) for pair in zip(*one, strict=False))
        return [axis for letter, axis in pairs if letter not in (written.result or "")]
    left, right = layouts[-2:] if len(layouts) > 1 else ((), ())
    return [*left[-1:], *right[-2:][:1]]
