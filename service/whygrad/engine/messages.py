"""The error texts that torch prints, and the codes that each can mean, the likeliest first.

A pattern is searched for in the text with every run of blanks made one. The first that matches decides, so what is
more exact stands above what is more general.
"""

from __future__ import annotations

import re

_CUT = "CUT101 CUT102 CUT103 CUT105 CUT104 PAR202 CUT106 CUT107 BWD401"
_NO_GRAD = "PAR203 PAR204 CUT101 CUT102 PAR201"

_TABLE: tuple[tuple[str, str], ...] = (
    # no way from the loss to a parameter
    (r"element \d+ of tensors does not require grad|does not require grad and does not have a grad_fn", _CUT),
    (r"Expected to have found Tensor for argument #\d+ 'grad'", _CUT),
    (r"None of the inputs have requires_grad=True", f"PAR202 {_CUT}"),
    (r"can't retain_grad on Tensor that has requires_grad=False", _CUT),
    (r"cannot register a hook on a tensor that doesn't require gradient", _CUT),
    (r"Inference tensors cannot be saved for backward|Inplace update to inference tensor", "CUT102"),
    (r"appears? to not have been used in the graph", f"{_NO_GRAD} CUT103"),
    (
        r"Expected to have finished reduction in the prior iteration|parameters that were not used in producing",
        _NO_GRAD,
    ),
    (r"No inf checks were recorded for this optimizer", _NO_GRAD),
    (r"'NoneType' object has no attribute '(zero_|data|norm|clone|detach|abs|mean|max|view)'", _NO_GRAD),
    (r"\.grad attribute of a Tensor that is not a leaf", "CUT107 CUT101"),
    (r"Can't call numpy\(\) on Tensor that requires grad", "CUT105"),
    (r"Converting a tensor with requires_grad=True to a scalar", "CUT105"),
    (r"recommended to use source_?[tT]ensor\.(clone|detach)", "CUT105"),
    (r"'(float|int|NoneType)' object has no attribute 'backward'", "CUT105 BWD401"),
    (r"Cannot insert a Tensor that requires grad as a constant", "PAR206 CUT106"),
    (r"TracerWarning: .*might cause the trace to be incorrect|trace might not generalize", "CUT106 SHP712 CUT105"),
    # the parameters themselves
    (r"optimizer got an empty parameter list", "PAR202 PAR205 PAR206"),
    (r"can't optimize a non-leaf Tensor", "PAR206 CUT107"),
    (r"cannot assign '[\w.]+' (object )?(as|to) parameter", "PAR206"),
    (r"only change requires_grad flags of leaf variables", "PAR201 CUT101"),
    # in-place writes
    (r"modified by an inplace operation", "IPL301"),
    (r"leaf Variable that requires grad .*in-place|leaf variable has been moved into the graph interior", "IPL302"),
    (r"output of a function that returns multiple views", "IPL303"),
    (r"A view was created in (no_grad|inference) mode and is being modified inplace", "IPL303 CUT102"),
    (
        r"is a view and (is being modified|its base or another view of its base has been modified) inplace",
        "IPL303 IPL301",
    ),
    (r"Can't detach views in-place", "IPL303 CUT101"),
    (r"refers? to a single memory location", "IPL304"),
    (r"functions with out=\.\.\. arguments don't support automatic differentiation", "IPL306"),
    # backward itself
    (r"grad can be implicitly created only for (real )?scalar outputs", "BWD402"),
    (r"Mismatch in shape: grad_output\[\d+\]", "BWD402 BWD406"),
    (r"elements? (tensors can be converted to Python scalars|cannot be converted to Scalar)", "BWD402 CUT105"),
    (r"backward through the graph a second time", "BWD403"),
    (r"derivative for '[^']+' is not implemented|is not differentiable with respect to argument", "BWD404"),
    (r"Tensors of floating point (and complex )?dtype can require gradients", "BWD405 TYP802"),
    (
        r"returned an invalid gradient at index|has changed the (size|type) of value|attempting to assign a gradient",
        "BWD406",
    ),
    # numbers
    (r"returned nan values in its \d+th output", "NUM602 NUM603"),
    (r"gradients from `parameters` is non-finite", "NUM602 NUM604"),
    (r"(contains|contained) (either `inf`, `nan`|non-finite values)|but found invalid values: .*nan", "NUM601 NUM602"),
    (r"input matrix is singular|input is not positive-definite|failed to converge because", "NUM601"),
    # types, before shapes: they share words
    (r"Input type \([^)]*cuda[^)]*\) and (weight|bias) type|Expected all tensors to be on the same device", "TYP803"),
    (r"is not on the expected device|Placeholder storage has not been allocated on", "TYP803"),
    (r"not compiled with CUDA|Found no NVIDIA driver|CUDA device but torch\.cuda\.is_available\(\) is False", "TYP803"),
    (r"Could not run '[\w:.]+' with arguments from the '(CUDA|MPS|Meta)' backend|No CUDA GPUs are available", "TYP803"),
    (r"invalid device ordinal|[eE]xpected (object of )?device", "TYP803"),
    (r"Expected tensor for argument #\d+ 'indices'", "TYP802"),
    (r"(Expected dtype int(32|64)|Expected a long tensor).*index|tensors used as indices must be", "TYP802"),
    (r"expected (scalar type Long|target dtype to be Long)|applicable to index tensor", "TYP802"),
    (r"(only supports boolean|expected BoolTensor for) mask|condition to be a boolean tensor", "TYP802"),
    (r"only integer tensors of a single element can be converted to an index", "TYP802"),
    (r"(must|should|to|require[sd]?) .*(have|share) (the )?same (data ?|d|scalar )types?", "TYP801"),
    (
        r"source and destination dtypes match|Expected self\.dtype to be equal to|must have the same scalar type",
        "TYP801",
    ),
    (r"expected scalar type \w+ but (found|got)|Found dtype \w+ but expected|expected dtype \w+ for", "TYP801 TYP802"),
    (r"Expected object of (scalar )?type \S+ but got (scalar )?type", "TYP801 TYP802"),
    (r"Input type \([^)]*\) and (weight|bias) type \([^)]*\) should be the same", "TYP801 TYP803"),
    (r"input dtype .* does not match weight dtype|Type promoting not supported", "TYP801"),
    (r"result type \w+ can't be cast to the desired output type", "TYP801"),
    (r"not implemented for '(Half|BFloat16|Long|Int|Short|Char|Byte|Bool|Double|Complex\w+)'", "TYP801 TYP802"),
    (r"floating point (or|and) complex (dtype|tensor)|Boolean inputs not supported|with two bool tensors", "TYP801"),
    (r"not supported for complex types", "TYP801"),
    # arguments
    (r"(forward|call)\(\) (is )?missing (\d+ required|value for argument)", "TYP804"),
    (r"forward\(\) (takes \d+|expected at most|got an unexpected|Expected a value of type)", "TYP804"),
    (r"missing the required \"forward\" function", "TYP804"),
    (r"argument '\w+' \(position \d+\) must be (a )?\w|received an invalid combination of arguments", "TYP804"),
    (r"object has no attribute '(shape|size|dim|device)'", "TYP804"),
    (r"Expected more than 1 (value per channel|spatial element) when training", "TYP805"),
    # shapes
    (r"mat1 and mat2 shapes cannot be multiplied|mat1 dim 1 must match mat2 dim 0|size mismatch, m1:", "SHP701"),
    (r"Expected size for first two dimensions of batch2|Expected batch2_sizes|inconsistent tensor size", "SHP701"),
    (r"size mismatch, got input|contracted dimensions need to match|size does not match weight size", "SHP701"),
    (r"expected input\[[\d, ]+\] to have \d+ channels|expected weight to be (at least|divisible)", "SHP702 SHP716"),
    (r"expected bias to be 1-dimensional with", "SHP702"),
    (r"expected input's size at dim=\d+ to match num_features|running_(mean|var) should contain", "SHP709 SHP716"),
    (r"Given normalized_shape=|Expected weight to be .*number of channels", "SHP709"),
    (r"Mismatch of parameter numbers and input channel", "SHP709"),
    (
        r"input\.size\(-1\) must be equal to input_size|inconsistent input_size|Expected hidden(\[\d\])? size",
        "SHP711 SHP716",
    ),
    (r"Input batch size \d+ doesn't match hidden|hx( and cx)? should also be|RNN: Expected input to be", "SHP711"),
    (r"`lengths` array must be sorted|Length of all samples has to be|Expected `len\(lengths\)`", "SHP711"),
    (r"(LSTM|GRU|RNN): Expected input to be|but got \d-?D tensor .*(LSTM|GRU|RNN)", "SHP711 SHP703"),
    (r"einsum\(\)", "SHP715"),
    (r"view size is not compatible with input tensor's size and stride", "SHP714"),
    (r"batch_size \(\d+\) to match target batch_size", "SHP713 SHP718"),
    (r"multi-target not supported|Expected target size|only batches of spatial targets supported", "SHP713 SHP716"),
    (r"(Using a )?[tT]arget size .*(different|same).* input size", "SHP713 SHP707"),
    (r"got input: \[.*target: \[|inconsistent target size|input must have the same number of elements", "SHP713"),
    (r"target tensor should be 1-D|weight tensor should be defined", "SHP713"),
    (r"Target -?\d+ is out of bounds|elements of (input|target) should be between 0 and 1|n_classes", "SHP713 SHP710"),
    (r"(input|target)_lengths must be of size batch_size|Expected (input|target)_lengths to have value", "SHP713"),
    (r"Sizes of tensors must match except in dimension|stack expects|Tensors must have same number of dim", "SHP705"),
    (r"tensor \(at position \d+\) cannot be concatenated|cat\(\): expected a non-empty list", "SHP705"),
    (
        r"shape '\[.*\]' is invalid for input of size|cannot reshape tensor|only one dimension can be inferred",
        "SHP704 SHP718",
    ),
    (r"don't multiply up to the size|invalid shape dimension|split_with_sizes expects", "SHP704"),
    (r"divisible by (the square of upscale_factor|downscale_factor|groups|num_groups|num_heads)", "SHP704"),
    (r"not divisible by|must be divisible by|Halving dimension must be even|number of sliding blocks", "SHP704"),
    (
        r"Kernel size can't be greater than actual input|[oO]utput size is too small|Invalid computed output size",
        "SHP708",
    ),
    (r"Padding size should be less than|maximum size for tensor at dimension|pad should be at most half", "SHP708"),
    (r"reduction dim to be specified for|its components must be at least one", "SHP708"),
    (r"output sizes should be greater than 0", "SHP708"),
    (r"(is |are )?out of (bounds|range)\b(?! \(expected)|index k out of range|not in the valid range", "SHP710"),
    (r"Class values must be|exceeds dimension size|Index tensor must have|no larger than self", "SHP710"),
    (r"CUDA error: device-side assert triggered", "SHP710 SHP713 TYP802"),
    (
        r"Dimension out of range|too many indices for tensor|invalid index of a 0-dim|iteration over a 0-d",
        "SHP703 SHP720",
    ),
    (r"[eE]xpected .*\b\d-?D\b.*(input|tensor|got|but)|\b\d-?D\b.* tensor expected|must be a matrix", "SHP703"),
    (r"must be a \dD tensor|expects a tensor with <=|Expected \d-dimensional input for", "SHP703"),
    (r"number of dimensions in the tensor input does not match|(not enough|too many) values to unpack", "SHP703"),
    (r"\d-?D input Tensors supported|Got \d-?D input|is not supported for \d-?D input|Padding length", "SHP703"),
    (r"query should be unbatched|same number of dimensions, but got", "SHP703"),
    (r"The size of tensor a \(\d+\) must match the size of tensor b", "SHP706 SHP713 SHP701"),
    (
        r"The expanded size of the tensor|must be greater or equal to the number of dimensions|broadcast",
        "SHP706 SHP712",
    ),
    (r"shape of the mask .* does not match", "SHP706"),
    (r"batch number of src and tgt|feature number of src and tgt|expecting embedding dimension", "SHP717 SHP716"),
    (r"The shape of the \dD attn_mask|key_padded_mask\.shape", "SHP717"),
    (r"must have the same number of columns|square matrices|Incompatible shapes|must have length", "SHP717"),
    (r"same batch size, but got input|Number of elements of source|dimensions must align|affine matrices", "SHP717"),
    (r"Number of dimensions of repeat dims|Expected 1-D argument", "SHP717 SHP703"),
    # the file and the run
    (r"PytorchStreamReader failed|Weights only load failed|TorchScript archives passed to", "FMT903"),
    (r"Attempting to deserialize|is a zip archive|invalid load key|not a ZIP archive", "FMT903"),
    (r"size mismatch for [\w.]+: copying a param|Error\(s\) in loading state_dict", "FMT903"),
    (r"out of memory|can't allocate memory|not enough memory", "RUN002"),
    (r"Segmentation fault|signal 11|core dumped|maximum recursion depth exceeded", "RUN003"),
    # whatever else speaks of shapes
    (r"^\w*Error: .*\b(shape|size|dimension)s?\b", "SHP717"),
)

MESSAGES = tuple((re.compile(pattern, re.DOTALL), tuple(codes.split())) for pattern, codes in _TABLE)

MESSAGES_OF_ARTICLES = re.compile(r"Expected to have found Tensor for argument #\d+ 'grad'")
"""What articles quote for a missing gradient, though torch never printed it."""

TRACES = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (r"\.detach(_)?\(|\.data\b", "CUT101"),
        (r"no_grad|inference_mode|set_grad_enabled", "CUT102"),
        (r"\bargmax\b|\bargmin\b|\bhistc\b|\.(gt|ge|lt|le|eq)\(|\bone_hot\b|\bround\b", "CUT103"),
        (r"\.(long|int|bool|byte)\(\)|\.to\(torch\.(long|int)", "CUT104"),
        (r"\.item\(|\.tolist\(|\.numpy\(|torch\.tensor\(|\bfloat\(", "CUT105"),
        (r"requires_grad_\(|requires_grad ?= ?True", "CUT107"),
        (r"requires_grad ?= ?False|requires_grad_\(False", "PAR202"),
        (r"\b\w*(loss|cross_entropy|criterion)\w*\(", "SHP713"),
        (r"@|\b(matmul|bmm)\(", "SHP701"),
        (r"\.permute\(|\.transpose\(", "SHP716"),
        (r"\.squeeze\(\)", "SHP720"),
    )
)
"""What in the pasted code speaks for one of several codes."""
