"""Attention that gets its sequence, or the mask of its keys, with samples and positions swapped."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from math import prod

from whygrad.engine.axes import called
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.meant import meant
from whygrad.engine.axes.misordered import Misordered
from whygrad.engine.axes.pieces import Axis, holds_batch, length
from whygrad.engine.edits import Wrap
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operands import value

_ATTENDING = ("scaled_dot_product_attention", "softmax")
_OF_TABLES = frozenset({"weight", "new", "made"})
"""What the rows of a table are: those of a weight or buffer, or numbers counted in the program."""


def attention_over_batch(observation: Observation, known: Layouts) -> Iterator[tuple[int, Event, frozenset[int]]]:
    """Attention whose keys are the samples, as its mask, its positions, what follows or the names of sizes say.

    With the nodes that read such a mask.
    """
    for order, event in enumerate(known.step.events):
        if _attends_to_samples(observation, known, event):
            masks = _masks_of_samples(observation, known, observation.nodes[event.node].module)
            sure = (
                masks
                or _among_rows_of_all(observation, known, event)
                or pooled(observation, known, order)
                or _told_apart_second(observation, known, event)
                or _called_so(observation, known, event)
            )
            yield from [(order, event, masks)] if sure else []
            return


def _called_so(observation: Observation, known: Layouts, event: Event) -> bool:
    """Whether what attends is called (samples, steps, …), and nothing attends along the steps: both may be meant."""
    query = _first_read(observation, known, observation.nodes[event.node].module)
    rows, columns, *_ = known.of(query) if query is not None and len(query.shape) > 1 else ((), ())
    named = called.samples(observation, rows) and called.steps(observation, columns)
    return named and all(
        not _attends(observation, e) or _keys(observation, known, e) != columns for e in known.step.events
    )


def _told_apart_second(observation: Observation, known: Layouts, event: Event) -> bool:
    """Whether what attends has a table of positions added along its second axis, and none along its samples."""
    sums = (e for e in map(known.step.events.__getitem__, known.behind(event)) if len(e.inputs) == 2)
    along = {place for e in sums if observation.nodes[e.node].bare_name == "add" for place in tables(known, e)}
    return along == {1}


def tables(known: Layouts, event: Event) -> Iterator[int]:
    """Along which axis of (samples, positions, features) a sum adds a table: the same for all of the others."""
    for given, table in permutations((known.of(t) for t in event.tensors), 2):
        rows = ((),) * (len(given) - len(table)) + table
        scores = given[-2:-1] == given[-1:]
        if len(given) == len(rows) == 3 and holds_batch(given[0]) and not holds_batch(given[1]) and not scores:
            alike = [not a or length(a) == 1 or all(p.source.kind == "repeated" for p in a) for a in rows[:2]]
            own = [all(p.source.kind in _OF_TABLES for p in a) and length(a) > 1 for a in rows[:2]]
            yield from (i for i in (0, 1) if own[i] and alike[1 - i])


def _attends_to_samples(observation: Observation, known: Layouts, event: Event) -> bool:
    """Whether an execution is attention whose keys are the samples."""
    if not _attends(observation, event):
        return False
    samples = [key for key in _keys(observation, known, event) if key.source.batch]
    return bool(samples) and all(key.whole and key.size > 1 for key in samples)


def _attends(observation: Observation, event: Event) -> bool:
    """Whether an execution is what attends, in torch's own attention."""
    node = observation.nodes[event.node]
    attends = node.bare_name in _ATTENDING and in_attention(observation, node)
    return attends and event.completed and bool(event.inputs)


def _keys(observation: Observation, known: Layouts, event: Event) -> Axis:
    """The axis along which attention compares."""
    layout = known.of(event.tensors[0])
    place = 1 if observation.nodes[event.node].bare_name == "softmax" else 2
    return layout[-place] if len(layout) >= place else ()


def _among_rows_of_all(observation: Observation, known: Layouts, event: Event) -> bool:
    """Whether the keys are what the samples consist of, and those of all samples: a view put the two in one axis.

    That may be meant of samples that are packed into one sequence, or told apart by a mask.
    """
    packed = length(known.of(event.tensors[0])[0]) == 1 or event.input("attn_mask") is not None
    return len(_keys(observation, known, event)) > 1 and not packed


def refused_over_batch(observation: Observation, known: Layouts, node: Node, event: Event) -> bool:
    """Whether attention refuses keys because it takes the samples of both sides, as many, for their positions."""
    asked = value(node, event, "size")
    if node.bare_name != "view" or event.completed or not in_attention(observation, node) or not event.inputs:
        return False
    keys, query = event.tensors[0], _first_read(observation, known, node.module)
    if query is None or not len(query.shape) == len(keys.shape) == 3 or not isinstance(asked, list):
        return False
    samples, positions = query.shape[:2]
    return len(asked) == 3 and keys.shape[0] == samples and keys.shape[1] != positions and asked[1] % positions == 0


def _first_read(observation: Observation, known: Layouts, module: str) -> Tensor | None:
    """What the last call of a module read first: of attention, its query."""
    own = [e for e in known.step.events if observation.nodes[e.node].module == module and e.inputs]
    return own[0].tensors[0] if own else None


def in_attention(observation: Observation, node: Node) -> bool:
    """Whether a node stands in torch's own attention."""
    named = (observation.modules.get(node.module) or "").endswith("MultiheadAttention")
    return named and (observation.exported or observation.in_library(node.id))


def pooled(observation: Observation, known: Layouts, order: int) -> bool:
    """Whether later (batch, sequence, features) is pooled along dimension 1, a token taken from it, or all joined."""
    for event in known.step.events[order + 1 :]:
        node = observation.nodes[event.node]
        layout = known.of(event.tensors[0]) if event.inputs else ()
        if len(layout) != 3 or not holds_batch(layout[0]) or in_attention(observation, node):
            continue
        dim = value(node, event, "dim")
        taken = node.bare_name == "select" and dim == 1 and value(node, event, "index") in (0, -1)
        if taken or _joined(event) or (node.bare_name in ("mean", "sum", "amax", "max") and dim in (1, [1])):
            return order in known.behind(event)
    return False


def _joined(event: Event) -> bool:
    """Whether the tokens of each sample become one row of features."""
    samples, *rest = event.tensors[0].shape
    return event.completed and [t.shape for t in event.outputs] == [(samples, prod(rest))]


def padding_mask(observation: Observation, known: Layouts, node: Node, event: Event) -> Misordered | None:
    """The mask of the keys of attention with positions for samples; None where the sequence itself is the other way."""
    asked = _swapped_mask(node, event)
    if asked is None or _of_samples(observation, known, node):
        return None
    given = event.tensors[0]
    what = f"a mask of {asked[0]} samples and {asked[1]} keys, not one"
    wrap, silent = Wrap(node.id, "self", "x.transpose(0, 1)"), event.completed
    return Misordered("self", given, what, ".transpose(0, 1)", (wrap,), silent, keyword="key_padding_mask")


def _swapped_mask(node: Node, event: Event) -> tuple[int, int] | None:
    """The samples and keys that a view of a mask asks for, where the mask has as many keys and samples."""
    given, sizes = event.tensors[0].shape if event.inputs else (), value(node, event, "size")
    if len(given) != 2 or not isinstance(sizes, list) or len(sizes) != 4 or sizes[1:3] != [1, 1]:
        return None
    asked = (sizes[0], sizes[3])
    return asked if given == asked[::-1] != asked else None


def _of_samples(observation: Observation, known: Layouts, node: Node) -> bool:
    """Whether the keys that a view of a mask is made for are samples, so that not the mask is swapped."""
    keys = meant(observation, known, node)[-1:]
    own = [e for e in known.step.events if observation.nodes[e.node].module == node.module]
    seen = any(_attends_to_samples(observation, known, event) for event in own)
    return seen or bool(keys and keys[0] is not None and holds_batch(keys[0]))


def _masks_of_samples(observation: Observation, known: Layouts, module: str) -> frozenset[int]:
    """The views of masks in attention that have a row for each sample, where one for each position is asked for."""
    found = set()
    for event in known.step.events:
        node = observation.nodes[event.node]
        if node.module == module and node.bare_name == "view" and _swapped_mask(node, event):
            first = known.of(event.tensors[0])[0]
            found |= {node.id} if holds_batch(first) else set()
    return frozenset(found)
