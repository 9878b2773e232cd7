"""Tracing wrote a size of its example into the program, and the input that came now has another.

What happened
-------------
`torch.jit.trace` records what happened to one example. `x.shape` and `x.size(0)` stay readings; `len(x)`,
`int(x.size(0))`, a size in an f-string or a Python loop over steps became the numbers of the example.

Why it matters
--------------
The program works for the shape that it was traced with, and for no other: a view, an expand or an initial state of the
old size raises. A loop that was unrolled raises nothing: it ignores the steps that the example did not have. Nor does
what a causal convolution is trimmed to.

How to fix it
-------------
Export with `torch.jit.script`, which keeps sizes and loops. Or read each size from the tensor where it is used:
`x.size(0)` in place of `len(x)`, `-1` in a view, `torch.zeros_like` for states. As it is, the program takes the sizes
of its example.

Not to be confused with
-----------------------
SHP704: a size that the author wrote. CUT106: a computed value, not a size, became a constant.

Example
-------
Shapes: 3x2x6
Loss: mean
Export: trace 2x2x6

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(12, 4)

        def forward(self, x):
            return self.fc(x.view(len(x), 12))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(12, 4)

        def forward(self, x):
            return self.fc(x.view(x.size(0), 12))
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from whygrad.engine.axes.baked import Baked, baked, misread
from whygrad.engine.axes.layouts import layouts
from whygrad.engine.axes.trimmed import trimmed
from whygrad.engine.axes.unrolled import Resized, Unrolled, axes, cut_short, skipped, unpacked
from whygrad.engine.edits import Give
from whygrad.engine.finding import Finding, Fix, Link, Related, names
from whygrad.engine.observation import Node, Observation
from whygrad.engine.operands import value
from whygrad.engine.refusals.failures import Failure, failure
from whygrad.engine.refusals.sending import as_in_the_example, sent_otherwise
from whygrad.engine.rule import rule

_SCRIPT = "export with torch.jit.script, or read the size inside forward (x.size(0), not len(x) or int(...))"
_DYNAMIC = "give torch.export.export the dynamic_shapes of its inputs, or send the shapes of its example"


@rule("SHP712", "baked-shape", "error")
def baked_shape(observation: Observation) -> Iterator[Finding]:
    """What a traced program holds of the sizes of its example, where another size came in."""
    if not observation.traced or not (observation.resized or observation.unrecorded):
        return
    known, failed = layouts(observation), failure(observation)
    if failed is None:
        yield from (_finding(observation, found) for found in misread(observation, known))
        yield from (_skipped(observation, found) for found in skipped(observation, known))
        yield from (_skipped(observation, found) for found in trimmed(observation, known))
    elif failed.event is not None and not failed.event.completed:
        found = baked(observation, known, failed.event) if observation.resized else unpacked(observation, failed.event)
        if found is not None:
            yield _finding(observation, found, failed)
        elif (short := cut_short(observation, known, failed.event)) is not None:
            yield _skipped(observation, short, failed)


def _finding(observation: Observation, found: Baked, failed: Failure | None = None) -> Finding:
    node = observation.nodes[found.node]
    refused = _refused(failed)
    shown, event = found.node, found.event
    place = observation.place(found.node)
    if failed is not None and refused is not None and (place is None or place.library):
        shown, event = refused, failed.event or found.event  # the trace kept one line, and that one is torch's own
    what = f"numbers computed from {found.recorded}" if found.derived else f"{found.recorded}"
    return Finding(
        title=f"{node.name} holds {what}, a size of its example: {found.sent} came in",
        message=f"{_recorder(observation)} wrote {'what was computed from ' if found.derived else ''}the size "
        f"{found.recorded} of its example into the program as a number. The input has {found.sent} there.",
        node=shown,
        event=event,
        order=found.order,
        severity="error" if failed else "warning",
        parameters=names(observation.trainable) if failed else (),
        chain=(Link(f"the size {found.recorded} was written into the program here", found.node), *_raised(failed)),
        related=tuple(Related("the same size here", n) for n, _, _ in found.changes if n != found.node),
        explains=frozenset({refused} if refused is not None else ()),
        fix=_changed(observation, node, found),
        other_fixes=(
            *(Fix(_advice(observation, node), edits=tuple(Give(*change) for change in o)) for o in found.others),
            *_as_recorded(observation, node),
        ),
    )


def _changed(observation: Observation, node: Node, found: Baked) -> Fix:
    """The sizes that came in place of those of the example; of a loop over pieces, an export that keeps it."""
    if node.op == "prim::ListUnpack":
        sizes = (None, found.sent), (found.recorded, found.sent)
        axis = next((axis for axis in axes(observation) if axis[1:] in sizes), None)
        return _loop_kept(observation, axis, found.recorded)
    edits = tuple(Give(*change) for change in found.changes)
    return Fix(_opened(node, found) + _advice(observation, node), edits=edits)


def _as_recorded(observation: Observation, node: Node) -> Iterator[Fix]:
    """What the program takes as it is, sent: the sizes of its example."""
    recorded = {(axis, sent): size for axis, size, sent in observation.resized if size}
    ask = sent_otherwise(observation, lambda shape: [recorded.get(place, place[1]) for place in enumerate(shape)])
    if ask is not None:
        yield Fix(f"{_advice(observation, node)}; as it is, it takes the sizes of its example", edits=(ask,))


def _skipped(observation: Observation, found: Unrolled, failed: Failure | None = None) -> Finding:
    node, refused = observation.nodes[found.event.node], _refused(failed)
    others = "nothing reads the others" if found.alone else "it does not read the others"
    return Finding(
        title=f"only the first {found.read} of {found.size} steps are read: {_as_far(found)}",
        message=f"{_recorder(observation)} unrolled the reading of {found.read} steps. The input has {found.size}, and "
        f"{others}.",
        node=node.id,
        event=found.event,
        order=found.order,
        severity="error" if failed else "warning",
        parameters=names(observation.trainable) if failed else (),
        chain=(Link(f"{node.name} reads step {found.read} as the last", node.id), *_raised(failed)),
        explains=frozenset({refused} if refused is not None else ()),
        fix=_to_the_end(observation, found) if found.slices else _loop_kept(observation, found.axis, found.read),
    )


def _as_far(found: Unrolled) -> str:
    """Why a reading ends there."""
    _, recorded, _ = found.axis
    return "a trace goes as far as its example" if recorded is None else "the example had no more"


def _to_the_end(observation: Observation, found: Unrolled) -> Fix:
    """A slice of all that came."""
    words = _DYNAMIC if observation.exported else _SCRIPT
    return Fix(words, edits=(Give(found.event.node, "end", found.size),))


def _loop_kept(observation: Observation, axis: Resized | None, read: int) -> Fix:
    """An export that keeps the loop; what the program takes as it is, is sent."""
    words, steps = _kept(observation), (axis[1] if axis else None) or read
    ask = as_in_the_example(observation, axis[0], axis[2], steps) if axis else None
    return Fix(f"{words}; as it is, it takes the {steps} steps of its example", edits=(ask,) if ask else ())


def _kept(observation: Observation) -> str:
    return _DYNAMIC if observation.exported else "export with torch.jit.script, which keeps the loop"


def _refused(failed: Failure | None) -> int | None:
    """The operation that raised over it."""
    return failed.node.id if failed and failed.node else None


def _raised(failed: Failure | None) -> tuple[Link, ...]:
    """What torch said of it."""
    return (Link(f"torch raises: {failed.said}", _refused(failed)),) if failed and failed.said else ()


def _recorder(observation: Observation) -> str:
    return "The export" if observation.exported else "Tracing"


def _opened(node: Node, found: Baked) -> str:
    """The view with what it held of the example left open, where that is how it is mended."""
    sizes: list[int] = next((v for n, _, v in found.changes if n == node.id and isinstance(v, list)), [])
    given = value(node, found.event, "size") or value(node, found.event, "shape") or sizes
    turned = -1 in sizes and -1 in given and sizes.index(-1) != given.index(-1)
    return f"leave what was recorded open: .view({', '.join(map(str, sizes))}); or " if turned else ""


def _advice(observation: Observation, node: Node) -> str:
    whole = re.fullmatch(r"(max|avg)_pool(\dd)", node.bare_name)
    over_all = f"pool over all there is: F.adaptive_{whole[1]}_pool{whole[2]}(x, 1); or " if whole else ""
    return over_all + (_DYNAMIC if observation.exported else _SCRIPT)
