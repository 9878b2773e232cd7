"""A router that sends each sample to the expert it chose: the choice stays, and its probability weighs the result.

So does the Switch Transformer: `out[mask] = p[mask, i, None] * expert(x[mask])` in place of `out[mask] =
expert(x[mask])`. The mask of a choice becomes that probability where it was chosen, and 0 elsewhere.
"""

from __future__ import annotations

from whygrad.engine.edits import Replace
from whygrad.engine.gradients.relaxing import CASTS, UNFIT, Read, Relaxed, followed
from whygrad.engine.observation import Event, Node, Observation

_CHOSEN = "self[indices_0 > 0]"
_WEIGHED = "values * indices_0[indices_0 > 0].reshape([-1] + [1] * (self.dim() - 1))"


def gated(observation: Observation, node: Node, event: Event) -> Relaxed | None:
    """A choice whose probability weighs what is computed of the chosen; None where its masks are read otherwise."""
    dim = node.literal("dim")
    if node.bare_name != "argmax" or not isinstance(dim, int) or node.literal("keepdim"):
        return None
    edits = followed(observation, event.outputs[0].id, _as_choice)
    if not edits:
        return None
    makers = {t.id: observation.nodes[e.node].bare_name for e in observation.first.events for t in e.outputs}
    shares = "self" if makers.get(event.tensors[0].id) == "softmax" else f"torch.softmax(self, {dim})"
    name = "the probability of what was chosen as its weight: out[mask] = p[mask, i, None] * expert(x[mask])"
    return Relaxed(name, (Replace(node.id, f"{shares}.movedim({dim}, -1)"), *edits))


def _as_choice(_: Observation, node: Node, event: Event, role: str, __: bool) -> Read | None:
    """How `choice == i` takes the probabilities of all that could have been chosen."""
    if node.bare_name != "eq" or role != "self" or event.input("other") is not None:
        return None
    return Replace(node.id, "self.select(-1, int(other)) * (self.argmax(-1) == other)"), _as_gate


def _as_gate(_: Observation, node: Node, event: Event, role: str, whole: bool) -> Read | None:
    """How an operation takes a probability where something was chosen, and 0 elsewhere, for a mask."""
    name, still = node.bare_name, not any(t.floating for t in event.outputs)
    alone = role == "indices[0]" and whole and sum(o.role.startswith("indices") for o in event.inputs) == 1
    if name in CASTS and still:
        return Replace(node.id, "self"), _as_gate
    if name == "index" and alone:
        return Replace(node.id, _CHOSEN), None
    if name == "index_put" and alone:
        return Replace(node.id, f"torch.{node.name}(self, [indices_0 > 0], {_WEIGHED}, accumulate)"), None
    if (name, role) == ("where", "condition") and event.input("self") is not None:
        return Replace(node.id, "torch.where(condition > 0, condition * self, other)"), None
    return None if name in UNFIT else (None, _as_gate if still and name != "any" else None)
