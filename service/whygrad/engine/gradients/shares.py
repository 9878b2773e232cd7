"""Sums of shares: what a softmax gave, added up along the axis that it was taken over, is 1 whatever went in."""

from __future__ import annotations

from whygrad.engine.observation import Event, Observation, Parameter, Step, Tensor
from whygrad.engine.operands import value

_SUMMING = frozenset({"sum", "mean"})
_HANDING_ON = _SUMMING | {
    "add", "sub", "rsub", "mul", "div", "pow", "square", "abs", "clamp", "clamp_min", "view", "reshape", "squeeze",
    "unsqueeze", "expand", "to", "contiguous", "index",
}  # fmt: skip


class Shares:
    """The sums of shares of one step."""

    def __init__(self, observation: Observation, step: Step) -> None:
        self._observation = observation
        self._step = step
        self._behind: dict[int, frozenset[int]] = {}

    def summed_in(self, event: Event, parameter: Parameter) -> int | None:
        """The softmax, by its execution, of which what is compared is a sum, where a parameter is behind it."""
        pending, seen = list(event.tensors), {t.id for t in event.tensors}
        while pending:
            index = self._maker(pending.pop())
            if index is None or self._name(index) not in _HANDING_ON:
                continue
            made = self._step.events[index]
            found = self._adds_up(made)
            if found is not None and parameter.tensor in self._computing(found):
                return found
            new = [t for t in made.tensors if t.requires_grad and t.id not in seen]
            pending += new
            seen |= {t.id for t in new}
        return None

    def _maker(self, tensor: Tensor) -> int | None:
        return next(iter(self._step.makers.get(tensor.id, ())), None)

    def _name(self, index: int) -> str:
        return self._observation.nodes[self._step.events[index].node].bare_name

    def _computing(self, softmax: int) -> frozenset[int]:
        """The tensors, by their ids, that a softmax is computed of."""
        if softmax not in self._behind:
            pending, seen = list(self._step.events[softmax].tensors), set[int]()
            while pending:
                tensor = pending.pop()
                if tensor.id not in seen:
                    seen.add(tensor.id)
                    index = self._maker(tensor)
                    pending += self._step.events[index].tensors if index is not None else ()
            self._behind[softmax] = frozenset(seen)
        return self._behind[softmax]

    def _adds_up(self, event: Event) -> int | None:
        """The softmax whose results an execution adds up along its own axis, alone or with others."""
        if self._observation.nodes[event.node].bare_name not in _SUMMING or not event.tensors:
            return None
        softmax = self._softmax(event.tensors[0])
        own = self._along(self._step.events[softmax]) if softmax is not None else set()
        return softmax if len(own) == 1 and own <= self._along(event) else None

    def _softmax(self, shares: Tensor) -> int | None:
        """What gave shares: a softmax, or one whose logarithms they are the exponentials of."""
        index = self._maker(shares)
        if index is None or self._name(index) == "softmax":
            return index
        given = self._step.events[index].tensors[:1] if self._name(index) == "exp" else ()
        logarithms = next((made for t in given if (made := self._maker(t)) is not None), None)
        return logarithms if logarithms is not None and self._name(logarithms) == "log_softmax" else None

    def _along(self, event: Event) -> set[int]:
        """The axes that an execution goes along, counted from the first; all where it says none."""
        dim, rank = value(self._observation.nodes[event.node], event, "dim"), len(event.tensors[0].shape)
        dims = dim if isinstance(dim, list) else [dim] if isinstance(dim, int) else range(rank)
        return {d % rank for d in dims if rank}
