"""A normalisation was made for other sizes than its input has where it looks for them.

What happened
-------------
BatchNorm, InstanceNorm and GroupNorm take dimension 1 for the channels; LayerNorm takes the last dimensions. The
weights and running statistics there have another length than the input; or the channels cannot be divided into the
groups.

Why it matters
--------------
The forward raises "running_mean should contain 6 elements not 20" or "Given normalized_shape=[8], expected input with
shape [*, 8]", so no parameter gets a gradient.

How to fix it
-------------
See which dimension holds the features. Where they stand elsewhere (a sequence of feature vectors, images with their
channels last), swap the two dimensions around the layer: `norm(x.transpose(1, 2)).transpose(1, 2)`. Only where the
number itself is wrong, make the layer for another.

Not to be confused with
-----------------------
SHP703: the input has too few or too many dimensions. TYP805: the sizes fit, and one value for each channel is too few.

Example
-------
Shapes: 4x6x20

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(20)
            self.fc = nn.Linear(20, 3)

        def forward(self, x):
            return self.fc(self.norm(x))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(20)
            self.fc = nn.Linear(20, 3)

        def forward(self, x):
            return self.fc(self.norm(x.transpose(1, 2)).transpose(1, 2))
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.layouts import layouts
from whygrad.engine.edits import Edit, Give, Replace, Resize
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Node, Observation
from whygrad.engine.operands.norms import Normalised, unlike_norm
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.reads import told
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, layer, origin, parameter_name
from whygrad.engine.wording.phrases import size, sizes
from whygrad.engine.wording.rewriting import around

_MADE = frozenset({"made", "joined"})
"""The kinds of dimensions that layers make."""


_LAYERS = {"LayerNorm", "RMSNorm", "GroupNorm", *(f"{k}Norm{n}d" for k in ("Batch", "Instance") for n in (1, 2, 3))}
"""Torch's own layers, which can be written out."""


@rule("SHP709", "norm-mismatch", "error")
def norm_mismatch(observation: Observation) -> Iterator[Finding]:
    """The normalisation that was refused."""
    for failed, node, event in refused(observation, "norm"):
        if wrong := unlike_norm(node, event):
            yield _finding(observation, failed, node, wrong)


def _finding(observation: Observation, failed: Failure, node: Node, wrong: Normalised) -> Finding:
    name = _owner(observation, node, wrong)
    return finding(
        observation,
        failed,
        title=_title(name, wrong),
        message=_message(name, called(observation, node, wrong.input), wrong),
        chain=[origin(observation, failed.step, node, wrong.input)],
        fixes=_fixes(observation, node, name, wrong),
    )


def _owner(observation: Observation, node: Node, wrong: Normalised) -> str:
    named = (layer(observation, held.tensor, node) for held in wrong.held)
    return next(filter(None, named), None) or node.module or node.name


def _title(name: str, wrong: Normalised) -> str:
    if wrong.groups is not None and wrong.elsewhere is None:
        return f"{name} cannot divide {sizes(wrong.given)} channels into {wrong.groups} groups"
    return f"{name} normalises {sizes(wrong.wanted)}, and gets {sizes(wrong.given)} in {_where(wrong)}"


def _where(wrong: Normalised) -> str:
    by_channel = len(wrong.wanted) == 1 or wrong.groups is not None
    return f"dimension {wrong.axis}" if by_channel else "the last dimensions"


def _message(name: str, given: str, wrong: Normalised) -> str:
    looked = f"{given} is {size(wrong.input.tensor)}, and {name} looks at {_where(wrong)} of it"
    elsewhere = f"; dimension {wrong.elsewhere} is {sizes(wrong.wanted)}" if wrong.elsewhere is not None else ""
    return f"{looked}{elsewhere}."


def _fixes(observation: Observation, node: Node, name: str, wrong: Normalised) -> list[Fix]:
    if wrong.elsewhere is not None and not _in_place(observation, wrong, wrong.elsewhere):
        return [_swapped(observation, node, name, wrong, wrong.elsewhere)]
    if wrong.groups is not None:
        return [_regrouped(observation, node, name, wrong, wrong.groups)]
    return [_resized(observation, node, name, wrong)]


def _in_place(observation: Observation, wrong: Normalised, other: int) -> bool:
    """Whether a layer made the dimension that is looked at, and none the one whose size fits by chance."""
    layout = layouts(observation).of(wrong.input.tensor)
    looked, fitting = ({piece.source.kind for piece in layout[axis]} for axis in (wrong.axis, other))
    return bool(looked & _MADE) and not fitting & _MADE


def _swapped(observation: Observation, node: Node, name: str, wrong: Normalised, other: int) -> Fix:
    """The two dimensions in each other's place before the layer and back behind it."""
    swap = f".transpose({min(wrong.axis, other)}, {max(wrong.axis, other)})"
    names = [a.name for a in node.arguments]
    call = ", ".join(f"{n}{swap}" if n == "input" else n for n in names)
    after = around(observation.source(node.id), name, swap)
    summary = (
        f"dimension {other} holds the {sizes(wrong.wanted)} that {name} normalises: "
        f"swap it with dimension {wrong.axis} around {name}"
    )
    return Fix(summary, after=after, edits=(Replace(node.id, f"torch.{node.bare_name}({call}){swap}"),))


def _resized(observation: Observation, node: Node, name: str, wrong: Normalised) -> Fix:
    named = (parameter_name(observation, held.tensor) for held in wrong.held)
    edits: list[Edit] = [Resize(held, wrong.given) for held in named if held]
    if len(wrong.wanted) == 1:
        edits += told(observation, node, "input", wrong.wanted[0], wrong.axis)
    if node.argument("normalized_shape") is not None:
        edits.append(Give(node.id, "normalized_shape", list(wrong.given)))
    before, after = (_definition(observation, node, name, shape) for shape in (wrong.wanted, wrong.given))
    summary = f"make {name} for {sizes(wrong.given)} in place of {sizes(wrong.wanted)}"
    return Fix(summary, before, after, edits=tuple(edits))


def _definition(observation: Observation, node: Node, name: str, shape: tuple[int, ...]) -> str | None:
    """The layer written out; None where no layer is known."""
    kind = observation.modules.get(name)
    groups = f"{node.literal('num_groups')}, " if node.bare_name == "group_norm" else ""
    return f"nn.{kind}({groups}{_said(shape)})" if kind in _LAYERS else None


def _said(shape: tuple[int, ...]) -> str:
    return str(shape[0]) if len(shape) == 1 else str(list(shape))


def _regrouped(observation: Observation, node: Node, name: str, wrong: Normalised, groups: int) -> Fix:
    channels = wrong.given[0]
    fitting = next(g for g in range(min(groups, channels), 0, -1) if channels % g == 0)
    sized = _resized(observation, node, name, wrong).edits if wrong.held else ()
    return Fix(
        f"use {fitting} groups in place of {groups}, or a number of channels that {groups} divides",
        before=f"nn.GroupNorm({groups}, {(wrong.wanted or wrong.given)[0]})",
        after=f"nn.GroupNorm({fitting}, {channels})",
        edits=(*sized, Give(node.id, "num_groups", fitting)),
    )
