"""The differentiable twins of hard operations, as expressions over their arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from whygrad.engine.observation import Event, Node
from whygrad.engine.operands import value


@dataclass(frozen=True)
class Relaxation:
    """A twin: what it is called, the expression that stands in place of a result of the node, and what that gives.

    `weights` have one axis more than positions, a `share` is between no and yes, `numbers` are what they were.
    `picking` is what it is called where the positions pick something.
    """

    name: str
    expression: str
    gives: Literal["weights", "share", "numbers"] = "weights"
    result: int = 0
    picking: str = ""


def relaxation(node: Node, event: Event) -> Relaxation | None:
    """The twin that a careful engineer would choose; None where there is no standard one."""
    share = shares(node)
    if share is not None:
        return Relaxation("a sigmoid of the difference", share, "share") if event.input("self") else None
    make = _TWINS.get(node.bare_name)
    return make(node, event) if make is not None else None


def shares(node: Node) -> str | None:
    """How much a comparison holds, between 0 and 1."""
    return _SHARES.get(node.bare_name)


def without_derivative(node: Node) -> bool:
    """Whether a function is smooth, and torch does not differentiate it: most that are special have no formula."""
    return node.bare_name.startswith("special_")


_GREATER, _LESS = "torch.sigmoid(self - other)", "torch.sigmoid(other - self)"
_SHARES: Mapping[str, str] = {
    "gt": _GREATER,
    "ge": _GREATER,
    "lt": _LESS,
    "le": _LESS,
    "eq": "torch.exp(-(self - other).abs())",
    "ne": "(1 - torch.exp(-(self - other).abs()))",
}


def _within(dim: int) -> int:
    """An axis of the positions, among those of their weights."""
    return dim if dim >= 0 else dim - 1


def _extreme(sign: str, result: int = 0) -> Callable[[Node, Event], Relaxation | None]:
    """The position of the largest: softmax."""

    def make(node: Node, event: Event) -> Relaxation | None:
        dim = node.literal("dim", None)
        if len(event.outputs) <= result:
            return None
        if not isinstance(dim, int):
            name = "the mean position, weighted by softmax"
            return Relaxation(name, f"torch.softmax({sign}self.flatten(), 0)") if result == 0 else None
        keep = f".unsqueeze({_within(dim)})" if node.literal("keepdim") else ""
        weights = f"torch.softmax({sign}self, {dim}).movedim({dim}, -1){keep}"
        name = f"the mean position along dimension {dim}, weighted by softmax"
        picking = f"the weights of a softmax along dimension {dim} in place of one position"
        return Relaxation(name, weights, result=result, picking=picking)

    return make


def _nearest(values: str) -> Callable[[Node, Event], Relaxation | None]:
    """The position of one value among the others: weights by how near each is to it."""

    def make(node: Node, event: Event) -> Relaxation | None:
        dim = node.literal("dim")
        if not isinstance(dim, int) or len(event.outputs) < 2:
            return None
        keep = f".unsqueeze({_within(dim)})" if node.literal("keepdim") else ""
        weights = f"torch.softmax(-(self - {values}[0]).abs(), {dim}).movedim({dim}, -1){keep}"
        name = "weights by how near each value is to the one that is chosen"
        return Relaxation(name, weights, result=1, picking=name)

    return make


def _sorted(values: str, result: int) -> Callable[[Node, Event], Relaxation | None]:
    """The positions in order: weights by how near the value in each place is to each value (SoftSort)."""

    def make(node: Node, event: Event) -> Relaxation | None:
        dim = node.literal("dim")
        if not isinstance(dim, int) or len(event.outputs) <= result:
            return None
        stable = ", stable=stable" if values.startswith("torch.sort") and node.argument("stable") else ""
        placed = values.format(stable=stable)
        apart = f"({placed}[0].movedim({dim}, -1).unsqueeze(-1) - self.movedim({dim}, -1).unsqueeze(-2)).abs()"
        weights = f"torch.softmax(-{apart}, -1).movedim(-2, {_within(dim)})"
        name = "the mean positions, weighted by how near the values are (SoftSort)"
        picking = "weights by how near the values are (SoftSort) in place of positions"
        return Relaxation(name, weights, result=result, picking=picking)

    return make


def _drawn(_: Node, __: Event) -> Relaxation:
    """What is drawn by its probability, relaxed: Gumbel noise and softmax."""
    shape = "self.size()[:-1] + [num_samples, self.size(-1)]"
    uniform = f"torch.rand({shape}, dtype=self.dtype, device=self.device).clamp(1e-6, 1 - 1e-6)"
    scores = f"torch.log(self.clamp_min(1e-12)).unsqueeze(-2) - torch.log(-torch.log({uniform}))"
    name = "a relaxed draw (gumbel_softmax), or the log-probability of what was drawn (REINFORCE)"
    return Relaxation(name, f"torch.softmax({scores}, -1)", picking=name)


def _between(number: str, bounds: str) -> Callable[[Node, Event], Relaxation | None]:
    """The interval that a number falls into: a sigmoid at each boundary, as wide as they are apart."""

    def make(_: Node, event: Event) -> Relaxation | None:
        edges = event.input(bounds)
        if edges is None or len(edges.shape) != 1 or edges.shape[0] < 2 or event.input(number) is None:
            return None
        gap = f"(({bounds}[-1] - {bounds}[0]) / {edges.shape[0] - 1})"
        above = f"torch.sigmoid(({number}.unsqueeze(-1) - {bounds}) / {gap})"
        ones, zeros = f"torch.ones_like({number}).unsqueeze(-1)", f"torch.zeros_like({number}).unsqueeze(-1)"
        weights = f"torch.cat([{ones}, {above}], -1) - torch.cat([{above}, {zeros}], -1)"
        name = "how many boundaries it is above, by a sigmoid at each"
        picking = "the share of each interval, by a sigmoid at each boundary"
        return Relaxation(name, weights, picking=picking)

    return make


def _counted(node: Node, _: Event) -> Relaxation:
    dim = node.argument("dim")
    along = f"dim={node.literal('dim')}" if dim is not None and node.literal("dim") is not None else ""
    return Relaxation("the sum of the magnitudes", f"self.abs().sum({along})", "numbers")


def _binned(node: Node, event: Event) -> Relaxation | None:
    """A histogram in which each number is shared between the two nearest bins."""
    bins, low, high = (value(node, event, name) for name in ("bins", "min", "max"))
    if not isinstance(bins, int) or not isinstance(low, int | float) or not isinstance(high, int | float):
        return None
    least, width = (f"{float(low)}", f"{(high - low) / bins}")
    if low == high:
        least, width = "self.min()", f"((self.max() - self.min()) / {bins})"
    places = f"(self.reshape([-1, 1]) - {least}) / {width} - 0.5"
    apart = f"({places}).clamp(0, {bins - 1}) - torch.arange({bins}, dtype=self.dtype, device=self.device)"
    name = "a histogram in which each number is shared between the two nearest bins"
    return Relaxation(name, f"(1 - ({apart}).abs()).clamp(min=0).sum(0)", "numbers")


def _same_function(name: str) -> Callable[[Node, Event], Relaxation | None]:
    """What torch has twice, with a derivative and without."""
    return lambda _, __: Relaxation(f"{name} (the same function, with a derivative)", f"{name}(self)", "numbers")


_TWINS: Mapping[str, Callable[[Node, Event], Relaxation | None]] = {
    "argmax": _extreme(""),
    "argmin": _extreme("-"),
    "max": _extreme("", 1),
    "min": _extreme("-", 1),
    "argsort": _sorted("torch.sort(self, dim, descending)", 0),
    "sort": _sorted("torch.sort(self{stable}, dim=dim, descending=descending)", 1),
    "topk": _sorted("torch.topk(self, k, dim, largest, sorted)", 1),
    "median": _nearest("torch.median(self, dim, True)"),
    "kthvalue": _nearest("torch.kthvalue(self, k, dim, True)"),
    "mode": _nearest("torch.mode(self, dim, True)"),
    "multinomial": _drawn,
    "bucketize": _between("self", "boundaries"),
    "searchsorted": _between("self", "sorted_sequence"),
    "count_nonzero": _counted,
    "histc": _binned,
    "special_modified_bessel_i0": _same_function("torch.special.i0"),
    "special_modified_bessel_i1": _same_function("torch.special.i1"),
}
