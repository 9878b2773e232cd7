"""Which executions made the NaN and the infinities that tensors hold."""

from __future__ import annotations

from collections.abc import Iterable

from whygrad.engine.observation import Event, Observation, Step, Tensor

_SHRINKING = frozenset({"div", "true_divide", "reciprocal", "exp", "softmax"})
"""What makes zeros of infinity."""

_KEEPING_ZEROS = frozenset(
    {"index", "select", "slice", "gather", "index_select", "take_along_dim", "mul", "neg", "clone", "contiguous", "to"}
    | {"view", "reshape", "flatten", "squeeze", "unsqueeze", "transpose", "permute", "t", "expand", "diagonal"}
)
"""What gives on the zeros that it is given."""


class Origins:
    """For every tensor that is not finite, the executions that first made it so; found in one sweep."""

    def __init__(self, observation: Observation, step: Step) -> None:
        self._nodes = observation.nodes
        self._known: dict[tuple[int, int], frozenset[int]] = {}
        self._memory: dict[int, frozenset[int]] = {}
        self._faded: dict[int, frozenset[int]] = {}
        self._meant: dict[int, int] = {}
        self._events = step.events
        for order, event in enumerate(step.events):
            spoilt = [t for t in event.outputs if not finite(t) and (t.id, t.version) not in self._known]
            for tensor in spoilt:
                made = self._made(order, event, tensor)
                self._known[tensor.id, tensor.version] = self._memory[tensor.storage] = made
                if not made:
                    writer = self.meant(order)
                    self._meant[tensor.id] = order if writer is None else writer
            self._fade(event)

    def of(self, tensor: Tensor) -> frozenset[int]:
        """The executions that made a tensor non-finite; none where that was meant, or is not known."""
        key = (tensor.id, tensor.version)
        return self._known[key] if key in self._known else self._memory.get(tensor.storage, frozenset())

    def of_all(self, tensors: Iterable[Tensor]) -> frozenset[int]:
        """Those of all that are not finite."""
        return frozenset[int]().union(*(self.of(t) for t in tensors if not finite(t)))

    def meant(self, order: int) -> int | None:
        """The execution that wrote an infinity, as was meant, which an execution was given."""
        given = (self._meant.get(t.id) for t in self._events[order].tensors if not finite(t))
        return next((writer for writer in given if writer is not None), None)

    def _made(self, order: int, event: Event, made: Tensor) -> frozenset[int]:
        taken = [t for t in event.tensors if not finite(t)]
        origins = self.of_all(taken)
        if not taken:
            origins = frozenset[int]().union(*(self._faded.get(t.id, frozenset()) for t in event.tensors))
        meant = bool(taken) or self._writes_infinity(event)
        nothing = meant and made.numbers is not None and not made.numbers.nan
        return origins or (frozenset() if nothing else frozenset({order}))

    def _fade(self, event: Event) -> None:
        """Follow the zeros that an infinity left behind."""
        name, origins = self._nodes[event.node].bare_name, frozenset[int]()
        if name in _SHRINKING:
            origins = self.of_all(event.tensors)
        elif name in _KEEPING_ZEROS:
            origins = origins.union(*(self._faded.get(t.id, frozenset()) for t in event.tensors))
        if origins:
            zeros = (t for t in event.outputs if t.numbers is not None and t.numbers.zero)
            self._faded |= {t.id: origins for t in zeros}

    def _writes_infinity(self, event: Event) -> bool:
        literals = [a.literal for a in self._nodes[event.node].arguments if a.constant]
        return any(value in ("inf", "-inf") for value in [*literals, *event.values.values()] if isinstance(value, str))


def finite(tensor: Tensor) -> bool:
    """Whether a tensor holds no NaN and no infinity, as far as was seen."""
    return tensor.numbers is None or tensor.numbers.finite
