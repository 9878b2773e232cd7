"""Messages of types that do not go together, and of indices that are none."""

from __future__ import annotations

from whygrad.engine.explain.messages.message import elsewhere, older, raised

MESSAGES = (
    *raised(
        "TYP802",
        r"Expected tensor for argument #\d+ 'indices'",
        r"(Expected dtype int(32|64)|Expected a long tensor).*[iI]ndex",
        r"tensors used as indices must be long, int, byte or bool tensors",
        r"only integers, slices \(`:`\), ellipsis",
        r"expected target dtype to be Long or Byte",
        r"expected scalar type Long but found",
        r"dtype of indices should be Long",
        r"applicable to index tensor",
        r"only supports boolean masks",
        r"expected BoolTensor for mask",
        r"condition to be a boolean tensor",
        r"only integer tensors of a single element can be converted to an index",
    ),
    *older(
        "TYP802",
        "2.0 to 2.4",
        "torch/csrc/autograd/python_variable_indexing.cpp",
        r"tensors used as indices must be long, byte or bool tensors",
    ),
    *older(
        "TYP802",
        "2.0",
        "aten/src/ATen/native/TensorAdvancedIndexing.cpp",
        r"expected BoolTensor or ByteTensor for mask",
    ),
    *elsewhere(
        "TYP801",
        "the MPS build: aten/src/ATen/native/mps",
        r"the MPS framework doesn't support float64",
        r"expected mat1 and mat2 to have the same dtype",
        r"'mps\.\w+' op requires the same element type",
        r"(Convolution is|GELU is|softmax) (supported only|only implemented|only supported) for [fF]loating types",
    ),
    *raised(
        "TYP801",
        r"(must|should|to|require[sd]?|be) .*(have|share|be|of) (the )?same (data ?|d|scalar )types?",
        r"source and destination dtypes match|must match the dtype|same dtype as the input",
        r"Expected self\.dtype to be equal to|to have the same type as tensor for argument",
        r"input dtype .* does not match weight dtype",
        r"Type promoting not supported",
        r"Promotion for Float8 Types is not supported",
        r"result type \w+ can't be cast to the desired output type",
        r"floating point (or|and) complex (dtype|tensor)",
        r"must be either float or double dtype|only supports floating-point dtypes",
        r"Boolean inputs not supported|Integral inputs not supported|only implemented on integer and Boolean",
        r"with two bool tensors|on a bool tensor is not supported",
        r"not supported for complex",
        r"Low precision dtypes not supported|Unsupported dtype \w+",
        r"Expected out tensor to have dtype|Expected the dtype for input and out to match|expects Long tensor out",
        r"to have (integral|floating point) dtype but got|expects float32 or float64 dtypes",
        r"Expected both inputs to be Half, Float or Double tensors",
        r"Expected theta to have floating point type",
        r"Expected attn_mask dtype to be bool or float",
        r"only bool and floating types of \w+ are supported",
        r"Attempting to unscale FP16 gradients",
    ),
    *raised(
        "TYP801 TYP802",
        r"expected scalar type \w+ but found",
        r"Found dtype \w+ but expected",
        r"expected dtype \w+ for `?\w+`? but got",
        r"Expected object of (scalar )?type",
        r"not implemented for '(Half|BFloat16|Long|Int|Short|Char|Byte|Bool|Double|Float|Complex\w+|Float8\w+)'",
    ),
    *raised("SHP713 TYP801", r"Expected floating point type for target with class probabilities"),
    *raised("TYP801 TYP803", r"Input type \([^)]*\) and (weight|bias) type \([^)]*\) should be the same"),
    *older(
        "TYP801", "2.1 to 2.10", "torch/nn/modules/rnn.py", r"input must have the type torch\.\w+, got type torch\.\w+"
    ),
)
