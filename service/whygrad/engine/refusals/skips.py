"""Skip connections: what was made larger again, and the earlier features that it is joined with, in other sizes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod

from whygrad.engine.edits import Resize, Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Node, Observation, Operand, Step
from whygrad.engine.operands.convolutions import convolution, definition
from whygrad.engine.wording.origins import called, layer
from whygrad.engine.wording.parsing import span
from whygrad.engine.wording.rewriting import replaced
from whygrad.engine.wording.spelling import with_behind
from whygrad.engine.wording.written import written


def enlarged(observation: Observation, step: Step, operands: Sequence[Operand]) -> tuple[Operand, Event] | None:
    """The only one of the operands that was made larger again, and what did that; None where it is not one alone."""
    found = [(o, event) for o in operands if (event := _enlarger(observation, step, o)) is not None]
    return found[0] if len(found) == 1 else None


def _enlarger(observation: Observation, step: Step, operand: Operand) -> Event | None:
    """The transposed convolution or the interpolation that gave an operand its positions."""
    tensor = operand.tensor
    for event in reversed(step.events):
        if not any(t.id == tensor.id for t in event.outputs) or not event.inputs:
            continue
        name = observation.nodes[event.node].bare_name
        found = convolution(observation.nodes[event.node], event)
        if name.startswith("upsample") or (found is not None and found.transposed):
            return event
        alike = [t for t in event.tensors if t.shape[2:] == operand.tensor.shape[2:]]
        if not alike:
            return None
        tensor = alike[0]
    return None


def resized(observation: Observation, node: Node, given: Operand, other: Operand, *, before: str) -> Fix:
    """One brought to the positions of the other: all but its samples and channels. `before` says before what."""
    call = f"torch.ops.aten.upsample_nearest{len(other.tensor.shape) - 2}d(x, {in_an_edit(other)}.shape[2:])"
    which, wanted = (called(observation, node, operand) for operand in (given, other))
    return Fix(
        f"bring {which} to the size of {wanted} before {before}",
        after=_as_large_as(observation, node, given, other),
        edits=(Wrap(node.id, given.role, call),),
    )


def as_the_largest(observation: Observation, node: Node, event: Event) -> Iterator[Fix]:
    """Several maps of a list brought to the positions of the largest; none where only one of them differs."""
    shapes = [tensor.shape for tensor in event.tensors]
    place = max(range(len(shapes)), key=lambda i: prod(shapes[i][2:]))
    whole, others = shapes[place], [shape for shape in shapes if shape[2:] != shapes[place][2:]]
    inside = all(a <= b for other in others for a, b in zip(other[2:], whole[2:], strict=False))
    if len(others) > 1 and inside and {(len(shape), shape[:1]) for shape in shapes} == {(4, whole[:1])}:
        source, listed = observation.source(node.id), written(observation, node, "tensors")
        told = to_read_again(listed)
        call = f"[torch.ops.aten.upsample_nearest2d(m, x[{place}].shape[2:]) for m in x]"
        shown = f"[F.interpolate(m, size={told}[{place}].shape[2:]) for m in {told}]"
        yield Fix(
            "bring all to the size of the largest before joining",
            after=replaced(source, listed, shown) if source and listed is not None and told else None,
            edits=(Wrap(node.id, "tensors", call),),
        )


def in_an_edit(operand: Operand) -> str:
    """What an operand is called where an edit of its node names it: `tensors_1`."""
    return operand.role.rstrip("]").replace("[", "_")


def _as_large_as(observation: Observation, node: Node, given: Operand, other: Operand) -> str | None:
    """The user's line with an operand resized to the size of the other, where that has a name."""
    source = observation.source(node.id)
    operand, wanted = (written(observation, node, o.role) for o in (given, other))
    if source is None or operand is None or not (told := to_read_again(wanted)):
        return None
    size = f"size={told}.shape[2:]"
    scales = [k for k in operand.keywords if k.arg == "scale_factor"] if isinstance(operand, ast.Call) else []
    if scales:
        return replaced(source, scales[0], size)
    return replaced(source, operand, f"F.interpolate({source[slice(*span(source, operand))]}, {size})")


def to_read_again(operand: ast.expr | None) -> str | None:
    """What a line calls an operand, `x` or `maps[i - 1]`; None where that would compute it once more."""
    held = isinstance(operand, ast.Name | ast.Attribute | ast.Subscript)
    called_for = operand is not None and any(isinstance(part, ast.Call) for part in ast.walk(operand))
    return ast.unparse(operand) if operand is not None and held and not called_for else None


def levelled(observation: Observation, node: Node, larger: tuple[Operand, Event], skip: Operand) -> Fix | None:
    """Another kernel where that alone is wrong, else the larger of the two cropped; None where neither is plain."""
    made, event = larger
    sizes, wanted = made.tensor.shape[2:], skip.tensor.shape[2:]
    if len(sizes) != len(wanted) or 0 in event.tensors[0].shape:
        return None
    kernel = _kernel(observation, event, wanted)
    if kernel is not None:
        return kernel
    scaled = observation.nodes[event.node].bare_name.startswith("upsample")  # which can be told another size
    if not scaled and all(a >= b for a, b in zip(sizes, wanted, strict=True)):
        return _cropped(observation, node, made, skip)
    scales = [a / b for a, b in zip(sizes, event.tensors[0].shape[2:], strict=True)]
    if all(b - a >= s for a, b, s in zip(sizes, wanted, scales, strict=True)):  # convolutions without padding took them
        return _cropped(observation, node, skip, made)
    return None


def _kernel(observation: Observation, event: Event, wanted: Sequence[int]) -> Fix | None:
    """A transposed convolution whose kernel is what its stride asks for, where that gives the sizes that are wanted."""
    node = observation.nodes[event.node]
    found = convolution(node, event)
    name = layer(observation, found.weight) if found is not None else None
    if found is None or name is None or not found.transposed or not isinstance(found.settings["stride"], list):
        return None
    strides, added = found.settings["stride"], found.settings["output_padding"]
    scaled = [size * stride for size, stride in zip(found.input.shape[2:], strides, strict=True)]
    padding = found.settings["padding"]
    if scaled != list(wanted) or not isinstance(padding, list) or added not in (None, 0, [0] * found.spatial):
        return None
    kernel = [stride + 2 * p for stride, p in zip(strides, padding, strict=True)]
    shape = (*found.weight.shape[:2], *kernel)
    after = definition(replace(found, weight=replace(found.weight, shape=shape)), found.given)
    told = (
        f"give {name} a kernel of {kernel[0]}: with a stride of {strides[0]} each size is {strides[0]} times as large"
    )
    return Fix(told, definition(found, found.given), after, edits=(Resize(f"{name}.weight", shape),))


def _cropped(observation: Observation, node: Node, large: Operand, small: Operand) -> Fix:
    """The middle of the larger one, as large as the other."""
    named = [to_read_again(written(observation, node, operand.role)) for operand in (large, small)]
    given, wanted = large.tensor.shape, small.tensor.shape
    by_one = all(a - b <= 1 for a, b in zip(given[2:], wanted[2:], strict=True))
    suffix = _middle(len(given), *named, by_one=by_one) if all(named) else None
    return Fix(
        "crop the larger one before joining, so that both have the same positions",
        after=with_behind(observation, node, large.role, suffix) if suffix else None,
        edits=(Wrap(node.id, large.role, f"x{_middle(len(given), 'x', in_an_edit(small))}"),),
    )


def _middle(rank: int, large: str | None, small: str | None, *, by_one: bool = False) -> str:
    """What leaves the middle of one that is as large as another: of one more that is the first."""
    if by_one:
        return f"[:, :, {', '.join(f': {small}.shape[{axis}]' for axis in range(2, rank))}]"
    sides = ((f"{large}.size({axis})", f"{small}.size({axis})") for axis in range(2, rank))
    return "".join(f".narrow({axis}, ({a} - {b}) // 2, {b})" for axis, (a, b) in enumerate(sides, start=2))
