"""A layer gets its axes in another order than it takes them: channels last, or sequence and batch swapped.

What happened
-------------
A convolution takes (batch, channels, height, width) and got (batch, height, width, channels); a recurrent layer or
attention takes the sequence first unless it was made with `batch_first=True`; a classification loss takes the classes
from dimension 1, and got as many positions there; a CTC loss takes (steps, samples, classes), and got samples first;
positions were counted over the samples, `torch.arange(x.size(0)).unsqueeze(1)`, or a table of them was cut by their
number, and added along them; what its author calls `batch, steps = x.shape` is read steps first; a softmax or a norm
goes over the samples, and what reads it sums up along another axis; the weights of a mixture add up along another axis
than the one over which its parts are summed up.

Why it matters
--------------
Mostly it raises, with sizes that look like a layer of the wrong width. To make the layer as wide as the text says makes
it run, over the wrong axis. Where two sizes are equal by chance nothing raises, and the network learns across samples
or positions.

How to fix it
-------------
Bring the axes into order before the layer: `x.permute(0, 3, 1, 2)` for images, `x.transpose(1, 2)` for sequences, and
back behind it. Make recurrent layers and attention with `batch_first=True` where the batch comes first. Count positions
by the steps: `torch.arange(x.size(1))`.

Not to be confused with
-----------------------
SHP702: the axes are in order, and a size is wrong. SHP709, SHP711 and SHP713: a norm, a recurrent layer or a loss
refuses sizes, and says which axis to move. SHP719: a view was used to bring them into order.

Example
-------
Shapes: 4x9x6
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(6, 8, 3)

        def forward(self, x):
            return torch.relu(self.conv(x))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(6, 8, 3)

        def forward(self, x):
            return torch.relu(self.conv(x.transpose(1, 2)))
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.attention import attention_over_batch, refused_over_batch
from whygrad.engine.axes.batch_first import taking_the_batch_first
from whygrad.engine.axes.flattened import Flattened, unlike_rows
from whygrad.engine.axes.layouts import Layouts, layouts
from whygrad.engine.axes.misordered import Misordered
from whygrad.engine.axes.mixtures import mixtures
from whygrad.engine.axes.normalised import Normalised, over_samples
from whygrad.engine.axes.orders import misordered
from whygrad.engine.axes.positions import Placed, placed
from whygrad.engine.axes.turned import Turned, turned
from whygrad.engine.edits import Edit, Give, Replace, Wrap
from whygrad.engine.finding import Finding, Fix, Link, Related, names
from whygrad.engine.gradients.nonfinite import broken
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands import value
from whygrad.engine.refusals.reads import checks
from whygrad.engine.refusals.recounting import by_steps
from whygrad.engine.refusals.turned_round import turned_round
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called
from whygrad.engine.wording.phrases import counted, size
from whygrad.engine.wording.rewriting import behind, fed, rewritten
from whygrad.engine.wording.spelling import along_instead, in_keyword, with_behind


@rule("SHP716", "layout-swapped", "error")
def layout_swapped(observation: Observation) -> Iterator[Finding]:
    """Each layer or loss whose operand has its axes in another order."""
    known = layouts(observation)
    told: set[int] = set()
    for order, event in enumerate(observation.first.events):
        node = observation.nodes[event.node]
        found = misordered(observation, known, node, event) if node.id not in told else None
        if found is not None:
            told.add(node.id)
            yield _finding(observation, order, node, event, found)
        elif refused_over_batch(observation, known, node, event):
            yield _crossed(observation, order, node, event)
        elif node.id not in told and (laid := placed(observation, known, order)) is not None:
            told.add(node.id)
            yield _placed(observation, known, order, node, event, laid)
        elif node.id not in told and (rows := unlike_rows(observation, known, node, event)) is not None:
            told.add(node.id)
            yield _unlike(observation, order, node, event, rows)
    for order, event, masks in attention_over_batch(observation, known):
        yield _attention(observation, order, event, masks)
    yield from (_of_a_turned_map(observation, found) for found in turned(observation, known))
    for normalised in (*over_samples(observation, known), *mixtures(observation, known)):
        yield _normalised(observation, normalised)


def _finding(observation: Observation, order: int, node: Node, event: Event, found: Misordered) -> Finding:
    name = node.module or node.name
    return Finding(
        title=f"{name} takes {found.what} of {size(found.tensor)}",
        message=f"The sizes of {size(found.tensor)} fit once its axes stand in the order that {node.name} takes."
        + ("" if _compares(node) else " Another width of the layer would only hide that."),
        node=node.id,
        event=event,
        order=order,
        severity="warning" if found.silent else "error",
        parameters=() if found.silent else names(observation.trainable),
        chain=(Link(f"{size(found.tensor)} comes in here", node.id),),
        explains=frozenset({node.id} if found.behind is None else {node.id, found.behind}),
        fix=_fix(observation, node, found),
    )


def _placed(observation: Observation, known: Layouts, order: int, node: Node, event: Event, found: Placed) -> Finding:
    given, table, rows = size(found.given.tensor), called(observation, node, found.table), found.counted.node
    gives = f"each sample of {given} the position of its place in the batch"
    return Finding(
        title=f"{table} gives {gives if found.samples > 1 else f'all steps of {given} the first position'}",
        message=f"Its rows are counted by the {counted(found.samples, 'sample')}, and {given} has those in front; "
        f"the {found.steps} steps of a sample stand second, and all get the same row.",
        node=rows.id if event.completed else node.id,
        event=event,
        order=order,
        severity="warning" if event.completed else "error",
        parameters=() if event.completed else names(observation.trainable),
        chain=(Link("the rows are counted by the number of samples here", rows.id),),
        explains=frozenset({node.id}),
        fix=by_steps(observation, known, node, found),
    )


def _unlike(observation: Observation, order: int, node: Node, event: Event, found: Flattened) -> Finding:
    given, made = found.event.tensors[0], found.event.outputs[0]
    call = ".transpose(0, 1)"
    rest = ", ".join(map(str, made.shape[1:]))
    return Finding(
        title=f"{node.name} holds each entry against another's: its operands were flattened in different orders",
        message=f"One runs through the samples first, the other through what stands second. {size(given)} becomes "
        f"{size(made)} here, and as many come from the other side, so that nothing is refused.",
        node=node.id,
        event=event,
        order=order,
        severity="warning",
        parameters=(),
        chain=(Link(f"{size(given)} is flattened to {size(made)} here", found.node.id),),
        related=(Related("flattened here", found.node.id),),
        fix=Fix(
            f"flatten both in the same order: x{call}.reshape(-1{', ' if rest else ''}{rest})",
            before=observation.source(found.node.id),
            after=rewritten(
                observation.place(found.node.id),
                r"\.(view|reshape|flatten)\(",
                lambda was: f"{call}.{was[1].replace('view', 'reshape')}(",
            ),
            edits=(Replace(found.node.id, f"self{call}.reshape({list(made.shape)})"),),
        ),
    )


def _of_a_turned_map(observation: Observation, found: Turned) -> Finding:
    node, (first, second), tensor = observation.nodes[found.side.node], found.places, found.side.tensor
    return Finding(
        title=f"{node.bare_name} holds a map against its like on its side: dimensions {first} and {second} of "
        f"{called(observation, node, found.side.compared)} ({size(tensor)}) are the other way round",
        message="Both are made of the same picture, and what is its height in one is its width in the other. It fits "
        f"because both are {tensor.shape[first]}.",
        node=found.event.node,
        event=found.event,
        order=found.order,
        severity="warning",
        chain=(Link("each place is held against its mirror image", node.id),),
        fix=turned_round(observation, found),
    )


def _normalised(observation: Observation, found: Normalised) -> Finding:
    node, given = observation.nodes[found.event.node], found.event.tensors[0]
    before, after = along_instead(observation, node, found.meant)
    along = [found.meant] if isinstance(value(node, found.event, "dim"), list) else found.meant
    samples, of_samples = ("the samples, ", ", that of the samples") if found.of_samples else ("", "")
    others = "What one sample gets depends on the others, and along" if found.of_samples else "Along"
    return Finding(
        title=f"{node.bare_name} goes over {samples}dimension {found.place} of {size(given)}, and "
        f"{found.reader.name} sums up along dimension {found.meant}",
        message=f"{others} dimension {found.meant}, over which {found.reader.name} sums up, nothing is normalised.",
        node=node.id,
        event=found.event,
        order=found.order,
        severity="warning",
        chain=(
            Link(f"it is normalised along dimension {found.place} here{of_samples}", node.id),
            Link("and summed up along another here", found.reader.id),
        ),
        fix=Fix(f"normalise along dimension {found.meant}", before, after, edits=(Give(node.id, "dim", along),)),
    )


def _compares(node: Node) -> bool:
    """Whether it is a loss, which has no width."""
    return any(node.argument(name) is not None for name in ("target", "targets"))


def _fix(observation: Observation, node: Node, found: Misordered) -> Fix:
    if found.layer:
        before = found.layer.replace(", batch_first=True", "")
        return Fix(f"make the layer with {found.call}", before=before, after=found.layer, edits=found.edits)
    name, call = node.module or node.name, found.call[1:]
    source = observation.source(node.id)
    if node.bare_name == "select":
        after = rewritten(observation.place(node.id), r"\[-1\]", "[:, -1]")
        return Fix("take the last step of each sample: [:, -1]", after=after, edits=found.edits)
    if found.keyword:
        after = in_keyword(source, found.keyword, found.call)
        return Fix(f"give {name} the mask with its axes in order: {call}", after=after, edits=found.edits)
    after = (
        with_behind(observation, node, found.role, found.call)
        or fed(source, node.module.rpartition(".")[2], found.call)
        or behind(source, node.bare_name, 0, found.call)
    )
    return Fix(f"bring the axes into order before {name}: {call}", after=after, edits=_checked(observation, found))


def _checked(observation: Observation, found: Misordered) -> tuple[Edit, ...]:
    """The edits, made also for what torch checks before the operation."""
    wraps = [e for e in found.edits if isinstance(e, Wrap)]
    before = [c for e in wraps for c in checks(observation, observation.nodes[e.node], e.argument, e.expression)]
    return (*before, *found.edits)


def _attention(observation: Observation, order: int, event: Event, masks: frozenset[int]) -> Finding:
    node = observation.nodes[event.node]
    spoiled = names(broken(observation, observation.first)) if masks else ()
    return Finding(
        title=f"{node.module or 'the attention'} attends from sample to sample: it takes the sequence first",
        message="The attention was made without batch_first=True and gets (batch, sequence, features), so it takes the "
        f"batch for the sequence, and {'its mask' if masks else 'all around it'} has the sequence in dimension 1.",
        node=node.id,
        event=event,
        order=order,
        severity="error" if spoiled else "warning",
        parameters=spoiled,
        chain=(
            *(Link("the mask has a row for each sample, and is read as one for each position", n) for n in masks),
            Link("each sample is compared with the other samples here", node.id),
        ),
        explains=masks | {node.id} if masks else masks,  # a mask that is misread may be all on in a row
        fix=_batch_first(observation),
    )


def _crossed(observation: Observation, order: int, node: Node, event: Event) -> Finding:
    """Attention to a sequence of another length, refused because the batch is taken for the sequence."""
    return Finding(
        title=f"{node.module or 'the attention'} takes the sequence first, and gets the batch first",
        message=f"The attention was made without batch_first=True, so it takes the {event.tensors[0].shape[0]} samples "
        "for positions, and finds other numbers of samples on its two sides.",
        node=node.id,
        event=event,
        order=order,
        severity="error",
        parameters=names(observation.trainable),
        chain=(Link("the lengths of the two sequences are taken for the sizes of two batches here", node.id),),
        explains=frozenset({node.id}),
        fix=_batch_first(observation),
    )


def _batch_first(observation: Observation) -> Fix:
    return Fix(
        "make the layer with batch_first=True, or swap with x.transpose(0, 1) before it and back behind it",
        edits=taking_the_batch_first(observation),
    )
