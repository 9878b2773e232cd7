"""Messages of backward itself: what it starts from, what it cannot derive, what hooks and custom functions return."""

from __future__ import annotations

from whygrad.engine.explain.messages.message import older, raised

MESSAGES = (
    *raised(
        "BWD402",
        r"grad can be (implicitly created|computed) only for (real )?scalar outputs",
        r"given to (hessian|hvp|vhp) should contain a single element",
    ),
    *raised("BWD402 BWD406", r"Mismatch in shape: grad_output\[\d+\] has a shape"),
    *raised(
        "BWD402 CUT105",
        r"only one element tensors can be converted to Python scalars",
        r"a Tensor with \d+ elements cannot be converted to Scalar",
        r"Boolean value of Tensor with (more than one value|no values) is ambiguous",
    ),
    *raised("BWD403", r"backward through the graph a second time"),
    *raised(
        "BWD404",
        r"derivative for '?[\w:. ]+'? is not implemented",
        r"derivative of \S+ depends on \w+, which is not computed",
        r"is not differentiable (with respect to argument|when)",
        r"trying to differentiate twice a function that was marked with @once_differentiable",
        r"You must implement either the backward or vjp method for your custom autograd\.Function",
        r"an autograd kernel was not registered to the Autograd key",
    ),
    *raised("BWD405 TYP802", r"[oO]nly Tensors of floating point (and complex )?dtype can require gradients"),
    *raised("SHP717 BWD406", r"Scatter(Add|Reduce)?Backward\d returned an invalid gradient"),
    *raised(
        "BWD406",
        r"returned an invalid gradient at index",
        r"returned an incorrect number of gradients",
        r"has changed the (size|type) of value",
        r"hook .{1,200} has returned an incorrect number of values",
        r"marked as dirty during the forward method were not returned",
        r"attempting to assign a gradient",
        r"can't assign Variable as its own grad",
        r"expected Variable,? (but hook returned|or None \(got)",
        r"assigned grad expected to be a Tensor or None",
        r"For backward hooks to be called, module output should be a Tensor",
        r"non-full backward hook",
        r"`inputs` argument to `backward\(\)` cannot be empty",
        r"gradients can be either Tensors or None",
        r"[aA] different number of tensors was saved during the original forward and recomputation",
        r"Recomputed values for the following tensors have different metadata",
        r"torch\.utils\.checkpoint is incompatible with \.grad\(\)",
    ),
    *older(
        "BWD406",
        "2.0 to 2.11",
        "torch/utils/checkpoint.py",
        r"trying to save more tensors during recomputation",
        r"Unpack is being triggered for a tensor that was already unpacked once",
        r"Did not expect to backward on this graph",
        r"multiple times without checkpoint recomputation being triggered",
    ),
    *older(
        "BWD406",
        "2.0 to 2.3",
        "torch/utils/checkpoint.py, torch/autograd/__init__.py",
        r"'inputs' argument to backward\(\) cannot be empty",
        r"Checkpointing is not compatible with \.grad\(\) or when an `inputs` parameter",
    ),
)
