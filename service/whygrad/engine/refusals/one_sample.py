"""A batch that a convolution takes for one sample, and the dimension that it lacks put in or left where it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whygrad.engine.axes.layouts import layouts
from whygrad.engine.axes.one_sample import Folded, OneSample, one_sample
from whygrad.engine.edits import Replace
from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.observation import Event, Node, Observation, Operand
from whygrad.engine.operands.windows import window
from whygrad.engine.refusals.failures import Failure, finding
from whygrad.engine.refusals.reads import wrapped
from whygrad.engine.wording.origins import layer, origin, variable
from whygrad.engine.wording.phrases import counted, size
from whygrad.engine.wording.rewriting import unless_idle
from whygrad.engine.wording.spelling import method_instead, with_behind

_DEEP = 3
"""The spatial dimensions of which the first is depth, or time, and the one that a batch of images lacks."""


def taken_for_one(observation: Observation, failed: Failure, node: Node, event: Event) -> Iterator[Finding]:
    """The refusal of a convolution that takes samples for channels, told at the view behind it if there is one."""
    known = layouts(observation)
    found = one_sample(observation, known, node, event) if failed.step is known.step else None
    if found is not None and found.folded is not None:
        yield _at_the_view(observation, failed, node, found, found.folded)
    elif found is not None:
        yield _at_the_layer(observation, failed, node, event, found)


def _at_the_view(observation: Observation, failed: Failure, node: Node, found: OneSample, folded: Folded) -> Finding:
    view, before = observation.nodes[folded.view.node], folded.view.tensors[0]
    return Finding(
        title=f"{_title(observation, node, found)}: {view.name} folds {size(before)} into {_made(folded)}",
        message=f"{_message(found)} The dimension that is missing is among the samples since the {view.name}.",
        node=view.id,
        event=folded.view,
        order=folded.place,
        parameters=names(observation.trainable),
        chain=(
            Link(f"{size(before)} becomes {_made(folded)} here", view.id),
            Link(f"torch raises: {failed.said}", node.id),
        ),
        explains=frozenset({node.id}),
        fix=_unfolded(observation, view, folded),
    )


def _at_the_layer(observation: Observation, failed: Failure, node: Node, event: Event, found: OneSample) -> Finding:
    given = found.convolution.input
    return finding(
        observation,
        failed,
        title=_title(observation, node, found),
        message=_message(found),
        chain=[origin(observation, failed.step, node, Operand("input", given))],
        fixes=[_put_in(observation, node, axis) for axis in _missing(node, event, found)]
        or [Fix(f"send its samples with {counted(found.convolution.spatial, 'dimension')} behind their channels")],
    )


def _title(observation: Observation, node: Node, found: OneSample) -> str:
    conv = found.convolution
    name, rank = layer(observation, conv.weight, node) or node.name, len(conv.input.shape)
    return f"{name} takes {rank + 1} dimensions, and gets {rank} ({size(conv.input)})"


def _message(found: OneSample) -> str:
    conv = found.convolution
    return (
        f"With {counted(len(conv.input.shape), 'dimension')} it is taken for one sample, and its {conv.given} samples "
        f"for channels; the {conv.wanted} that are looked for are in dimension 1, where a batch has them."
    )


def _made(folded: Folded) -> str:
    return size(folded.view.outputs[0])


def _unfolded(observation: Observation, view: Node, folded: Folded) -> Fix:
    """The channels moved to the second place instead of the view; nothing where they are there."""
    moves = list(folded.order) != sorted(folded.order)
    call = f".permute({', '.join(map(str, folded.order))})" if moves else ""
    after = unless_idle(observation.place(view.id), method_instead(observation, view, call))
    keeps = f"bring the channels to dimension 1 in place of the {view.name}: {call[1:]}"
    return Fix(
        keeps if moves else f"leave out the {view.name}: the channels are in dimension 1",
        before=observation.source(view.id),
        after=after,
        edits=(Replace(view.id, f"self{call}"),),
    )


def _put_in(observation: Observation, node: Node, axis: int) -> Fix:
    call = f".unsqueeze({axis})"
    return Fix(
        f"add the dimension that is missing: {variable(observation, node, 'input') or 'x'}{call}",
        after=with_behind(observation, node, "input", call),
        edits=wrapped(observation, node, "input", f"x{call}"),
    )


def _missing(node: Node, event: Event, found: OneSample) -> Sequence[int]:
    """The places where a dimension of one fits under the window, those that it does not slide along first."""
    conv, slides = found.convolution, window(node, event)
    kernel = conv.weight.shape[2:]
    fitting = [i for i in range(conv.spatial) if slides is None or slides.least[i] <= 1]
    last = 1 if conv.spatial == _DEEP else -1
    return [i + 2 for i in sorted(fitting, key=lambda i: (kernel[i] > 1, last * i))]
