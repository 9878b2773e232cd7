"""Torch's attention: made for the features that it gets, and its mask for the queries and keys that there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whygrad.engine.axes.attention import in_attention
from whygrad.engine.edits import Edit, Give, Resize
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation, Operand, Step
from whygrad.engine.operands.products import Mismatch
from whygrad.engine.refusals.reads import from_there_on
from whygrad.engine.refusals.sending import resent, shape_to_send
from whygrad.engine.refusals.widening import widened
from whygrad.engine.wording.origins import parameter_name
from whygrad.engine.wording.phrases import sizes
from whygrad.engine.wording.spelling import in_keyword

_MADE_FOR = "embed_dim"
_WEIGHTS = {"in_proj_weight": (3, 1), "in_proj_bias": (3,), "out_proj.weight": (1, 1), "out_proj.bias": (1,)}
"""The weights of an attention, and how many times its features each of their dimensions holds."""


def attention(observation: Observation, node: Node) -> str | None:
    """The path of the attention of torch's that a node belongs to; None where it is no such."""
    return node.module if in_attention(observation, node) else None


def attending_to(observation: Observation, step: Step, node: Node, wrong: Mismatch) -> Iterator[Fix]:
    """The attention made for the features of its queries, or another layer before it; words for keys of other features.

    One in a layer of a transformer is not made apart from the rest of that layer.
    """
    path, own = attention(observation, node) or "", parameter_name(observation, wrong.right.tensor)
    if own and "Transformer" not in (observation.modules.get(path.rpartition(".")[0]) or ""):
        yield _made_for(observation, path, wrong)
    fix = widened(observation, step, wrong.left.tensor, wrong.given, wrong.wanted)
    yield from [fix] if fix else _sent(observation, step, wrong) if own else ()
    yield Fix(
        f"make {path} for {wrong.given} features, or bring what it gets to {wrong.wanted} with a layer before it"
        if own
        else f"make {path} with kdim={wrong.given} and vdim={wrong.given}, or give it keys of {wrong.wanted} features"
    )


def _sent(observation: Observation, step: Step, wrong: Mismatch) -> Iterator[Fix]:
    """The input with as many features, where no layer stands before."""
    shape = wrong.left.tensor.shape
    needed = shape_to_send(observation, step, wrong.left.tensor, (*shape[:-1], wrong.wanted))
    ask = resent(observation, needed[0], shape=list(needed[1])) if needed is not None else None
    if needed is not None and ask is not None:
        told = f"send {sizes(needed[1])}: it takes {wrong.wanted} features, and gets {wrong.given}"
        yield Fix(told, before="", edits=(ask,))


def _made_for(observation: Observation, path: str, wrong: Mismatch) -> Fix:
    known = {p.name for p in observation.parameters}
    held = {name: times for weight, times in _WEIGHTS.items() if (name := f"{path}.{weight}") in known}
    edits: list[Edit] = [Resize(name, tuple(wrong.given * n for n in times)) for name, times in held.items()]
    before, after = (f"nn.MultiheadAttention({n}, ...)" for n in (wrong.wanted, wrong.given))
    words = f"make {path} for {wrong.given} features in place of {wrong.wanted}; its number of heads has to divide them"
    return Fix(words, before, after, edits=(*edits, *_told(observation, path, wrong.given)))


def _told(observation: Observation, path: str, given: int) -> Iterator[Edit]:
    """The checks of an attention that compare with the features that it was made for, told the others."""
    for node in observation.nodes:
        for read in node.arguments if node.module == path and node.op != "aten::format" else ():
            giver = observation.givers.get(read.value)
            if giver is not None and giver.op == "prim::GetAttr" and giver.attribute == _MADE_FOR:
                yield Give(node.id, read.name, given)


def masked(
    observation: Observation, step: Step, node: Node, given: Sequence[int], wanted: Sequence[int]
) -> Iterator[Fix]:
    """The mask cut to the steps that there are, repeated for the heads, or made anew where it is made on the spot."""
    index = f"[{', '.join(f':{n}' for n in wanted)}]"
    found, source = _mask(observation, step, node, given), observation.source(node.id)
    if found is not None and len(given) == len(wanted) and all(a >= b for a, b in zip(given, wanted, strict=True)):
        reader, mask = found
        yield Fix(
            f"cut the mask to the steps that there are: mask{index}",
            after=in_keyword(source, "attn_mask", index) or in_keyword(source, "mask", index),
            edits=from_there_on(observation, reader, mask.role, f"x{index}"),
        )
    if found is not None and (repeated := _for_each_head(given, wanted)):
        reader, mask = found
        yield Fix(
            f"give it a mask for each head of each sample: mask{repeated}",
            after=in_keyword(source, "attn_mask", repeated) or in_keyword(source, "mask", repeated),
            edits=from_there_on(observation, reader, mask.role, f"x{repeated}"),
        )
    edits = [*_remade(observation, step, mask, wanted)] if found is not None and (mask := found[1]) else []
    yield Fix(f"make a mask of {sizes(wanted)}: a row for each query, and a column for each key", edits=tuple(edits))


def _for_each_head(given: Sequence[int], wanted: Sequence[int]) -> str:
    """The call that repeats a mask of each sample for all of its heads, which stand beside each other; "" otherwise."""
    alike = len(given) == len(wanted) == 3 and tuple(given[1:]) == tuple(wanted[1:])
    heads, left = divmod(wanted[0], given[0]) if alike and given[0] else (0, 1)
    return f".repeat_interleave({heads}, dim=0)" if heads > 1 and not left else ""


def _mask(observation: Observation, step: Step, node: Node, given: Sequence[int]) -> tuple[Node, Operand] | None:
    """The last tensor of that shape that the attention read before it raised, and the node that read it."""
    for event in reversed(step.events):
        reader = observation.nodes[event.node]
        masks = [o for o in event.inputs if o.tensor.shape == tuple(given)]
        if masks and reader.module == node.module:
            return reader, masks[0]
    return None


def _remade(observation: Observation, step: Step, mask: Operand, wanted: Sequence[int]) -> Iterator[Edit]:
    """Another size for what a mask is made of: zeros or ones, through operations that keep the shape."""
    tensor = mask.tensor
    for event in reversed(step.events):
        if not any(t.id == tensor.id for t in event.outputs):
            continue
        if not event.inputs and observation.nodes[event.node].argument("size"):
            yield Give(event.node, "size", list(wanted))
        if not event.inputs or event.tensors[0].shape != tensor.shape:
            return
        tensor = event.tensors[0]
