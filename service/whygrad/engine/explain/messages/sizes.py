"""Messages of sizes: views, cat and stack, elementwise operations, numbers of dimensions."""

from __future__ import annotations

from whygrad.engine.explain.messages.message import elsewhere, older, raised

RESHAPING = (
    *raised("SHP714", r"view size is not compatible with input tensor's size and stride"),
    *raised("SHP704 SHP718 SHP712", r"shape '\[.*\]' is invalid for input of size"),
    *raised(
        "SHP704 SHP718",
        r"cannot reshape tensor of 0 elements",
        r"only one dimension can be inferred",
        r"invalid shape dimension",
        r"don't multiply up to the size",
    ),
    *raised(
        "SHP704",
        r"split_with_sizes expects",
        r"divisible by (the square of upscale_factor|downscale_factor|groups)",
        r"not divisible by|must be divisible by|to be divisible by",
        r"Halving dimension must be even",
        r"number of sliding blocks",
        r"split_size can only be 0|split_size be non-negative|chunk expects `chunks` to be greater than 0",
        r"autograd's resize can only change the shape",
    ),
)

JOINING = (
    *raised(
        "SHP705",
        r"Sizes of tensors must match except in dimension",
        r"stack expects each tensor to be equal size",
        r"Tensors must have same number of dimensions",
        r"tensor \(at position \d+\) cannot be concatenated",
        r"expects? a non-empty (list|TensorList)|expected a non-empty list",
        r"each element in list of batch should be of equal size",
        r"expected sequence of length \d+ at dim",
        r"_chunk_cat expects",
    ),
    *elsewhere("SHP705", "the MPS build: aten/src/ATen/native/mps", r"zero-dimensional tensor cannot be concatenated"),
    *elsewhere("SHP705", "torch/utils/data/_utils/collate.py in a worker", r"resize storage that is not resizable"),
)

RANKS = (
    *raised(
        "SHP703 SHP720",
        r"Dimension out of range",
        r"too many indices for tensor",
        r"invalid index of a 0-dim tensor|iteration over a 0-d tensor|len\(\) of a 0-d tensor",
        r"Dimension specified as -?\d+ but tensor has no dimensions",
        r"(can ?not|cannot) be applied to a 0-dim tensor",
    ),
    *raised(
        "SHP703",
        r"expected (?!a batch of 2D affine).*\b\d-?D\b.*(input|tensor|got|but)",
        r"\b\d-?D\b.* tensors? expected|must be a matrix|expected a matrix|vector \+ matrix @ vector expected",
        r"must be (a )?\d-?D|at least \dD|a 1D vector|has to be 1D or 2D|one-dimensional tensor",
        r"with dimensionality (1 or 2|at least 2), got",
        r"expects a tensor with <=|Supports 1D or 2D tensors|must be >= \d-d|must be 1 or 2 dim|only supports 1-d",
        r"Expected \d-dimensional input for|Expected \d to \d dimensions",
        r"expects input to have at least \d dimensions|expects at least a 1-dimensional tensor",
        r"number of dimensions in the tensor input does not match",
        r"list of \d values to match the convolution dimensions|weight should have at least three dimensions",
        r"output_size must have \d or \d elements",
        r"(not enough|too many) values to unpack",
        r"tuple index out of range",
        r"\d-?D input Tensors supported|Got \d-?D input|is not supported for \d-?D input",
        r"Padding length",
        r"Input dimension should be at least",
        r"Expected 3D or higher dimensionality input|Expected at least \d dimensions",
        r"same number of (spatial )?dimensions, but got",
        r"two or fewer dimensions|2 or fewer dimensions|total dims >= 2",
        r"Only tensors with .* dimensions are supported|fewer than 2 dimensions",
        r"is only supported on matrices",
        r"assert len\(defaults\) > len\(out_size\)",
        r"contain the same number of dims as destination",
        r"grid to have size \d in last dimension",
        r"glu does not support scalars|Not allow zero-dim input tensor",
        r"should be a \dd or \dd Tensor|Expected \d-dimensional tensor, but got",
        r"start_dim cannot come after end_dim",
    ),
    *older("SHP703", "2.0", "torch/nn/modules/activation.py", r"Softmax2d requires a 3D or 4D tensor as input"),
    *older("SHP703", "2.0 to 2.10", "torch/jit/_shape_functions.py", r"bmm only supports 3D tensors"),
    *elsewhere("SHP703", "the MPS build: aten/src/ATen/native/mps", r"number of dims don't match in permute"),
    *older("SHP703", "2.0 to 2.7", "aten/src/ATen/native/GatedLinearUnit.cpp", r"glu does not suppport scalars"),
)

ELEMENTWISE = (
    *raised("SHP706 SHP713 SHP701 SHP712", r"The size of tensor a \(\d+\) must match the size of tensor b"),
    *raised(
        "SHP706 SHP712",
        r"The expanded size of the tensor",
        r"must be greater or equal to the number of dimensions",
        r"Attempting to broadcast a dimension of length|Shape mismatch: objects cannot be broadcast",
        r"is not expandable to size|doesn't match the broadcast shape",
    ),
    *raised("SHP706", r"shape of the mask .* does not match", r"shape mismatch: (indexing|value) tensors?"),
    *older(
        "SHP706",
        "2.0 to 2.5",
        "aten/src/ATen/native/mps",
        r"input not broadcastable to size with smaller dimensionality",
    ),
)

OTHERS = raised(
    "SHP717",
    r"Number of elements of source < number of ones in mask",
    r"shifts and dimensions must align|mismatch in length of strides and shape",
    r"batch of 2D affine matrices",
    r"Number of dimensions of repeat dims can not be smaller",
    r"same batch size, but got input",
    r"source tensor shape must match self tensor shape",
    r"Number of indices \(\d+\) should be equal to|must have same slice shapes",
    r"source and index to have the same number of elements",
    r"boundaries tensor and input value tensor must match",
    r"repeats must have the same size as input along dim",
    r"expected src to have a size equal to the slice of self",
    r"If per_sample_weights|offsets has to be",
    r"expected [fa]weights to have (one or fewer dimensions|the same numel)",
    r"diagonal dimensions cannot be identical|rotation dims to be different|(repeated|duplicate) dim (in|not) ",
    r"expected spacing to be unspecified|expected each dimension size to be at least edge_order",
    r"only supports (0-dimensional|a 0-dimensional value)|start must be an 0-dim integral",
    r"requires batched input, \(N, \d+\), got unbatched|expected (linear_bias shape|weight shape to be) ",
    r"only tensors with up to \d+ dims are supported",
    r"non-batch dimensions to have positive length|non-empty vector or matrix with optional 0-dim batch size",
    r"expected shape of indices to be same as that of the input tensor",
    r"must be equal to min\(other\.shape|expected total rotation dims == 2",
    r"[hvd]split requires a tensor with at least|renorm: input needs at least",
    r"does not match the length of the physical_layout",
    r"size of bins must be equal to the innermost dimension|boundaries tensor must be 1 dimension",
    r"inputs must have the same number of dimensions",
)

MESSAGES = (*RESHAPING, *JOINING, *RANKS, *ELEMENTWISE, *OTHERS)
