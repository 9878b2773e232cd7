"""The losses that a request may name."""

from __future__ import annotations

from collections.abc import Callable

WAYS = ("auto", "output", "sum", "mean")
"""Those that are made of the outputs alone."""
LOSSES = (
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "hinge_embedding_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "mse_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "poisson_nll_loss",
    "smooth_l1_loss",
    "soft_margin_loss",
)
"""Functions of torch.nn.functional, each between an output and a target."""
LOSSES_OF_CLASSES = ("cross_entropy", "multi_margin_loss", "multilabel_margin_loss", "nll_loss")
"""Those whose target holds classes, as integers."""


def needs_target(loss: str, way: Callable[[str], str] = str) -> str:
    """What is said of a loss without its target; `way` tells how one is given, from the short form of an example."""
    if loss in LOSSES_OF_CLASSES:
        return f"It needs a target: {way('8:int64[0,10)')}"
    return f"It needs a target: {way('8x10')}, of the shape of the output"
