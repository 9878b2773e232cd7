"""Messages of a call that does not fit: what forward was given, what an option may be, too few values."""

from __future__ import annotations

from whygrad.engine.explain.messages.message import elsewhere, older, raised

_NO_TENSOR = r"list|tuple|dict|NoneType|int|float|str|(numpy\.)?ndarray|Image|\w*Output\w*|BatchEncoding|PackedSequence"

MESSAGES = (
    *raised(
        "TYP804",
        r"(forward|call|relu|__init__)\(\) (is )?missing (\d+ required|value for argument)",
        r"(forward|__init__)\(\) (takes \d+|expected at most|got an unexpected|got multiple values)",
        r"takes \d+ positional arguments? but \d+ (was|were) given",
        r"\w\(\) Expected a value of type",
        r"missing the required \"forward\" function",
        r"argument '\w+' (\(position \d+\) )?(must be|failed to unpack)",
        r"received an invalid combination of arguments",
        rf"'({_NO_TENSOR})' object has no attribute"
        r" '(shape|size|dim|device|to|ndim|dtype|unsqueeze|permute|is_nested|reciprocal)'",
        r"expected Tensor as element \d+ in argument \d+",
        r"unsupported operand type\(s\) for .*'(Tensor|NoneType)'",
        r"can't convert np\.ndarray of type numpy",
        r"Could not infer dtype of",
        r"descriptor '__\w+__' for 'torch\._C\.TensorBase' objects doesn't apply",
        r"should contain one int \(got",
        r"Expected a proper Tensor but got None",
        r"expected np\.ndarray \(got",
        r"too many dimensions 'str'|invalid data type 'str'",
    ),
    *elsewhere(
        "TYP804 SHP713",
        "Hugging Face: transformers/trainer.py",
        r"The model did not return a loss from the inputs",
    ),
    *raised("TYP805", r"Expected more than 1 (value per channel|spatial element) when training"),
)

OPTIONS = (
    *raised(
        "RUN005",
        r"is not a valid value for reduction",
        r"(non-positive|negative) (stride|padding|groups) is not supported",
        r"dilation should be greater than zero",
        r"(kernel_size|stride|dilation|divisor|hidden_size|input_size|num_layers|step) must be (greater than|not) zero",
        r"stride should not be zero",
        r"padding_mode must be one of|padding mode is supported for|Unrecognised padding mode",
        r"Unknown nonlinearity|Unsupported nonlinearity",
        r"(either|only one of) size or scale_factor should be defined",
        r"expected mode to be",
        r"Need attn_mask if specifying the is_causal hint",
        r"elements of output_size must be|_pool\dd: output_size must be",
        r"\w expects (sigma|lambda|p|std|to return)",
        r"lambda must be in range|upper bound and lower bound inconsistent|unsupported range:",
        r"duplicate dims are not allowed",
        r"Order \w+ not supported",
        r"pad must be non-negative",
        r"padding='same' is not supported for strided convolutions",
        r"margin must be greater than 0|eps must be positive|label_smoothing must be between",
        r"dropout probability has to be between 0 and 1",
        r"ignore_index is not supported for floating point target",
        r"only p == 1 and p == 2 supported",
        r"approximate argument must be either",
        r"min_val cannot be greater than max_val",
        r"does not support (non-positive|negative) values for",
        r"step must be nonzero|number of steps must be non-negative",
        r"cannot sample n_sample",
        r"dim \d+ appears multiple times in the list of dims",
        r"should be of type (int|bool), got",
        r"Invalid padding string",
        r"kernel_size must be greater than 0, but got",
        r"in1_features must be > 0",
        r"Anti-alias option is restricted to",
        r"[fa]weights cannot be negative|order must be non-negative|only supports edge_order=1",
        r"[ra]tol must be greater than or equal to zero|\b[nm] must be greater or equal to 0",
        r"ignore_index cannot be specified when target contains probabilities|expected label_smoothing to be in range",
        r"lower bound should be less than or equal to the upper bound|`shifts` required",
        r"number of categories cannot exceed|^ValueError: \w+ is not valid\b",
        r"requires non-negative window length|is implemented for strided tensors only",
        r"(tau|standard deviation) must be positive, got|beta must be non-negative, got",
        r"center must be None for symmetric",
        r"coefficients (must be a list/tuple|cannot be empty)|delta must be a float or int, got",
        r"output_size\.size\(\) must be \d",
        r"to be true, but got false\. \(Could this error message be improved",
    ),
    *older("RUN005", "2.9 to 2.12", "torch/nn/modules/pooling.py", r"kernel_size must greater than 0"),
    *older("RUN005", "2.0 to 2.1", "torch/nn/functional.py", r"Anti-alias option is only supported for"),
)
