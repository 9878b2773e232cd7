"""What a `where` computes for positions at which it chooses otherwise, and a safe argument for those.

A branch is followed back from the `where` through what is computed position by position and is read by nothing else,
up to the tensor that the condition compares with a number. Where the condition does not hold, that branch may be given
any number in its place: the result stays exactly what it was, and nothing hidden is left that could be NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import isfinite

from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.gradients.zero_sources import OPPOSITE
from whygrad.engine.observation import Node, Observation, Step, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import METADATA
from whygrad.engine.wording.guarding import guarded

_POINTWISE = frozenset(
    {"add", "sub", "rsub", "mul", "div", "true_divide", "pow", "float_power", "square", "sqrt", "rsqrt", "reciprocal"}
    | {"neg", "abs", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "xlogy", "lgamma", "digamma", "erf"}
    | {"erfc", "erfinv", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh"}
    | {"arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh", "atan2", "sigmoid", "logit", "softplus", "relu"}
    | {"logsigmoid", "sinc", "maximum", "minimum", "fmax", "fmin", "hypot", "logaddexp", "where", "masked_fill"}
    | {"clamp", "clamp_min", "clamp_max", "nan_to_num", "silu", "gelu", "addcmul", "addcdiv", "lerp", "to", "clone"}
)
"""What computes each number of those at its place, by the bare names."""

_BRANCHES = {"where": ("condition", {"self": True, "other": False}), "masked_fill": ("mask", {"self": False})}
"""The operations that choose: the role of the condition, and those of the branches with when each is chosen."""

_SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "==", "ne": "!="}
_OTHERWISE = {**OPPOSITE, "eq": "ne", "ne": "eq"}


@dataclass(frozen=True)
class _Held:
    """A tensor that a condition holds against a number. `sized` is whether it is its magnitude that is."""

    tensor: Tensor
    comparison: str
    number: float
    sized: bool = False

    def guard(self, name: str) -> str:
        """The expression that is the tensor where the condition holds, and elsewhere a number for which it does."""
        told = f"torch.abs({name})" if self.sized else name
        return f"torch.where({told} {_SIGNS[self.comparison]} {self.number!r}, {name}, {self._safe!r})"

    @property
    def _safe(self) -> float:
        """A number for which the condition holds, well away from its bound, and round where it can be."""
        bound, real = self.number, self.tensor.floating
        if self.comparison == "eq":
            return bound
        if self.comparison in ("gt", "ge", "ne"):
            away: float = 1 if abs(bound) < 0.5 else bound + 1
        else:
            away = bound / 2 if bound > 0 and real else -1 if abs(bound) < 0.5 else bound - 1
        return float(away) if real else int(away)


def safe_argument(observation: Observation, step: Step, order: int, hider: Node) -> list[Fix]:
    """The change that gives the branch which an execution stands in a safe argument where that is not chosen."""
    choosers = [chooser for chooser in step.executions.get(hider.id, ()) if chooser > order]
    return [fix for chooser in choosers[:1] for fix in _guarding(observation, step, order, chooser)]


def _guarding(observation: Observation, step: Step, order: int, chooser: int) -> Iterator[Fix]:
    event = step.events[chooser]
    condition, branches = _BRANCHES.get(observation.nodes[event.node].bare_name, ("", {}))
    for role, chosen in branches.items():
        inside = _behind(observation, step, chooser, role)
        if order not in inside:
            continue
        for held in _held(observation, step, event.input(condition), holds=chosen):
            reading = ((step.events[i].node, o) for i in sorted(inside) for o in step.events[i].inputs)
            reads = dict.fromkeys((node, o.role) for node, o in reading if o.tensor.id == held.tensor.id)
            if reads:
                yield _fix(observation, observation.nodes[event.node], role, held, list(reads))
                return


def _fix(observation: Observation, chooser: Node, role: str, held: _Held, reads: Sequence[tuple[int, str]]) -> Fix:
    shown = guarded(observation, chooser, role, reads, held.guard)
    return Fix(
        f"give that branch of {chooser.bare_name} a safe argument where it is not chosen, before it is computed: "
        f"{held.guard('x')} in place of x",
        before=shown[0] if shown else "",
        after=shown[1] if shown else None,
        edits=tuple(Wrap(node, argument, held.guard("x")) for node, argument in reads),
    )


def _behind(observation: Observation, step: Step, chooser: int, role: str) -> frozenset[int]:
    """The executions that only one branch is computed by, position by position."""
    nodes, events = observation.nodes, step.events
    returned = {t.id for t in step.outputs} | set(step.reads)
    inside: set[int] = {chooser}
    pending: list[int] = []
    seen: set[int] = set()

    def look_behind(tensors: Iterable[Tensor]) -> None:
        for tensor in tensors:
            maker = next((i for i in reversed(step.makers.get(tensor.id, ())) if i < chooser), None)
            if maker is not None and maker not in seen:
                seen.add(maker)
                heappush(pending, -maker)

    read_otherwise = {o.tensor.id for o in events[chooser].inputs if o.role != role}
    look_behind(o.tensor for o in events[chooser].inputs if o.role == role)
    while pending:
        order = -heappop(pending)
        event, node = events[order], nodes[events[order].node]
        made = {t.id for t in event.outputs}
        readers = {i for t in made for i in step.readers.get(t, ()) if nodes[events[i].node].op not in METADATA}
        plain = node.bare_name in _POINTWISE and not node.writes
        if plain and readers <= inside and not made & (returned | read_otherwise):
            inside.add(order)
            look_behind(event.tensors)
    return frozenset(inside - {chooser})


def _held(observation: Observation, step: Step, condition: Tensor | None, *, holds: bool) -> Iterator[_Held]:
    """What a condition holds against a number, and then what that is the magnitude of."""
    event = None
    for event in step.lineage(condition.id) if condition is not None else ():
        if observation.nodes[event.node].bare_name not in ("logical_not", "bitwise_not"):
            break
        holds = not holds
    node = observation.nodes[event.node] if event is not None else None
    if event is None or node is None or node.bare_name not in _SIGNS or len(event.tensors) != 1:
        return
    number, tensor = value(node, event, "other"), event.tensors[0]
    if not isinstance(number, int | float) or not isfinite(number):
        return
    comparison = node.bare_name if holds else _OTHERWISE[node.bare_name]
    yield _Held(tensor, comparison, number)
    maker = step.maker(tensor.id)
    if maker is not None and observation.nodes[maker.node].bare_name == "abs":
        yield _Held(maker.tensors[0], comparison, number, sized=True)
