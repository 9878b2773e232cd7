"""A bare `squeeze()` drops every dimension of size 1, and with a batch of one sample that is the batch too.

What happened
-------------
`squeeze()` without a dimension was called on a tensor whose batch, or another dimension that is needed further on, has
size 1. It went with those that were meant. Or it was called with the dimension of the batch, `hidden.squeeze(0)` of
(batch, features), where it does nothing until the batch is one sample.

Why it matters
--------------
It works for every batch but the last one of an epoch, which often holds a single sample. Then a layer takes the
features for the batch and raises, or a loss compares shapes that stretch to each other, and nothing is said at all.

How to fix it
-------------
Name what is to go: `x.squeeze(2)`, `x.squeeze((2, 3))`, or `x.flatten(1)` after a pool to 1x1. Leave a squeeze of the
batch out. `squeeze(0)` of a recurrent layer's state, (layers, batch, features), is right where it has one layer.

Not to be confused with
-----------------------
SHP703: a dimension was never there. SHP707: shapes stretch to each other though no sample is alone.

Example
-------
Shapes: 1x3x6x6
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Conv2d(3, 8, 3)
            self.head = nn.Linear(8, 4)

        def forward(self, x):
            h = F.adaptive_avg_pool2d(self.features(x), 1)
            return self.head(h.squeeze())

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Conv2d(3, 8, 3)
            self.head = nn.Linear(8, 4)

        def forward(self, x):
            h = F.adaptive_avg_pool2d(self.features(x), 1)
            return self.head(h.squeeze((2, 3)))
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence
from itertools import combinations

from whygrad.engine.axes.comparing import COMPARING
from whygrad.engine.axes.layouts import Layouts, layouts, sent
from whygrad.engine.axes.missing import missed
from whygrad.engine.axes.moving import dropped
from whygrad.engine.axes.pieces import Axis, holds_batch, sizes_without
from whygrad.engine.axes.taken_for import taken_for
from whygrad.engine.edits import Replace
from whygrad.engine.finding import Finding, Fix, Link, Related, names
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import FILLING, METADATA
from whygrad.engine.refusals.alone import Alone, Squeeze, batch_dropped
from whygrad.engine.refusals.failures import Failure, failure
from whygrad.engine.refusals.reads import prepared
from whygrad.engine.refusals.restored import restored
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import size
from whygrad.engine.wording.rewriting import ARGUMENTS, rewritten, unless_idle
from whygrad.engine.wording.spelling import method_instead

_METHOD = rf"(?<!torch)\.squeeze\({ARGUMENTS}\)"
_CALL = rf"torch\.squeeze\(({ARGUMENTS})\)"


@rule("SHP720", "squeezed-away", "warning")
def squeezed_away(observation: Observation) -> Iterator[Finding]:
    """Each squeeze without a dimension that drops the batch, or what the operation that raised needed."""
    known, failed = layouts(observation), failure(observation)
    rested_on = _rested_on(known, failed)
    alone = {place for t in sent(observation, observation.first) for place, s in enumerate(t.shape) if s == 1}
    wanted, taken = missed(observation, known), taken_for(observation, known)
    named = batch_dropped(observation, known, failed, wanted)
    yield from [_of_a_batch(observation, named, failed)] if named is not None else []
    alike: dict[tuple[tuple[int, ...], tuple[int, ...], bool], list[tuple[int, Event]]] = defaultdict(list)
    for order, event in enumerate(observation.first.events):
        node = observation.nodes[event.node]
        if node.bare_name == "squeeze" and node.argument("dim") is None and event.inputs and event.outputs:
            raised = failed if order in rested_on else None
            missing = {axis for axis, behind in (*wanted.items(), *taken.items()) if order in behind}
            meant = _needed(observation, known, event, raised, missing, alone)
            if not meant or _put_back(observation, known, event, meant):
                continue
            if not _stretched_back(observation, known, event):
                alike[event.tensors[0].shape, tuple(meant), raised is not None].append((order, event))
    for (_, places, refused), squeezes in alike.items():
        yield _finding(observation, squeezes, places, failed if refused else None)


def _of_a_batch(observation: Observation, found: Alone, failed: Failure | None) -> Finding:
    """The batch of one sample, dropped by squeezes that name its dimension."""
    (first, *others), nodes = found.squeezes, [observation.nodes[s.event.node] for s in found.squeezes]
    before, after = first.event.tensors[0], first.event.outputs[0]
    refused = failed.node if failed is not None else None
    losses = [prepared(observation, observation.nodes[found.judged.node])] if found.judged and not refused else []
    return Finding(
        title=f"squeeze({_named(sorted((first.batch, *first.besides)))}) drops the batch of one sample: "
        f"{size(before)} becomes {size(after)}",
        message="With several samples it leaves them as they are, and with one it drops their dimension. What follows "
        "takes the next dimension for the batch.",
        node=nodes[0].id,
        event=first.event,
        order=first.order,
        severity="error" if refused else "warning",
        parameters=names(observation.trainable) if refused else (),
        chain=_chain(nodes[0], before, first.batch, failed),
        related=tuple(Related("the same here", s.event.node) for s in others),
        explains=frozenset(node.id for node in ([refused] if refused else losses)),
        fix=_keeping(observation, found.squeezes, nodes),
    )


def _chain(node: Node, before: Tensor, lost: int, raised: Failure | None) -> tuple[Link, ...]:
    """What a squeeze drops, and what was refused because of it."""
    first = Link(f"{size(before)} loses its dimension {lost} here", node.id)
    if raised is None or raised.node is None:
        return (first,)
    return first, Link(f"so {raised.node.name} refuses what it gets: {raised.said}", raised.node.id)


def _keeping(observation: Observation, squeezes: Sequence[Squeeze], nodes: Sequence[Node]) -> Fix:
    """The squeezes without the dimension of the batch: left out, or of what should have gone."""
    calls = [f".squeeze({_named(s.goes)})" if s.goes else "" for s in squeezes]
    lines = [observation.source(node.id) for node in nodes]
    made = [_with_call(observation, node, call) for node, call in zip(nodes, calls, strict=True)]
    shown = None not in made and len(set(lines)) == len(lines)
    return Fix(
        f"name what is to go: {calls[0][1:]}" if calls[0] else "leave the squeeze out: the batch is to stay",
        before="\n".join(map(str, lines)) if shown else "",
        after="\n".join(map(str, made)) if shown else None,
        edits=tuple(Replace(n.id, _squeezing(s.goes)) for n, s in zip(nodes, squeezes, strict=True)),
    )


def _rested_on(known: Layouts, failed: Failure | None) -> set[int]:
    """The executions that what raised rests on, where it might not have been refused with a batch still there."""
    if failed is None or failed.node is None or failed.event is None or failed.node.bare_name == "linear":
        return set()
    if failed.event.completed and not failed.message:  # what its derivative refuses comes with torch's words
        return set()
    return known.behind(failed.event)


def _needed(
    observation: Observation,
    known: Layouts,
    event: Event,
    raised: Failure | None,
    missing: Container[Axis],
    alone: Container[int],
) -> list[int]:
    """The dimensions that should have stayed: the batch, else what was sent with size 1, or what was refused lacks.

    Where nothing was refused, a loss has to miss what was sent, or samples to stand in for it. `alone` are the
    dimensions sent with size 1.
    """
    layout, gone = known.of(event.tensors[0]), dropped(observation.nodes[event.node], event)
    batch = [i for i in gone if holds_batch(layout[i]) and not known.cut(layout[i])]
    if batch:
        return batch
    sources = {i: [piece.source for piece in layout[i]] for i in gone if not known.cut(layout[i])}
    sent_so = [i for i, own in sources.items() if any(s.kind == "input" and s.key in alone for s in own)]
    if raised is None:
        return [i for i in sent_so if layout[i] in missing]
    return sent_so or _lacking(known, event, gone, raised) or _of_one_sample(gone, raised, alone)


def _lacking(known: Layouts, event: Event, gone: Sequence[int], raised: Failure) -> list[int]:
    """The dimensions, such as a layer's only channel, with which what was refused would have fitted."""
    made, refused, node = event.outputs[0], raised.event, raised.node
    if refused is None or node is None:
        return []
    places = [p for p, o in enumerate(refused.inputs) if known.of(o.tensor) == known.of(made)]
    for meant in (list(some) for number in range(1, len(gone) + 1) for some in combinations(gone, number)):
        for place in places:
            if restored(node, refused, place, sizes_without(event.tensors[0].shape, {*gone} - {*meant})):
                return meant
    return []


def _of_one_sample(gone: Sequence[int], raised: Failure, alone: Container[int]) -> list[int]:
    """The first of several dimensions, where one sample was sent, and what was asked for a size has too few of them."""
    refused, node = raised.event, raised.node
    if refused is None or node is None or node.op != "aten::size" or 0 not in gone or 0 not in alone:
        return []
    asked, rank = value(node, refused, "dim"), len(refused.tensors[0].shape)
    return [0] if len(gone) > 1 and isinstance(asked, int) and not -rank <= asked < rank else []


def _put_back(observation: Observation, known: Layouts, event: Event, meant: Sequence[int]) -> bool:
    """Whether a dimension is added to the result again, where what should have stayed was."""
    made, gone = event.outputs[0], dropped(observation.nodes[event.node], event)
    places = {len([i for i in range(m) if i not in gone]) for m in meant}
    reading = [(observation.nodes[r.node], r) for r in known.readers[made.id]]
    added = [value(n, r, "dim", 0) for n, r in reading if n.bare_name == "unsqueeze"]
    return any(place % (len(made.shape) + 1) in places for place in added)


def _stretched_back(observation: Observation, known: Layouts, event: Event) -> bool:
    """Whether all that becomes of the result is stretched along the batch again, before its axes are told apart."""
    pending, seen = list(event.outputs), set[int]()
    while pending:
        tensor = pending.pop()
        seen.add(tensor.id)
        readers = [r for r in known.readers[tensor.id] if observation.nodes[r.node].op not in METADATA | FILLING]
        if not readers or not all(r.completed and r.outputs for r in readers):
            return False
        for reader in readers:
            node, made = observation.nodes[reader.node], reader.outputs[0]
            behind = node.bare_name == "stack" and node.literal("dim") == -1
            if not behind and not (node.bare_name in COMPARING and holds_batch((known.of(made) or ((),))[0])):
                return False
            pending += [made] if behind and made.id not in seen else []
    return True


def _finding(
    observation: Observation, squeezes: Sequence[tuple[int, Event]], meant: Sequence[int], raised: Failure | None
) -> Finding:
    (order, event), *others = squeezes
    before, after = event.tensors[0], event.outputs[0]
    what = "the batch of one sample" if list(meant) == [0] else f"dimension {meant[0]}, which is needed"
    node, refused = observation.nodes[event.node], raised.node if raised else None
    return Finding(
        title=f"squeeze() also drops {what}: {size(before)} becomes {size(after)}",
        message="Without a dimension, squeeze drops every one of size 1. "
        + ("What follows takes the next dimension for the batch." if 0 in meant else "What follows needs this one."),
        node=node.id,
        event=event,
        order=order,
        severity="error" if raised else "warning",
        parameters=names(observation.trainable) if raised else (),
        chain=_chain(node, before, meant[0], raised),
        related=tuple(Related("the same here", other.node) for _, other in others if other.node != node.id),
        explains=frozenset({refused.id} if refused else ()),
        fix=_fix(observation, [e for _, e in squeezes], meant),
    )


def _fix(observation: Observation, squeezes: Sequence[Event], meant: Sequence[int]) -> Fix:
    nodes = list({event.node: observation.nodes[event.node] for event in squeezes}.values())
    rest = [i for i in dropped(nodes[0], squeezes[0]) if i not in meant]
    places = [observation.place(node.id) for node in nodes]
    lines = {(place.file, place.line): place.source for place in places if place is not None}
    there = Counter((place.file, place.line) for place in places if place is not None)
    after = [_kept(line, rest, there[where]) for where, line in lines.items()]
    return Fix(
        f"name what is to go: squeeze({_named(rest)})" if rest else "leave the squeeze out: nothing else is of size 1",
        before="\n".join(map(str, lines.values())) if len(lines) > 1 else None,
        after="\n".join(map(str, after)) if after and None not in after else None,
        edits=tuple(Replace(node.id, _squeezing(rest)) for node in nodes),
    )


def _kept(line: str | None, rest: Sequence[int], number: int) -> str | None:
    """The line where its squeezes name what is to go, or are left out; None where it has more or less of them."""
    source, call = line or "", f".squeeze({_named(rest)})" if rest else ""
    if source.count(".squeeze()") == number:
        return source.replace(".squeeze()", call)
    if rest and number == len(re.findall(_CALL, source)) == 1:
        return re.sub(_CALL, lambda found: f"torch.squeeze({found[1]}, {_named(rest)})", source)
    return None


def _named(dims: Sequence[int]) -> str:
    """Dimensions as they are written: `2`, `(2, 3)`."""
    return str(dims[0]) if len(dims) == 1 else f"({', '.join(map(str, dims))})"


def _squeezing(dims: Sequence[int]) -> str:
    """The expression that drops these dimensions of what a node is given."""
    return f"self.squeeze({list(dims)})" if dims else "self"


def _with_call(observation: Observation, node: Node, call: str) -> str | None:
    """The user's line with another call, or none, in place of the squeeze; "" where nothing is left of it."""
    line = observation.place(node.id)
    after = method_instead(observation, node, call) or rewritten(line, _METHOD, call)
    return unless_idle(line, after)
