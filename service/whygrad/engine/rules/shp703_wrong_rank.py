"""An operand has too few or too many dimensions.

What happened
-------------
The operation takes tensors with a certain number of dimensions, such as (batch, channels, height, width), and got
one with more or fewer; or the program names a dimension that the tensor does not have. A missing batch or channel
dimension is the usual reason.

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

from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands.convolutions import convolution
from whygrad.engine.operands.ranks import WrongRank, wrong_for_layer, wrong_rank
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.reads import wrapped
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, layer, origin, variable
from whygrad.engine.wording.phrases import counted, size
from whygrad.engine.wording.spelling import with_behind

_LAYER_TYPES = frozenset(
    f"{kind}{n}d" for n in (1, 2, 3) for kind in ("BatchNorm", "InstanceNorm", "MaxPool", "AvgPool", "AdaptiveAvgPool")
) | {"LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell", "MultiheadAttention", "Upsample"}


@rule("SHP703", "wrong-rank", "error")
def wrong_number_of_dimensions(observation: Observation) -> Iterator[Finding]:
    """The operation that was refused."""
    for failed, node, event in refused(observation, "rank"):
        yield _finding(observation, failed, node, event)


def _finding(observation: Observation, failed: Failure, node: Node, event: Event) -> Finding:
    reader = observation.nodes[event.node]
    kind = observation.modules.get(node.module)
    wrong = wrong_rank(reader, event, kind) or (wrong_for_layer(event.tensors[0], kind) if event.inputs else None)
    operand = wrong.operand if wrong else next(iter(event.inputs), None)
    return finding(
        observation,
        failed,
        title=_title(observation, node, reader, event, wrong),
        message=f"The number of dimensions is wrong, not a size: {failed.said}"
        if failed.said
        else "The number of dimensions is wrong, not a size.",
        chain=[origin(observation, failed.step, reader, operand)] if operand else [],
        fixes=[_fix(observation, node, event, wrong)],
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


def _fix(observation: Observation, node: Node, event: Event, wrong: WrongRank | None) -> Fix:
    if wrong is None or wrong.axis is not None:
        return Fix("send the input with the dimensions that the line names, or name those that it has")
    if wrong.given > wrong.most:
        return _dropped(observation, node, wrong)
    layered = convolution(node, event)
    if layered is not None and layered.wanted > 1 and wrong.given <= layered.spatial:
        behind = counted(layered.spatial, "dimension")
        return Fix(f"send {layered.wanted} channels with {behind} behind them, or a batch of those")
    name, added = variable(observation, node, wrong.operand.role), _added(node, event, wrong)
    return _with(observation, node, wrong, added, f"add what is missing: {name or 'x'}{added}")


def _dropped(observation: Observation, node: Node, wrong: WrongRank) -> Fix:
    """Without a surplus dimension, where there is just one of size 1."""
    surplus = counted(wrong.given - wrong.most, "dimension")
    alone = [axis for axis, size_there in enumerate(wrong.operand.tensor.shape) if size_there == 1]
    if len(alone) != 1 or wrong.given != wrong.most + 1:
        return Fix(f"merge or drop {surplus}: x.flatten(start, end), x.squeeze(dim)")
    name, dropped = variable(observation, node, wrong.operand.role), f".squeeze({alone[0]})"
    return _with(observation, node, wrong, dropped, f"drop the {surplus} of size 1: {name or 'x'}{dropped}")


def _with(observation: Observation, node: Node, wrong: WrongRank, call: str, summary: str) -> Fix:
    """The operand with a call behind it; no line is shown where it cannot be run, as in a check of torch's own."""
    edits = wrapped(observation, node, wrong.operand.role, f"x{call}")
    after = with_behind(observation, node, wrong.operand.role, call) if edits else None
    return Fix(summary, after=after, edits=edits)


def _added(node: Node, event: Event, wrong: WrongRank) -> str:
    """Dimensions of size one: a batch, or channels where there is only one of them."""
    found = convolution(node, event)
    if found is not None and found.wanted == 1:
        return ".unsqueeze(1)" if wrong.given == found.spatial + 1 else "[None, None]"
    missing = wrong.least - wrong.given
    if wrong.operand.role == "index" and missing == 1:
        return ".unsqueeze(-1)"
    return ".unsqueeze(0)" if missing == 1 else f"[{', '.join(['None'] * missing)}]"
