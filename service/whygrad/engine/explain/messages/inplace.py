"""Messages of writes in place that backward cannot follow."""

from __future__ import annotations

from whygrad.engine.explain.messages.message import older, raised

MESSAGES = (
    *raised(
        "IPL301",
        r"modified by an inplace operation",
        r"saved tensor pack hook is modifying its input in place",
    ),
    *raised(
        "IPL302",
        r"leaf Variable that requires grad (is being|has been) used in an in-place operation",
        r"cannot resize variables that require grad",
    ),
    *older(
        "IPL302",
        "before 2.0",
        "torch/csrc/autograd/functions/accumulate_grad.cpp",
        r"leaf variable has been moved into the graph interior",
    ),
    *raised("IPL303", r"output of a function that returns multiple views"),
    *raised(
        "IPL303 CUT102",
        r"A view was created in (no_grad|inference) mode",
        r"view was created inside a custom Function",
    ),
    *raised("IPL303 CUT101", r"Can't detach views in-place"),
    *raised("IPL304", r"refers? to a single memory location"),
    *raised("IPL306", r"functions with out=\.\.\. arguments don't support automatic differentiation"),
    *raised(
        "IPL305 CUT101",
        r"Attempted to call `variable\.set_data\(tensor\)`",
        r"data set to a tensor that requires gradients must be floating point",
    ),
)
