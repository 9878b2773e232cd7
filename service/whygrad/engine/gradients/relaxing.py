"""Relaxed in place of hard: a choice by its scores becomes weights, yes and no become a share between them.

The operation that chooses then gives weights over all that it could have chosen, with one axis more, at the end; what
picks by its positions takes a weighted mean, what computes with them the mean position. A comparison gives a number
between 0 and 1, and what reads it as a mask blends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from whygrad.engine.edits import Edit, Replace, Wrap
from whygrad.engine.gradients.relaxations import Relaxation, relaxation, shares
from whygrad.engine.gradients.scalars import TAKERS
from whygrad.engine.gradients.uses import uses
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operations import CASTS, METADATA


def rows(weights: str, table: str) -> str:
    """The rows of a table, weighted. What torch writes in Python (tensordot, einsum) cannot be compiled in an edit."""
    return f"torch.matmul({weights}, {table}.flatten(1) if {table}.dim() > 1 else {table}.unsqueeze(1)).reshape(list({weights}.size()[:-1]) + list({table}.size()[1:]))"  # noqa: E501


def between(positions: str, table: str) -> str:
    """Of each row as much as a position is near it."""
    numbers = f"torch.arange({table}.size(0), dtype={table}.dtype, device={table}.device)"
    return f"(1 - ({positions}.unsqueeze(-1) - {numbers}).abs()).clamp(min=0)"


_WITHIN = "dim if dim >= 0 else dim - 1"
"""An axis of the positions, among those of their weights."""

_MEAN = "torch.matmul(x, torch.arange(x.size(-1), dtype=x.dtype, device=x.device))"
_RANKS = "torch.sigmoid(self.movedim(dim, -1).unsqueeze(-1) - self.movedim(dim, -1).unsqueeze(-2)).sum(-1).movedim(-1, dim) - 0.5"  # noqa: E501
_PAIRED = "(torch.matmul(indices_0, self[:indices_0.size(-1), :indices_1.size(-1)]) * indices_1).sum(-1)"
INTERPOLATED = rows(between("indices", "weight"), "weight")
"""A row of a table at a position between two others: as much of each as it is near."""

_PASSED_ON: Mapping[str, str] = {
    "clone": "self",
    "contiguous": "self",
    "detach": "self",
    "unsqueeze": f"self.unsqueeze({_WITHIN})",
    "squeeze": f"self.squeeze({_WITHIN})",
    "select": f"self.select({_WITHIN}, index)",
    "expand": "self.expand(size + [self.size(-1)])",
    "view": "self.reshape(size + [self.size(-1)])",
    "reshape": "self.reshape(shape + [self.size(-1)])",
}
"""What only hands positions on, as it hands on their weights."""

_PICKED: Mapping[tuple[str, str], str] = {
    ("one_hot", "self"): "torch.constant_pad_nd(self, [0, max(num_classes - self.size(-1), 0)])",
    ("embedding", "indices"): rows("indices", "weight[:indices.size(-1)]"),
    (
        "index_select",
        "index",
    ): "torch.matmul(self.narrow(dim, 0, index.size(-1)).movedim(dim, -1), index.transpose(-1, -2)).movedim(-1, dim)",
    ("gather", "index"): f"(index * self.narrow(dim, 0, index.size(-1)).movedim(dim, -1).unsqueeze({_WITHIN})).sum(-1)",
    ("scatter", "index"): f"self + (value - self) * index.sum({_WITHIN}).movedim(-1, dim)",
    ("index", "indices[0]"): rows("indices_0", "self[:indices_0.size(-1)]"),
    (
        "index",
        "indices[1]",
    ): "(indices_1.reshape(indices_1.size() + [1] * (self.dim() - 2)) * self[:, :indices_1.size(-1)]).sum(1)",
    ("bincount", "self"): "torch.constant_pad_nd(self.flatten(0, -2).sum(0), [0, max(minlength - self.size(-1), 0)])",
}
"""What picks by positions, with their weights."""

_BLENDED: Mapping[tuple[str, str], str] = {
    ("where", "condition"): "condition * self + (1 - condition) * other",
    ("masked_fill", "mask"): "self * (1 - mask) + mask * value",
    ("logical_not", "self"): "1 - self",
    ("bitwise_not", "self"): "1 - self",
    ("eq", "self"): "1 - (self - other).abs()",
    ("ne", "self"): "(self - other).abs()",
    **{
        (name, role): "self * other" for name in ("__and__", "bitwise_and", "logical_and") for role in ("self", "other")
    },
    **{
        (name, role): "self + other - self * other"
        for name in ("__or__", "bitwise_or", "logical_or")
        for role in ("self", "other")
    },
}
"""What reads yes and no, with a share in their place."""

_KEPT = frozenset({"index", "masked_select"})
"""What leaves out the places at which a mask says no; weighed with its share, each counts as much as it is kept."""

UNFIT = frozenset({"masked_select", "nonzero", "index_put", "one_hot", "embedding", "gather", "scatter", "index",
                    "masked_fill", "where", "bincount", "squeeze"})  # fmt: skip
"""What takes positions or a mask, and cannot be given anything else where no entry above says how."""

_SHARES = frozenset({"sigmoid", "softmax", "hardsigmoid"})
"""Operations that give numbers between 0 and 1."""

_INFINITE = frozenset({"inf", "-inf"})


@dataclass(frozen=True)
class Relaxed:
    """What an operation is relaxed to, in words, and the edits of it and of all that reads its result.

    `before` and `after` are the user's line of that, where another than that of the operation changes.
    """

    name: str
    edits: tuple[Edit, ...]
    before: str | None = None
    after: str | None = None


Read = tuple[Edit | None, "Reading | None"]
Reading = Callable[[Observation, Node, Event, str, bool], Read | None]
"""How one operation reads what was relaxed: the edit that it needs, and how its result is read if it is relaxed too.

It is asked for each argument, and told whether all tensors of that list are relaxed.
"""


def relaxed(observation: Observation, node: Node, event: Event) -> Relaxed | None:
    """The differentiable twin of a hard operation; None where there is no standard one, or something cannot read it."""
    again = _ranked_again(observation, node, event)
    if again is not None:
        return Relaxed("the soft rank of each: how many are larger, by a sigmoid", (Replace(node.id, "self"), again))
    twin = compared_share(observation, node, event) or relaxation(node, event)
    if twin is None:
        return None
    if twin.gives == "numbers":
        return Relaxed(twin.name, (Replace(node.id, twin.expression),))
    reading = _as_weights if twin.gives == "weights" else _as_share
    changed = followed(observation, event.outputs[twin.result].id, reading)
    if changed is None:
        return None
    counts = any(isinstance(edit, Wrap) for edit in changed)
    name = twin.name if counts or not twin.picking else twin.picking
    name += _as_factor(observation, changed) if twin.gives == "share" else ""
    return Relaxed(name, (Replace(node.id, twin.expression, twin.result), *changed))


def compared_share(observation: Observation, node: Node, event: Event) -> Relaxation | None:
    """Of a share that is held against a threshold, that share itself: `p` for `p > 0.5` where `p` is a sigmoid."""
    given, threshold = event.input("self"), node.literal("other")
    made = uses(observation).made([given.id]) if given is not None else ()
    makers = [observation.nodes[e.node] for e in made if given in e.outputs]
    number = isinstance(threshold, int | float) and 0 < threshold < 1
    if shares(node) is None or not number or not makers or makers[-1].bare_name not in _SHARES:
        return None
    name = f"the {makers[-1].bare_name} itself in place of what it is held against"
    expressions = {"gt": "self", "ge": "self", "lt": "(1 - self)", "le": "(1 - self)"}
    found = expressions.get(node.bare_name)
    return Relaxation(name, found, "share") if found is not None else None


def straight_through(observation: Observation, node: Node, event: Event) -> Relaxed | None:
    """A comparison that is hard in the forward and passes on the gradient of its smooth twin."""
    own = compared_share(observation, node, event)
    share = own.expression if own is not None else shares(node)
    if share is None or event.input("self") is None:
        return None
    changed = followed(observation, event.outputs[0].id, _as_share)
    if changed is None:
        return None
    hard = f"torch.{node.bare_name}(self, other).to(self.dtype)"
    edit = Replace(node.id, f"{hard} + {share} - {share}.detach()")
    what = "a sigmoid" if own is None else own.name.partition(" in place")[0]
    name = f"a straight-through estimate, hard + soft - soft.detach() with {what}"
    return Relaxed(name + _as_factor(observation, changed), (edit, *changed))


def _as_factor(observation: Observation, changed: Sequence[Edit]) -> str:
    """What is to be done with a share where a mask picked what it said yes to."""
    picks = any(isinstance(e, Replace) and observation.nodes[e.node].bare_name in _KEPT for e in changed)
    return ", and multiply by it in place of picking" if picks else ""


def followed(observation: Observation, tensor: int, reading: Reading) -> tuple[Edit, ...] | None:
    """The edits of all that reads a tensor, and what is handed on of it; None where something cannot."""
    tracked, edits = {tensor: reading}, dict[Edit, None]()
    onward = uses(observation).onward(tracked)
    for event in onward:
        node = observation.nodes[event.node]
        roles = {o.role: tracked[o.tensor.id] for o in event.inputs if o.tensor.id in tracked}
        for role, reads in roles.items():
            if node.op.startswith("prim::") and node.op not in TAKERS | METADATA:  # it hands on the same tensor
                continue
            if _measures_in_front(node):
                continue
            whole = {o.role for o in event.inputs if o.role.startswith(f"{role.partition('[')[0]}[")} <= set(roles)
            read = None if node.op in TAKERS | METADATA else reads(observation, node, event, role, whole)
            if read is None:
                return None
            edit, carried = read
            edits |= {edit: None} if edit is not None else {}
            if carried is not None:
                tracked |= {t.id: carried for t in event.outputs}
                onward.follow(t.id for t in event.outputs)
    return tuple(edits)


def _measures_in_front(node: Node) -> bool:
    """Whether it reads a size that weights have too: their one axis more is the last."""
    dim = node.literal("dim")
    return node.bare_name == "size" and isinstance(dim, int) and dim >= 0


def _as_weights(observation: Observation, node: Node, event: Event, role: str, whole: bool) -> Read | None:
    """How an operation takes weights where it took positions."""
    name = node.bare_name
    if name in CASTS and not any(t.floating for t in event.outputs):
        return Replace(node.id, "self"), _as_weights
    if name == "slice" and (node.literal("dim") or 0) >= 0:
        return None, _as_weights
    handed = _PASSED_ON.get(name) if role == "self" else None
    if handed is not None and (name != "squeeze" or node.argument("dim") is not None):
        return Replace(node.id, handed), _as_weights
    if name in ("eq", "ne"):
        return _compared(node, event, role), _as_share
    if name == "index" and whole and len(event.inputs) == 3:
        return Replace(node.id, _PAIRED), None
    if name == "index" and not indexes(observation, event, role):
        return None
    picked = _PICKED.get((name, role))
    if picked is not None and (name != "scatter" or node.argument("value") is not None):
        return Replace(node.id, picked), None
    return None if name in UNFIT else (Wrap(node.id, role, _MEAN), None)


def _as_share(observation: Observation, node: Node, event: Event, role: str, __: bool) -> Read | None:
    """How an operation takes a number between 0 and 1 where it took yes or no, or what was computed of them."""
    name, still = node.bare_name, not any(t.floating for t in event.outputs)
    if name in CASTS and not any(t.floating for t in event.outputs):
        return Replace(node.id, "self"), _as_share
    blended = _BLENDED.get((name, role))
    if blended is not None and node.literal("value") not in _INFINITE:
        return Replace(node.id, blended), _as_share if still else None
    if (name, role) == ("embedding", "indices"):
        return Replace(node.id, INTERPOLATED), None
    if name == "index_put" and _puts_one_number(event):
        return Replace(node.id, "self + (values - self) * indices_0"), None
    if name in _KEPT and (mask := _of_places(observation, event, role)):
        return Replace(node.id, f"self * {mask}"), None
    return None if name in UNFIT else (None, _as_share if still else None)


def _puts_one_number(event: Event) -> bool:
    """Whether one number is written wherever a mask of all elements says yes."""
    into, mask, values = (event.input(role) for role in ("self", "indices[0]", "values"))
    return (
        into is not None and mask is not None and into.shape == mask.shape and values is not None and not values.shape
    )


def _of_places(observation: Observation, event: Event, role: str) -> str:
    """The mask of all places, or of all rows, of what alone it picks from, as it weighs that; "" for any other.

    What reads the picked sums it up, or takes its mean, for which a weight is what it is to the mean of all.
    """
    picked, mask = event.input("self"), event.input(role)
    alone = len(event.inputs) == 2 and picked is not None and mask is not None
    if not alone or picked is None or mask is None or picked.shape[: len(mask.shape)] != mask.shape:
        return ""
    readers = {observation.nodes[e.node].bare_name for e in uses(observation).read([event.outputs[0].id])}
    name, further = role.replace("[", "_").rstrip("]"), len(picked.shape) - len(mask.shape)
    shared = name + "".join(".unsqueeze(-1)" for _ in range(further))
    return {"sum": shared, "mean": f"{shared} / {name}.mean()"}.get("".join(readers), "")


def _compared(node: Node, event: Event, role: str) -> Edit:
    """`choice == target` as the weight that the target has, `choice != target` as all the others'."""
    wanted = "other" if role == "self" else "self"
    taken = f"{role}.gather(-1, {wanted}.to(torch.int64).unsqueeze(-1)).squeeze(-1)"
    if event.input(wanted) is None:
        taken = f"{role}.select(-1, int({wanted}))"
    return Replace(node.id, taken if node.bare_name == "eq" else f"(1 - {taken})")


def indexes(observation: Observation, event: Event, role: str) -> bool:
    """Whether positions alone index the first axis, or the second along the first: `x[arange, positions]`."""
    others = [o for o in event.inputs if o.role.startswith("indices") and o.role != role]
    if role == "indices[0]":
        return not others
    maker = observation.first.maker(others[0].tensor.id) if len(others) == 1 else None
    return role == "indices[1]" and maker is not None and observation.nodes[maker.node].bare_name == "arange"


def _ranked_again(observation: Observation, node: Node, event: Event) -> Replace | None:
    """The edit of the second of two `argsort`, which gives the rank of each; None where there is no second."""
    if node.bare_name != "argsort":
        return None
    users = list(uses(observation).read([event.outputs[0].id]))
    second = observation.nodes[users[0].node] if len(users) == 1 else None
    return Replace(second.id, _RANKS) if second is not None and second.bare_name == "argsort" else None
