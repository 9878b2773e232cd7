"""A kernel or pool is larger than what it is to slide over, so that nothing is left of the input.

What happened
-------------
Each convolution without padding and each pool makes an image or a sequence shorter. Here it has become shorter than
the window of the next one; or it is to be padded by more than there is to mirror; or nothing is left of it already.

Why it matters
--------------
The forward raises "Output size is too small" or "Kernel size can't be greater than actual input size", so no
parameter gets a gradient.

How to fix it
-------------
Send what the network was made for: five poolings by two need 32 pixels, AlexNet needs 63, most ImageNet networks are
fed 224. For small images take smaller kernels and strides, or leave a pool out; before a classifier,
`nn.AdaptiveAvgPool2d(1)` takes whatever size is left.

Not to be confused with
-----------------------
SHP703: a dimension is missing, so that channels were read as height. SHP702: the channels are wrong, not the size.
SHP704: the features are of another size than a view expects.

Example
-------
Shapes: 2x3x16x16
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 5, stride=4)
            self.pool = nn.MaxPool2d(4)

        def forward(self, x):
            return self.pool(self.conv(x))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 5, stride=4)
            self.pool = nn.MaxPool2d(3)

        def forward(self, x):
            return self.pool(self.conv(x))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from whygrad.engine.edits import Give, Replace, Resize
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Node, Observation, Operand
from whygrad.engine.operands.convolutions import Convolution, convolution, definition
from whygrad.engine.operands.convolutions import short as written
from whygrad.engine.operands.windows import Window, nothing_left, reaching, too_large
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.sending import described, resent, shape_to_send
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, layer, origin, parameter_name
from whygrad.engine.wording.phrases import size, sizes

_USUAL = 224
"""What networks for images are most often fed."""


@rule("SHP708", "window-too-large", "error")
def window_too_large(observation: Observation) -> Iterator[Finding]:
    """The convolution, pool or padding that was refused."""
    for failed, node, event in refused(observation, "window"):
        found = too_large(node, event)
        short = (found.operand, found.least) if found else reaching(node, event) or nothing_left(node, event)
        if short is None:
            continue
        operand, least = short
        yield finding(
            observation,
            failed,
            title=_title(observation, node, operand, found, least),
            message=_message(observation, node, operand, least),
            chain=[origin(observation, failed.step, node, operand)],
            fixes=_fixes(observation, failed, node, operand, found, least, convolution(node, event)),
        )


def _title(observation: Observation, node: Node, operand: Operand, found: Window | None, least: Sequence[int]) -> str:
    given = sizes(operand.tensor.shape[-len(least) :]) if least else size(operand.tensor)
    who = node.module or node.name
    if found is not None:
        return f"{who} slides a window of {sizes(found.kernel)} over {given}, and needs {sizes(least)}"
    if node.bare_name == "pad":
        return f"{who} pads {given} by more than there is to mirror, and needs {sizes(least)}"
    return f"nothing is left for {who}: {called(observation, node, operand)} is {given}"


def _message(observation: Observation, node: Node, operand: Operand, least: Sequence[int]) -> str:
    name = called(observation, node, operand)
    needed = f", and at least {sizes(least)} is needed in the last dimensions" if least else ""
    return f"{name} is {size(operand.tensor)}{needed}: what comes before has made it too small."


def _fixes(
    observation: Observation,
    failed: Failure,
    node: Node,
    operand: Operand,
    found: Window | None,
    least: Sequence[int],
    layered: Convolution | None,
) -> list[Fix]:
    larger = list(_larger_inputs(observation, failed, operand, least))
    smaller = [fix for fix in (_smaller(node, found), _adaptive(observation, node, found)) if fix]
    other = _of_a_layer(observation, node, found, layered) if found and layered else ()
    return [*larger, *smaller, *other] or [Fix("use a smaller kernel, fewer poolings or some padding")]


def _larger_inputs(observation: Observation, failed: Failure, operand: Operand, least: Sequence[int]) -> Iterator[Fix]:
    """The same input as large as it has to be, then of a round size, then of the usual one."""
    shape = operand.tensor.shape
    wanted = (*shape[: -len(least)], *(max(g, n) for g, n in zip(shape[-len(least) :], least, strict=True)))
    needed = shape_to_send(observation, failed.step, operand.tensor, wanted)
    if needed is None:
        return
    place, exact = needed
    given = tuple(described(observation, place).get("shape", ()))
    grown = [axis for axis, (g, e) in enumerate(zip(given, exact, strict=False)) if e > g]
    for number, larger in enumerate((lambda s: s, _rounded, _as_usual)):
        chosen = tuple(larger(s) if axis in grown else s for axis, s in enumerate(exact))
        ask = resent(observation, place, shape=list(chosen))
        if ask is not None and grown and (number == 0 or chosen != exact):
            least_of_all = "at least " if number == 0 else ""
            yield Fix(f"send inputs of {least_of_all}{sizes(chosen)}; this one was {sizes(given)}", edits=(ask,))


def _rounded(needed: int) -> int:
    """The next multiple of 32: poolings halve."""
    return -(-needed // 32) * 32


def _as_usual(needed: int) -> int:
    return max(_USUAL, needed)


def _fitting(found: Window) -> list[int]:
    """The window with no more in it than there is to slide over."""
    settings = zip(found.kernel, found.sizes, found.padding, found.dilation, strict=True)
    return [min(k, max(1, (s + 2 * p - 1) // d + 1)) for k, s, p, d in settings]


def _smaller(node: Node, found: Window | None) -> Fix | None:
    """The pool with a window as large as its input."""
    if found is None or node.argument("kernel_size") is None:
        return None
    kernel = _fitting(found)
    summary = f"use a window of {sizes(kernel)} in place of {sizes(found.kernel)}"
    return Fix(summary, edits=(Give(node.id, "kernel_size", kernel),)) if tuple(kernel) != found.kernel else None


def _of_a_layer(observation: Observation, node: Node, found: Window, layered: Convolution) -> Iterator[Fix]:
    """The convolution with a kernel as large as its input, then with a padding that keeps the size."""
    held, name = parameter_name(observation, layered.weight), layer(observation, layered.weight)
    if held is None or name is None:
        return
    kernel, padding = _fitting(found), [d * (k - 1) // 2 for k, d in zip(found.kernel, found.dilation, strict=True)]
    shape = (*layered.weight.shape[:2], *kernel)
    smaller = replace(layered, weight=replace(layered.weight, shape=shape))
    wider = replace(layered, settings={**layered.settings, "padding": padding})
    was, *now = (definition(each, each.given) for each in (layered, smaller, wider))
    yield Fix(f"give {name} a kernel of {sizes(kernel)}, as large as its input", was, now[0], (Resize(held, shape),))
    yield Fix(f"pad what {name} slides over", was, now[1], (Give(node.id, "padding", padding),))


def _adaptive(observation: Observation, node: Node, found: Window | None) -> Fix | None:
    """An average pool that takes whatever is left."""
    rank = len(found.kernel) if found else 0
    if node.bare_name != f"avg_pool{rank}d":
        return None
    edit = Replace(node.id, f"self.mean({list(range(-rank, 0))}, keepdim=True)")
    kind, pool = observation.modules.get(node.module), f"nn.AdaptiveAvgPool{rank}d(1)"
    before = f"nn.{kind}({written(list(found.kernel))}, ...)" if found and kind == f"AvgPool{rank}d" else None
    return Fix(f"pool to one value with {pool}", before, pool if before else None, edits=(edit,))
