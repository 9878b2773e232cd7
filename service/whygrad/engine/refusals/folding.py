"""A fold that is to lay back the windows that an unfold took of a map: with the same windows, on a map as large."""

from __future__ import annotations

from collections.abc import Mapping

from whygrad.engine.edits import Give
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Json, Node, Observation, Step
from whygrad.engine.operands import value
from whygrad.engine.operands.convolutions import short
from whygrad.engine.wording.rewriting import given_too, replaced
from whygrad.engine.wording.written import written

_SLIDING = ("dilation", "padding", "stride")


def folded_back(observation: Observation, step: Step, node: Node, event: Event) -> Fix | None:
    """The settings of the last unfold that gave as many windows as large, where a fold has others; None without one."""
    given = event.input("self")
    if node.bare_name != "col2im" or given is None:
        return None
    unfolds = [e for e in step.events if observation.nodes[e.node].bare_name == "im2col" and e.completed]
    unfold = next((e for e in reversed(unfolds) if e.outputs[0].shape[-1:] == given.shape[-1:]), None)
    maker = observation.nodes[unfold.node] if unfold is not None else None
    if unfold is None or maker is None or value(maker, unfold, "kernel_size") != value(node, event, "kernel_size"):
        return None
    meant = {name: value(maker, unfold, name) for name in _SLIDING}
    meant["output_size"] = list(unfold.tensors[0].shape[-2:])
    changed = {name: size for name, size in meant.items() if value(node, event, name) != size}
    told = ", ".join(f"{name}={_spelt(name, size)}" for name, size in changed.items())
    edits = tuple(Give(node.id, name, size) for name, size in changed.items())
    after = _rewritten(observation, node, changed)
    return Fix(f"fold as the unfold before it: {told}", after=after, edits=edits) if edits else None


def _rewritten(observation: Observation, node: Node, changed: Mapping[str, Json]) -> str | None:
    """The user's line with that setting, where it is one and the line is no call of a layer."""
    source = observation.source(node.id)
    if source is None or len(changed) != 1 or (observation.modules.get(node.module) or "").endswith("Fold"):
        return None
    ((name, size),) = changed.items()
    there, spelt = written(observation, node, name), _spelt(name, size)
    return replaced(source, there, spelt) if there else given_too(source, "fold", f"{name}={spelt}")


def _spelt(name: str, size: Json) -> str:
    return str(tuple(size) if name == "output_size" else short(size))
