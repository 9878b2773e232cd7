"""A router that sends each sample to the expert it chose: the choice stays, and its probability weighs the result.

So does the Switch Transformer: what an expert gives to its samples is multiplied with the probability that the expert
has for each of them. The mask of a choice becomes that probability where it was chosen, and 0 elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from whygrad.engine.edits import Edit, Replace
from whygrad.engine.gradients.relaxing import UNFIT, Read, Relaxed, followed
from whygrad.engine.gradients.zero_sources import by_chance
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operations import CASTS
from whygrad.engine.wording.weighing import weighed

_CHOOSING: Mapping[str, tuple[str, int]] = {
    "argmax": ("torch.argmax(self, {dim})", 0),
    "max": ("torch.max(self, {dim})[1]", 1),
    "topk": ("torch.topk(self, k, {dim})[1]", 1),
}
"""How a choice is made, and which result of the operation it is."""

_CHOSEN = "self[indices_0 > 0]"
_SHARES = "indices_0[indices_0 > 0].reshape([-1] + [1] * (self.dim() - indices_0.dim()))"
_WEIGHED = f"values * {_SHARES}"
_ADDED = f"self[indices_0 > 0] + (values - self[indices_0 > 0]) * {_SHARES}"
"""What is written, weighed: of what is added to what stood there, `out[m] += f(x)`, only what is added."""


def gated(observation: Observation, node: Node, event: Event) -> Relaxed | None:
    """A choice whose probability weighs what is computed of the chosen; None where its masks are read otherwise."""
    choice, result = _CHOOSING.get(node.bare_name, ("", 0))
    dim, rank = node.literal("dim"), len(event.tensors[0].shape) if event.tensors else 0
    if not isinstance(dim, int) or node.literal("keepdim") or len(event.outputs) <= result or dim % rank != rank - 1:
        return None
    edits = followed(observation, event.outputs[result].id, _as_choice)
    if not edits:
        return None
    makers = {t.id: observation.nodes[e.node].bare_name for e in observation.first.events for t in e.outputs}
    settled = makers.get(event.tensors[0].id) == "softmax"
    shares = ("self" if settled else "torch.softmax(self, -1)") + (".unsqueeze(-2)" if node.bare_name == "topk" else "")
    places = "torch.arange(self.size(-1), device=self.device)"
    chosen = Replace(node.id, f"{shares} * ({choice.format(dim=dim)}.unsqueeze(-1) == {places})", result)
    compared, written = (_first(observation, edits, name) for name in ("eq", "index_put"))
    before, after = weighed(observation, node, compared, written, settled=settled)
    if _draws(observation, node):  # the same line would draw something else the second time
        before, after = "", None
    name = "the probability of what was chosen as the weight of its result"
    return Relaxed(name, (chosen, *edits), before, after)


def _draws(observation: Observation, node: Node) -> bool:
    """Whether something is drawn by chance in the line of an operation."""
    line = observation.place(node.id)
    drawn = {e.node for e in observation.first.events if by_chance(observation.nodes[e.node], e)}
    chances = (observation.place(n) for n in drawn if observation.nodes[n].calls == node.calls)
    return line is not None and any(place and (place.file, place.line) == (line.file, line.line) for place in chances)


def _first(observation: Observation, edits: tuple[Edit, ...], name: str) -> Node | None:
    """The first operation of a name among those that are changed."""
    nodes = (observation.nodes[edit.node] for edit in edits if isinstance(edit, Replace))
    return next((node for node in nodes if node.bare_name == name), None)


def _as_choice(_: Observation, node: Node, event: Event, role: str, __: bool) -> Read | None:
    """How `choice == i` takes the probabilities of what was chosen, 0 of all else."""
    if node.bare_name != "eq" or role != "self" or event.input("other") is not None:
        return None
    return Replace(node.id, "self.select(-1, int(other))"), _as_gate


def _as_gate(observation: Observation, node: Node, event: Event, role: str, whole: bool) -> Read | None:
    """How an operation takes a probability where something was chosen, and 0 elsewhere, for a mask."""
    name, still = node.bare_name, not any(t.floating for t in event.outputs)
    alone = role == "indices[0]" and whole and sum(o.role.startswith("indices") for o in event.inputs) == 1
    if name in CASTS and still:
        return Replace(node.id, "self"), _as_gate
    if name == "any" and isinstance(node.literal("dim"), int):
        return Replace(node.id, "self.sum(dim, keepdim)"), _as_gate
    if name == "index" and alone:
        return Replace(node.id, _CHOSEN), None
    if name == "index_put" and alone:
        given = _ADDED if _adds_to_it(observation, event) else _WEIGHED
        put = f"torch.{node.name}(self, [indices_0 > 0], {given}, accumulate)"
        return Replace(node.id, put, writes=bool(node.writes)), None
    if (name, role) == ("where", "condition") and event.input("self") is not None:
        return Replace(node.id, "torch.where(condition > 0, condition * self, other)"), None
    return None if name in UNFIT else (None, _as_gate if still and name != "any" else None)


def _adds_to_it(observation: Observation, event: Event) -> bool:
    """Whether what is written is a sum with what stood there under the same mask."""
    into, mask, given = (event.input(role) for role in ("self", "indices[0]", "values"))
    if into is None or mask is None or given is None:
        return False
    of = {
        name: [e for e in observation.first.events if observation.nodes[e.node].bare_name == name]
        for name in ("add", "index")
    }
    stood = {t.id for e in of["index"] if [t.id for t in e.tensors] == [into.id, mask.id] for t in e.outputs}
    return any(given.id in {t.id for t in e.outputs} and stood & {t.id for t in e.tensors} for e in of["add"])
