"""Recurrent layers and cells: the features that they take, and the states that go with their input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from whygrad.engine.observation import Event, Node, Operand
from whygrad.engine.operands import value

LAYERS = frozenset({"lstm", "gru", "rnn_tanh", "rnn_relu"})
"""The operations of recurrent layers."""

_PACKED = "data"
"""What holds the steps of packed sequences."""

_CELLS = frozenset({"lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"})


@dataclass(frozen=True)
class Recurrent:
    """One execution of a recurrent layer or cell, as far as its operands are known.

    `features` is the size of the input that it was made for, `hidden` that of a state, `stacked` the number of its
    layers and `directions` together; a cell has none of those.
    """

    input: Operand
    states: tuple[Operand, ...]
    first: Operand
    features: int
    hidden: tuple[int, ...]
    stacked: int
    batch_first: bool
    cell: bool
    directions: int = 1

    @property
    def batched(self) -> bool:
        """Whether the input is a batch, not one sample."""
        return len(self.input.tensor.shape) == (2 if self.cell else 3)

    @property
    def given(self) -> int:
        """The features of the input."""
        return self.input.tensor.shape[-1]

    def expected(self, place: int, *, batch_first: bool | None = None) -> tuple[int, ...]:
        """The shape of a state that goes with the input, also if its first dimensions had the other order."""
        first = self.batch_first if batch_first is None else batch_first
        shape, hidden = self.input.tensor.shape, self.hidden[min(place, len(self.hidden) - 1)]
        if self.cell:
            return (shape[0], hidden) if self.batched else (hidden,)
        batch = (shape[0 if first else 1],) if self.batched else ()
        return (self.stacked, *batch, hidden)

    @property
    def odd_state(self) -> int | None:
        """The first state that does not go with the input."""
        for place, state in enumerate(self.states):
            if state.tensor.shape != self.expected(place):
                return place
        return None

    @property
    def exchanged(self) -> bool:
        """Whether its only state has the features of an input, and its input those of a state."""
        given, states = self.input.tensor.shape, [state.tensor.shape for state in self.states]
        if len(states) != 1 or not states[0] or (states[0][-1], given[-1]) != (self.features, self.hidden[0]):
            return False
        return states[0][:1] == given[:1] if self.cell else given[:1] == (self.stacked,) and len(states[0]) == 3

    @property
    def refused(self) -> bool:
        """Whether its features or its states do not fit."""
        return self.given != self.features or self.odd_state is not None


def recurrent(node: Node, event: Event) -> Recurrent | None:
    """The recurrent layer or cell that was executed; None for any other, or where too little of it is known.

    Of packed sequences the features alone: how many samples there are, only their numbers tell.
    """
    given = next((o for o in event.inputs if o.role in ("input", _PACKED)), None)
    held = (o for o in event.inputs if o.role.partition("[")[0] == "hx")
    states = tuple(held) if given is not None and given.role != _PACKED else ()
    if given is None or not given.tensor.shape:
        return None
    if node.bare_name in _CELLS:
        return _cell(event, given, states)
    return _layer(node, event, given, states) if node.bare_name in LAYERS else None


def _cell(event: Event, given: Operand, states: tuple[Operand, ...]) -> Recurrent | None:
    first = next((o for o in event.inputs if o.role == "w_ih"), None)
    second = event.input("w_hh")
    if first is None or second is None or len(given.tensor.shape) not in (1, 2):
        return None
    if len(first.tensor.shape) != 2 or len(second.shape) != 2:
        return None
    hidden = (second.shape[1],)
    return Recurrent(given, states, first, first.tensor.shape[1], hidden, 1, batch_first=True, cell=True)


def _layer(node: Node, event: Event, given: Operand, states: tuple[Operand, ...]) -> Recurrent | None:
    weights = [o for o in event.inputs if o.role.startswith("params")]
    if len(given.tensor.shape) not in (2, 3) or [len(w.tensor.shape) for w in weights[:2]] != [2, 2]:
        return None
    layers, both = value(node, event, "num_layers", 1), bool(value(node, event, "bidirectional", False))
    width = weights[1].tensor.shape[0] // (4 if node.bare_name == "lstm" else 3 if node.bare_name == "gru" else 1)
    return Recurrent(
        input=given,
        states=states,
        first=weights[0],
        features=weights[0].tensor.shape[1],
        hidden=(weights[1].tensor.shape[1], width),
        stacked=layers * (2 if both else 1),
        batch_first=bool(value(node, event, "batch_first", False)),
        cell=False,
        directions=2 if both else 1,
    )


def in_sequence(shape: Sequence[int], features: int, *, batch_first: bool) -> Iterator[str]:
    """How what has more dimensions becomes steps of as many features: its places, its frames, or its columns."""
    if len(shape) < 4:
        return
    channels, *places = shape[1:]
    if channels == features:
        yield ".flatten(2).transpose(1, 2)" if batch_first else ".flatten(2).permute(2, 0, 1)"
    if prod(places) == features:
        yield ".flatten(2)"
    if len(places) == 2 and channels * places[0] == features:
        yield f".permute({'0, 3' if batch_first else '3, 0'}, 1, 2).flatten(2)"
