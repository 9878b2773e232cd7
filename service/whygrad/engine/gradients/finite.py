"""What gives a finite result where an operation has none, whatever its operands are moved to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from whygrad.engine.edits import Give, Replace, Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.gradients.nonfinite import Spoiler
from whygrad.engine.observation import Frame, Observation
from whygrad.engine.operands import value
from whygrad.engine.operations import SCALING
from whygrad.engine.wording.rewriting import ARGUMENTS, given_too, rewritten

_LARGEST = {"float16": 65504.0, "bfloat16": 3.38e38, "float32": 3.4e38, "float64": 1.79e308}
"""What the types hold, in round numbers."""

_INFINITY = r"""-?(?:float\(['"][-+]?inf['"]\)|(?:math|torch|np)\.inf\b)"""
"""How an infinity is written."""

_UNMASKED = "leave at least one position of each row unmasked, or "
_PRODUCTS = frozenset({"matmul", "bmm", "mm", "baddbmm", "einsum", "linear"})


def otherwise(observation: Observation, spoiler: Spoiler) -> Fix:
    """The change of the operation itself; only words where none is known."""
    name = spoiler.node.bare_name
    made = _WAYS[name](spoiler) if name in _WAYS else None
    if made is None:
        return Fix(f"keep what {name} is given in the range where its result is finite")
    return replace(made, after=_SHOWN[name](observation.place(spoiler.node.id))) if name in _SHOWN else made


def all_divided(observation: Observation, spoiler: Spoiler) -> list[Fix]:
    """The deviation of single values, divided by their number."""
    name = spoiler.node.bare_name
    alone = name in ("std", "var") and _of_one_value(spoiler) is not None
    return [otherwise(observation, spoiler)] if alone else []


def scaled_before(observation: Observation, spoiler: Spoiler) -> list[Fix]:
    """A product that leaves the range of its type and is scaled down behind: one of its factors is scaled instead."""
    made, events = spoiler.result, observation.first.events
    if spoiler.node.bare_name not in _PRODUCTS or made is None or made.dtype not in _LARGEST:
        return []
    own = {t.id for event in events if event.node == spoiler.node.id for t in event.outputs}
    readers = [event for event in events if own & {t.id for t in event.tensors}]
    if len(readers) != 1:
        return []
    scale = observation.nodes[readers[0].node]
    number = value(scale, readers[0], "other")
    if scale.bare_name not in SCALING or not isinstance(number, int | float) or not number:
        return []
    factor = number if scale.bare_name == "mul" else 1 / number
    return [
        Fix(
            f"scale before {spoiler.node.bare_name}, not behind it: {made.dtype} ends at {_LARGEST[made.dtype]:g}",
            edits=(Wrap(spoiler.node.id, spoiler.event.inputs[0].role, f"x * {factor}"), Replace(scale.id, "self")),
        )
    ]


def written_smaller(observation: Observation, spoiler: Spoiler) -> list[Fix]:
    """A large number in place of the infinity that was written, with which what follows can still be computed."""
    if spoiler.infinity is None:
        return []
    writer = observation.nodes[spoiler.infinity.node]
    large = 1e4 if any(t.dtype == "float16" for t in spoiler.infinity.outputs) else 1e9
    given = {a.name: spoiler.infinity.values.get(a.name, a.literal) for a in writer.arguments}
    name = next((n for n, value in given.items() if value in ("inf", "-inf")), None)
    if name is None:
        return []
    number = -large if given[name] == "-inf" else large
    line, spelt = observation.place(writer.id), f"{number:.0e}".replace("e+0", "e")
    unless = _UNMASKED if spoiler.node.bare_name in ("softmax", "log_softmax") else ""
    return [
        Fix(
            f"{unless}let {writer.name} write a large number, {spelt}, not an infinity",
            before=line.source if line else "",
            after=rewritten(line, _INFINITY, spelt),
            edits=(Give(writer.id, name, number),),
        )
    ]


def _of_masked_row(spoiler: Spoiler) -> Fix:
    return Fix(
        "leave at least one position of each row unmasked, or mask with a large negative number, not -inf",
        edits=(Wrap(spoiler.node.id, "self", "x.clamp_min(-1e4)"),),
    )


def _of_half(spoiler: Spoiler) -> Fix | None:
    if spoiler.result is None or spoiler.result.dtype != "float16":
        return None
    return Fix("keep it in float32: float16 ends at 65504", edits=(Replace(spoiler.node.id, "self"),))


def _of_one_value(spoiler: Spoiler) -> Fix | None:
    """A deviation of single values: divided by their number, not by one less. Its root has no slope at zero."""
    node, read, made = spoiler.node, spoiler.event.tensors[:1], spoiler.result
    if node.argument("unbiased") is None or made is None or [t.elements for t in read] != [made.elements]:
        return None
    words = "the deviation of one value is 0/0: divide by the number of values, unbiased=False, or leave it out"
    if node.bare_name == "var" or not read[0].requires_grad:
        return Fix(words, edits=(Give(node.id, "unbiased", False),))
    given = "".join(f", {a.name}={'False' if a.name == 'unbiased' else a.name}" for a in node.arguments[1:])
    return Fix(words, edits=(Replace(node.id, f"torch.var(self{given}).add(1e-12).sqrt()"),))


def _of_nothing(spoiler: Spoiler) -> Fix | None:
    """The mean of no elements, where a sum over at least one is zero."""
    if any(t.elements for t in spoiler.event.tensors[:1]) or spoiler.node.argument("dim") is not None:
        return None
    return Fix(
        "the mean of no elements is 0/0: divide their sum by their number, at least 1",
        edits=(Replace(spoiler.node.id, "self.sum() / max(self.numel(), 1)"),),
    )


def _of_no_path(spoiler: Spoiler) -> Fix:
    """Targets that fit into their steps no more are left out."""
    return Fix(
        "give it at least as many steps as labels, by less striding or shorter targets, and leave out what has more: "
        "zero_infinity=True",
        edits=(Give(spoiler.node.id, "zero_infinity", True),),
    )


def _of_a_sum(spoiler: Spoiler) -> Fix | None:
    """Masks that leave the range of their type together: none of them trains anything."""
    node, read, made = spoiler.node, spoiler.event.tensors, spoiler.result
    largest = _LARGEST.get(made.dtype) if made is not None else None
    if largest is None or len(read) < 2 or any(t.requires_grad for t in read):
        return None
    bounds = f"clamp(-{largest:g}, {largest:g})"
    return Fix(
        f"take the smaller of two masks, not their sum, or hold it where its type ends: {bounds}",
        edits=(Replace(node.id, f"torch.add(self, other, alpha=alpha).{bounds}"),),
    )


_WAYS: dict[str, Callable[[Spoiler], Fix | None]] = {
    "softmax": _of_masked_row,
    "log_softmax": _of_masked_row,
    "to": _of_half,
    "half": _of_half,
    "std": _of_one_value,
    "var": _of_one_value,
    "mean": _of_nothing,
    "ctc_loss": _of_no_path,
    "add": _of_a_sum,
}


def _with_all_divided(line: Frame | None) -> str | None:
    """A deviation of all values by their number, written as a root that has a slope everywhere."""

    def written(call: re.Match[str]) -> str:
        root = ".add(1e-12).sqrt()" if call[1] == "std" else ""
        return f"var({call[2]}{', ' if call[2] else ''}unbiased=False){root}"

    return rewritten(line, rf"\b(std|var)\(((?!{ARGUMENTS}(?:unbiased|correction)){ARGUMENTS})\)", written)


_SHOWN: dict[str, Callable[[Frame | None], str | None]] = {
    "std": _with_all_divided,
    "var": _with_all_divided,
    "mean": lambda line: rewritten(line, r"([\w.]+(?:\[[^\[\]]*\])?)\.mean\(\)", r"\1.sum() / max(\1.numel(), 1)"),
    "ctc_loss": lambda line: given_too(line.source if line else None, "ctc_loss", "zero_infinity=True"),
}
"""How the change is written in the line."""
