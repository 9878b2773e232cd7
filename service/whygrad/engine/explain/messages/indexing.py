"""Messages of indices that their table does not have."""

from __future__ import annotations

from whygrad.engine.explain.messages.message import elsewhere, older, raised

MESSAGES = (
    *raised(
        "SHP710",
        r"index out of range in self",
        r"index -?\d+ is out of bounds for dimension",
        r"start \(-?\d+\) \+ length \(-?\d+\) exceeds dimension size",
        r"index -?\d+ out of range for tensor of size",
        r"out of range: tried to access index",
        r"selected (number|index) k out of range|index k out of range",
        r"start out of range \(expected",
        r"Class values must be",
        r"Index tensor must have",
        r"no larger than self",
        r"which is not in the valid range \[",
        r"Found an invalid max index",
        r"[pP]adding_idx must be within num_embeddings",
        r"out of bounds for storage of size",
    ),
    *elsewhere(
        "SHP710",
        "the MPS build: aten/src/ATen/native/mps/operations",
        r"Index dim must not exceed input dim",
        r"index out of bounds for dimension with size",
    ),
    *older("SHP710", "before 1.5", "aten/src/TH/generic/THTensorEvenMoreMath.cpp", r"index out of range at \S+"),
)
