"""Sequences whose samples, steps or features stand in another axis than a recurrent layer takes them from."""

from __future__ import annotations

from whygrad.engine.axes import called
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.misordered import Misordered
from whygrad.engine.axes.pieces import Axis, holds_batch
from whygrad.engine.edits import Give, Wrap
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operands import value

RECURRENT = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}
"""Recurrent operations and the layers that they are of."""


def recurrent(observation: Observation, known: Layouts, node: Node, event: Event) -> Misordered | None:
    """Features or samples in another axis than the layer takes them from."""
    given, weight = event.input("input"), event.input("params[0]")
    if given is None or weight is None or len(given.shape) != 3 or len(weight.shape) != 2:
        return None
    if given.shape[2] == weight.shape[1]:
        return _samples(observation, known, node, event, given, weight)
    if given.shape[1] != weight.shape[1]:
        return None
    what = f"{weight.shape[1]} features in the last dimension, and finds them in dimension 1"
    return Misordered("input", given, what, ".transpose(1, 2)", (Wrap(node.id, "input", "x.transpose(1, 2)"),))


def _samples(
    observation: Observation, known: Layouts, node: Node, event: Event, given: Tensor, weight: Tensor
) -> Misordered | None:
    """Samples in the axis that the layer takes for the steps, as what follows says, or what their sizes are called."""
    first = bool(value(node, event, "batch_first", False))
    steps, samples = given.shape[1], given.shape[0]
    if first or not event.completed or samples == 1:
        return None
    refused = _refused(observation, known, given) if steps > 1 else None
    read_so = _last_taken(observation, known, event) if steps > 1 else _one_step(observation, known, event, given)
    rows, columns, _ = known.of(given)
    named_so = called.samples(observation, rows) and called.steps(observation, columns)
    named_so = named_so and not _runs_along(observation, known, columns)
    if refused is None and not read_so and not named_so:
        return None
    states = [o.role for o in event.inputs if o.role.startswith("hx")]
    stretched = (Wrap(node.id, role, f"x[:, :1].expand(-1, {samples}, -1).contiguous()") for role in states)
    return Misordered(
        "input",
        given,
        "the samples in dimension 1, and they are in dimension 0",
        "batch_first=True",
        (Give(node.id, "batch_first", True), *stretched),
        silent=refused is None,
        layer=_definition(node, event, weight),
        behind=refused,
    )


def _runs_along(observation: Observation, known: Layouts, steps: Axis) -> bool:
    """Whether a recurrence already runs along an axis: one along each of two is meant."""
    layers = (e for e in known.step.events if observation.nodes[e.node].bare_name in RECURRENT)
    taken = ((e, e.input("input"), value(observation.nodes[e.node], e, "batch_first", False)) for e in layers)
    return any(known.of(given)[int(bool(first))] == steps for _, given, first in taken if given is not None)


def _refused(observation: Observation, known: Layouts, given: Tensor) -> int | None:
    """The loss that refused a prediction for each step where its target has one for each sample; None where none did.

    It is what comes of the last state: `h[-1]` has a row for what the layer takes for samples.
    """
    failed = observation.failure
    node = observation.nodes[failed.node] if failed is not None else None
    target = next((o.tensor for o in failed.inputs if o.role in ("target", "tensors[1]")), None) if failed else None
    if failed is None or node is None or target is None or not target.shape or not failed.tensors[0].shape:
        return None
    predicted = failed.tensors[0]
    samples, steps = known.of(given)[:2]
    return node.id if known.of(predicted)[0] == steps != samples == known.of(target)[0] else None


def _one_step(observation: Observation, known: Layouts, event: Event, given: Tensor) -> bool:
    """Whether one step of each sample is given, where a layer before was made for the batch first."""
    (samples, _, _), taken, batch_first = known.of(given), False, False
    for earlier in (known.step.events[order] for order in known.behind(event)):
        node = observation.nodes[earlier.node]
        layout = known.of(earlier.tensors[0]) if earlier.inputs else ()
        if node.bare_name in ("select", "unbind") and len(layout) > 2 and samples in layout:
            taken = taken or value(node, earlier, "dim", 0) % len(layout) != layout.index(samples)
        recurs = node.bare_name in RECURRENT and value(node, earlier, "batch_first", False)
        batch_first = batch_first or bool(recurs and layout[0] == samples)
    return taken and batch_first and holds_batch(samples)


def _last_taken(observation: Observation, known: Layouts, event: Event) -> bool:
    """Whether the last entry of the outputs along dimension 1 is taken for the last step."""
    for reader in known.step.events:
        node = observation.nodes[reader.node]
        if node.bare_name == "select" and value(node, reader, "dim") == 1 and reader.inputs:
            last = value(node, reader, "index") in (-1, reader.tensors[0].shape[1] - 1)
            if last and _layer(observation, known, reader) is event:
                return True
    return False


def last_sample(observation: Observation, known: Layouts, node: Node, event: Event) -> Misordered | None:
    """The last sample of a layer made with `batch_first=True`, taken for the last step."""
    if value(node, event, "dim") != 0 or value(node, event, "index") != -1 or not event.inputs:
        return None
    layer = _layer(observation, known, event)
    if layer is None or 1 in event.tensors[0].shape[:2]:
        return None
    maker, given = observation.nodes[layer.node], layer.input("input")
    if given is None or len(given.shape) != 3 or not value(maker, layer, "batch_first", False):
        return None
    what = f"the last sample of {maker.module or maker.name} for its last step, which is the last in dimension 1"
    return Misordered("self", event.tensors[0], what, "[:, -1]", (Give(node.id, "dim", 1),), silent=True)


def _layer(observation: Observation, known: Layouts, reader: Event) -> Event | None:
    """The recurrent layer whose outputs are read, also through a slice that takes them all."""
    read, maker = reader.tensors[0], known.maker(reader.tensors[0])
    while maker is not None and observation.nodes[maker.node].bare_name == "slice":
        if maker.tensors[0].shape != read.shape:
            return None
        read, maker = maker.tensors[0], known.maker(maker.tensors[0])
    if maker is None or observation.nodes[maker.node].bare_name not in RECURRENT:
        return None
    return maker if maker.outputs[0].id == read.id else None


def _definition(node: Node, event: Event, weight: Tensor) -> str:
    """The recurrent layer written out, with the batch first."""
    gates = {"lstm": 4, "gru": 3}.get(node.bare_name, 1)
    words = [str(weight.shape[1]), str(weight.shape[0] // gates)]
    layers = value(node, event, "num_layers", 1)
    words += [f"num_layers={layers}"] if layers != 1 else []
    words += ["bidirectional=True"] if value(node, event, "bidirectional", False) else []
    words += ["batch_first=True"]
    return f"nn.{RECURRENT[node.bare_name]}({', '.join(words)})"
