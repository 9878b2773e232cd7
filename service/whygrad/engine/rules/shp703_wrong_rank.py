"""An operand has too few or too many dimensions.

What happened
-------------
The operation takes tensors with a certain number of dimensions, such as (batch, channels, height, width), and got
one with more or fewer; or the program names a dimension that the tensor does not have. A missing batch or channel
dimension is the usual reason. Or the layer is of another kind: a Conv1d with a kernel of two dimensions, in brackets.

Why it matters
--------------
The forward raises, so no parameter gets a gradient.

How to fix it
-------------
Add a missing dimension with `unsqueeze` (`x.unsqueeze(0)` for a batch of one, `x.unsqueeze(1)` for one channel), or
send the input with it. Take a surplus one away with `squeeze(dim)` or `flatten`, and name it.

Not to be confused with
-----------------------
SHP701 and SHP702: the dimensions are there and one has the wrong size. SHP705: tensors to be joined have different
numbers of dimensions.

Example
-------
Shapes: 8x8
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 4, 3)

        def forward(self, x):
            return self.conv(x)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 4, 3)

        def forward(self, x):
            return self.conv(x[None, None])
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.layouts import layouts
from whygrad.engine.axes.pieces import holds_batch
from whygrad.engine.edits import Edit, Give
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Event, Node, Observation, Step
from whygrad.engine.operands.convolutions import convolution
from whygrad.engine.operands.ranks import MODES, WrongRank, wrong_for_layer, wrong_rank, wrong_to_interpolate
from whygrad.engine.operands.recurrent import in_sequence
from whygrad.engine.refusals.batches_of_matrices import of_a_batch
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.frames import in_one_batch
from whygrad.engine.refusals.keeping import keeping
from whygrad.engine.refusals.kinds import of_its_kernel, of_its_kind
from whygrad.engine.refusals.one_sample import taken_for_one
from whygrad.engine.refusals.reads import throughout, wrapped
from whygrad.engine.refusals.unbatched import in_a_batch, taken_out, unbatched, without_batch
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, layer, origin, variable, weighed
from whygrad.engine.wording.phrases import counted, size
from whygrad.engine.wording.spelling import batch_kept, given_instead, with_behind

_LAYER_TYPES = frozenset(
    f"{kind}{n}d" for n in (1, 2, 3) for kind in ("BatchNorm", "InstanceNorm", "MaxPool", "AvgPool", "AdaptiveAvgPool")
) | {"LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell", "MultiheadAttention", "Upsample"}

_COLOURS = 3

_OF_MAPS = ("upsample_", "grid_sampler")
"""Operations on maps of channels, which a batch of maps has lost."""


@rule("SHP703", "wrong-rank", "error")
def wrong_number_of_dimensions(observation: Observation) -> Iterator[Finding]:
    """The operation that was refused."""
    for failed, node, event in refused(observation, "rank"):
        yield _finding(observation, failed, node, event)
    for failed, node, event in refused(observation, "product"):
        if found := unbatched(observation, failed.step, node, event):
            yield without_batch(observation, failed, node, found)
    for failed, node, event in refused(observation, "channels"):
        yield from taken_for_one(observation, failed, node, event)


def _finding(observation: Observation, failed: Failure, node: Node, event: Event) -> Finding:
    reader = observation.nodes[event.node]
    kind = observation.modules.get(node.module)
    first = next(iter(event.inputs), None)
    wrong = wrong_rank(reader, event, kind) or (wrong_for_layer(first, kind) if first else None)
    wrong = wrong or (wrong_to_interpolate(first, failed.said) if first else None)
    operand = wrong.operand if wrong else first
    return finding(
        observation,
        failed,
        title=_title(observation, node, reader, event, wrong),
        message=f"The number of dimensions is wrong, not a size: {failed.said}"
        if failed.said
        else "The number of dimensions is wrong, not a size.",
        chain=[origin(observation, failed.step, reader, operand)] if operand else [],
        fixes=[
            *_fixes(observation, failed, node, reader, event, wrong),
            _fix(observation, failed, node, reader, event, wrong),
        ],
    )


def _title(observation: Observation, node: Node, reader: Node, event: Event, wrong: WrongRank | None) -> str:
    operand, refuser = wrong.operand if wrong else next(iter(event.inputs), None), _refuser(observation, node, event)
    if operand is None:
        return f"{refuser} gets the wrong number of dimensions"
    if wrong is not None and wrong.axis is None:
        return f"{refuser} takes {wrong.wanted}, and gets {wrong.given} ({size(operand.tensor)})"
    name, rank = called(observation, reader, operand), counted(len(operand.tensor.shape), "dimension")
    has = f"{name} has {rank} ({size(operand.tensor)})"
    if wrong is not None:
        return f"{has}, and dimension {wrong.axis} of it is asked for"
    taken = _sizes_taken(node)
    if taken:
        return f"{has}, and the line reads {counted(taken, 'size')} of it"
    return f"{has}, and {refuser} takes another number"


def _sizes_taken(node: Node) -> int | None:
    """How many sizes a node reads of a shape: `b, c, h, w = x.shape` takes four, `x.shape[3]` as many."""
    if node.op == "prim::ListUnpack":
        return len(node.outputs)
    index = node.literal("idx")
    return index + 1 if isinstance(index, int) and index >= 0 else None


def _refuser(observation: Observation, node: Node, event: Event) -> str:
    """The layer, or else the operation, or the function of torch's that checks its operands."""
    inside = node.module if (observation.modules.get(node.module) or "") in _LAYER_TYPES else None
    checking = observation.stack(node.id)[-1:] if node.op == "prim::RaiseException" else ()
    function = checking[0].function if checking else node.name
    return layer(observation, event.input("weight"), node) or inside or function


def _fixes(
    observation: Observation, failed: Failure, node: Node, reader: Node, event: Event, wrong: WrongRank | None
) -> Iterator[Fix]:
    """What is likelier meant than dimensions of size one."""
    yield from _kept(observation, failed, node, wrong)
    yield from of_its_kernel(observation, reader, event)
    if wrong is not None and wrong.axis is not None:
        yield from in_a_batch(observation, failed.step, wrong)
    if wrong is None or wrong.axis is not None:
        return
    yield from of_its_kind(observation, failed.step, reader, event, wrong)
    kept = keeping(observation, failed.step, wrong.operand.tensor, wrong.least, wrong.most)
    yield from [kept] if kept else []
    yield from _of_steps(observation, node, reader, wrong)
    yield from taken_out(observation, failed.step, wrong)
    yield from of_a_batch(observation, failed.step, reader, wrong)
    yield from in_one_batch(observation, reader, event, wrong)
    yield from _gray(observation, node, reader, event, wrong)


def _gray(observation: Observation, node: Node, reader: Node, event: Event, wrong: WrongRank) -> Iterator[Fix]:
    """Images in a row, as many as a convolution takes channels, without the colours that each still has behind it."""
    found, shape = convolution(reader, event), wrong.operand.tensor.shape
    if found is not None and len(shape) == found.spatial + 3 and (shape[1], shape[-1]) == (found.wanted, _COLOURS):
        words = f"average the {_COLOURS} colours: the {shape[1]} images of each sample are the channels"
        yield _with(observation, node, reader, wrong, ".mean(-1)", words)


def _of_steps(observation: Observation, node: Node, reader: Node, wrong: WrongRank) -> Iterator[Fix]:
    """What a recurrent layer gets, made a sequence of the features that it was made for."""
    held = next((p for p in observation.parameters if p.name == f"{node.module}.weight_ih_l0"), None)
    first = node.literal("batch_first")
    if held is None or first is None:
        return
    features = held.shape[1]
    for call in in_sequence(wrong.operand.tensor.shape, features, batch_first=first):
        words = f"give {node.module} a sequence, each step of {features} features: x{call}"
        yield _with(observation, node, reader, wrong, call, words)


def _fix(
    observation: Observation, failed: Failure, node: Node, reader: Node, event: Event, wrong: WrongRank | None
) -> Fix:
    if wrong is None or wrong.axis is not None:
        return _of_an_axis(observation, node, wrong)
    if wrong.given > wrong.most:
        return _dropped(observation, node, reader, event, wrong)
    layered = convolution(node, event)
    if layered is not None and layered.wanted > 1 and wrong.given <= layered.spatial:
        if wrong.given == 2 and wrong.operand.tensor.shape[1] == layered.wanted:
            positions = f"[:, :, {', '.join(['None'] * layered.spatial)}]"
            words = f"its channels are there, and want positions: x{positions}"
            return _with(observation, node, reader, wrong, positions, words)
        behind = counted(layered.spatial, "dimension")
        return Fix(f"send {layered.wanted} channels with {behind} behind them, or a batch of those")
    if wrong_to_interpolate(wrong.operand, failed.said) and _complete(failed.step, wrong):
        mode = f'mode="{MODES[wrong.given]}"' if wrong.given in MODES else "another mode"
        return Fix(f"its channels and positions are all there: {mode} takes {counted(wrong.given, 'dimension')}")
    name, added = variable(observation, reader, wrong.operand.role), _added(observation, failed, node, event, wrong)
    return _with(observation, node, reader, wrong, added, f"add what is missing: {name or 'x'}{added}")


def _kept(observation: Observation, failed: Failure, node: Node, wrong: WrongRank | None) -> Iterator[Fix]:
    """The samples left in front by the views that made one row of all there was, where a second dimension is named."""
    if wrong is None or wrong.axis != 1 or len(wrong.operand.tensor.shape) != 1:
        return
    beside = (e for e in failed.step.events if observation.nodes[e.node].module == node.module)
    flat = {e.node: e for e in beside if _flattens(observation.nodes[e.node], e)}
    if flat:
        alike = ((n, e) for k, e in flat.items() for n in observation.nodes if _same(observation, n, k))
        edits, first = tuple(_keeping(n, e) for n, e in alike), min(flat)
        after = batch_kept(observation, observation.nodes[first])
        yield Fix("keep the samples: flatten(1)", before=observation.source(first), after=after, edits=edits)


def _flattens(node: Node, event: Event) -> bool:
    """Whether an execution makes one row of all that a tensor holds."""
    views = node.bare_name in ("view", "reshape", "flatten") and bool(event.outputs)
    return views and len(event.outputs[0].shape) == 1 < len(event.tensors[0].shape)


def _same(observation: Observation, node: Node, number: int) -> bool:
    """Whether a node is the operation of another, or stands for it in another call of the same lines."""
    known = observation.nodes[number]
    if node is known or node.op != known.op or node.module != known.module:
        return node is known
    place = observation.place(number)
    return place is not None and observation.place(node.id) == place


def _keeping(node: Node, event: Event) -> Edit:
    shaped = next((name for name in ("size", "shape") if node.argument(name)), None)
    return Give(node.id, shaped, [event.tensors[0].shape[0], -1]) if shaped else Give(node.id, "start_dim", 1)


def _of_an_axis(observation: Observation, node: Node, wrong: WrongRank | None) -> Fix:
    """The last dimension, where it is the next that is asked for."""
    told = "send the input with the dimensions that the line names, or name those that it has"
    rank = len(wrong.operand.tensor.shape) if wrong is not None else 0
    asked = node.literal("dim")
    given = [asked] if isinstance(asked, int) else asked
    if wrong is None or not rank or given != [rank]:
        return Fix(told)
    after = given_instead(observation, node, "dim", -1)
    edit = Give(node.id, "dim", -1 if isinstance(asked, int) else [-1])
    return Fix(f"{told}: the last is dimension {rank - 1}, or -1", after=after, edits=(edit,))


def _dropped(observation: Observation, node: Node, reader: Node, event: Event, wrong: WrongRank) -> Fix:
    """Without a surplus dimension of size 1, where all are alike, or only one leaves the channels in their place."""
    surplus, shape = counted(wrong.given - wrong.most, "dimension"), wrong.operand.tensor.shape
    left = {(*shape[:axis], *shape[axis + 1 :]): axis for axis in reversed(range(len(shape))) if shape[axis] == 1}
    layered = convolution(reader, event)
    if len(left) > 1 and layered is not None:
        left = {sizes: axis for sizes, axis in left.items() if sizes[1] == layered.wanted}
    if len(left) != 1 or wrong.given != wrong.most + 1:
        return Fix(f"merge or drop {surplus}: x.flatten(start, end), x.squeeze(dim)")
    (axis,) = left.values()
    name, dropped = variable(observation, reader, wrong.operand.role), f".squeeze({axis})"
    return _with(observation, node, reader, wrong, dropped, f"drop the {surplus} of size 1: {name or 'x'}{dropped}")


def _with(observation: Observation, node: Node, reader: Node, wrong: WrongRank, call: str, summary: str) -> Fix:
    """The operand with a call behind it, also where only a check of torch's own before the operation reads it."""
    reach = wrapped if reader is node else throughout
    edits = reach(observation, reader, wrong.operand.role, f"x{call}")
    after = with_behind(observation, reader, wrong.operand.role, call) if edits else None
    return Fix(summary, after=after, edits=edits)


def _complete(step: Step, wrong: WrongRank) -> bool:
    """Whether a convolution gave it all of its dimensions, so that none is missing."""
    weight = next((o.tensor for o in weighed(step, wrong.operand.tensor)), None)
    return weight is not None and len(weight.shape) == wrong.given > 2


def _added(observation: Observation, failed: Failure, node: Node, event: Event, wrong: WrongRank) -> str:
    """Dimensions of size one: a batch, or channels where there is only one of them."""
    found = convolution(node, event)
    if found is not None and found.wanted == 1:
        return ".unsqueeze(1)" if wrong.given == found.spatial + 1 else "[None, None]"
    missing = wrong.least - wrong.given
    if wrong.operand.role == "index" and missing == 1:
        return ".unsqueeze(-1)"
    resampled = node.bare_name.startswith(_OF_MAPS) or wrong_to_interpolate(wrong.operand, failed.said)
    if resampled and missing == 1 and holds_batch(layouts(observation).of(wrong.operand.tensor)[0]):
        return ".unsqueeze(1)"
    return ".unsqueeze(0)" if missing == 1 else f"[{', '.join(['None'] * missing)}]"
