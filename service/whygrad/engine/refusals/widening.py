"""The layer that gave a tensor its features, made to give another number of them."""

from __future__ import annotations

from whygrad.engine.edits import Resize
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Observation, Step, Tensor
from whygrad.engine.wording.origins import layer, weighed
from whygrad.engine.wording.phrases import counted


def widened(observation: Observation, step: Step, tensor: Tensor, given: int, wanted: int) -> Fix | None:
    """`wanted` outputs in place of `given` for the last layer before a tensor; None where it gave another number."""
    held = weighed(step, tensor)
    name = layer(observation, held[0].tensor) if held else None
    shape = held[0].tensor.shape if held else ()
    kind = observation.modules.get(name or "", "")
    if name is not None and kind == "Embedding" and shape[1:] == (given,):
        return _with_other_features(name, shape[0], given, wanted)
    if name is None or len(shape) < 2 or shape[0] != given or "Transpose" in kind:
        return None
    edits = [Resize(f"{name}.weight", (wanted, *shape[1:])), *(Resize(f"{name}.bias", (wanted,)) for _ in held[1:])]
    rest = ")" if kind == "Linear" else ", ...)"
    written = kind in ("Linear", "Conv1d", "Conv2d", "Conv3d")
    before, after = (f"nn.{kind}({shape[1]}, {n}{rest}" if written else None for n in (given, wanted))
    return Fix(f"give {name} {counted(wanted, 'output')} in place of {given}", before, after, edits=tuple(edits))


def _with_other_features(name: str, rows: int, given: int, wanted: int) -> Fix:
    """An embedding with other features in each of its rows."""
    before, after = (f"nn.Embedding({rows}, {n})" for n in (given, wanted))
    summary = f"give {name} {counted(wanted, 'feature')} in place of {given}"
    return Fix(summary, before, after, edits=(Resize(f"{name}.weight", (rows, wanted)),))
