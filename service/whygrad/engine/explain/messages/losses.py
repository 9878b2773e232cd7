"""Messages of losses that refuse their target, and the warning where one is broadcast."""

from __future__ import annotations

from whygrad.engine.explain.messages.message import older, raised

MESSAGES = (
    *older(
        "SHP713",
        "2.0 to 2.12",
        "torch/nn/modules/adaptive.py",
        r"\dD target tensor expects \dD input tensors",
    ),
    *older("SHP713", "2.0", "aten/src/ATen/native/LossMulti.h", r"inconsistent target size, got: "),
    *raised("SHP713 SHP718", r"batch_size \(\d+\) to match target batch_size"),
    *raised(
        "SHP713 SHP716",
        r"target tensor should be 1-D",
        r"Expected target size",
        r"only batches of spatial targets supported",
        r"0D or 1D target tensor expected, multi-target not supported",
    ),
    *raised("SHP713 SHP707", r"Using a target size .* that is different to the input size .* is deprecated"),
    *raised("SHP707 SHP713", r"Using a target size .* that is different to the input size"),
    *raised(
        "SHP713 SHP707",
        r"Target size .* must be the same as input size",
        r"size mismatch \(got input",
    ),
    *raised(
        "SHP713",
        r"inconsistent target size",
        r"weight tensor should be defined",
        r"(input|target)_lengths must be of size batch_size",
        r"Expected (input|target)_lengths to have value",
        r"var is of incorrect size",
        r"blank must be in label range",
        r"inconsistent weight size|weight must be one-dimensional",
        r"For 1D input, 1D target must have size 1",
        r"All input tensors should have same dimension but got sizes",
        r"Input and target should have the same size in the batch dimension",
        r"Expected tensor to have size at least \d+ at dimension \d+, but got size \d+ for argument #\d 'targets'",
        r"expected to have the same number of dimensions, but got: anchor",
    ),
    *raised(
        "SHP713 SHP710",
        r"Target -?\d+ is out of bounds",
        r"target out of range|'target' is out of range",
        r"Target values should be in \[",
    ),
    *older(
        "SHP713",
        "before 1.8",
        "aten/src/THNN/generic/ClassNLLCriterion.c",
        r"Assertion `cur_target >= 0 && cur_target < n_classes' failed",
    ),
)
