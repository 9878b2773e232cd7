"""What is divided by its own norm, so that only its direction counts where it is compared with its like."""

from __future__ import annotations

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.sampled import PRODUCTS
from whygrad.engine.observation import Event, Observation, Tensor

NORMS = frozenset({"norm", "linalg_vector_norm"})
_BOUNDING = frozenset({"clamp_min", "clamp", "add", "expand_as", "expand"})


def directions(observation: Observation, known: Layouts, norm: Event) -> Tensor | None:
    """What the numbers behind a norm become when they are divided by it; None where no product compares it."""
    made = _divided(observation, known, norm)
    return made if made is not None and _compared(observation, known, made) else None


def _divided(observation: Observation, known: Layouts, norm: Event) -> Tensor | None:
    pending = list(norm.outputs)
    while pending:
        tensor = pending.pop()
        for reader in (r for r in known.readers[tensor.id] if r.completed and r.outputs):
            name = observation.nodes[reader.node].bare_name
            if name == "div" and reader.tensors[0].id == norm.tensors[0].id:
                return reader.outputs[0]
            pending += [t for t in reader.outputs if name in _BOUNDING and t.id != tensor.id]
    return None


def _compared(observation: Observation, known: Layouts, made: Tensor) -> bool:
    """Whether it meets another such in a product."""
    divided = {t.id for e in known.step.events for t in e.outputs if observation.nodes[e.node].bare_name == "div"}
    products = (e for e in known.step.events if observation.nodes[e.node].bare_name in PRODUCTS)
    sides = ([known.laid_out(t) for t in e.tensors] for e in products)
    return any(made.id in pair and len({*pair} & divided) > 1 for pair in sides)
