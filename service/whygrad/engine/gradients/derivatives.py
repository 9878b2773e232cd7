"""The derivatives of torch in families, by the names of their autograd functions: `Sqrt` of `SqrtBackward0`."""

from __future__ import annotations

ADDING = {"Add": (0, 1), "Sub": (0, 1), "Rsub": (0, 1), "Addmm": (0,), "Baddbmm": (0,), "Addmv": (0,), "Expand": (0,),
          "Convolution": (2,), "NativeLayerNorm": (2,), "NativeBatchNorm": (2,), "NativeGroupNorm": (2,)}  # fmt: skip
"""Those that merely add an operand, by the places of the edges of such."""

VIEWS = frozenset(
    {"T", "View", "UnsafeView", "Reshape", "ReshapeAlias", "Unsqueeze", "Squeeze", "Expand", "Transpose", "Permute"}
    | {"Slice", "Select", "Clone", "ToCopy", "Alias"}
)
"""Those of other looks at the same numbers."""

STEPS = frozenset(
    {"Round", "Floor", "Ceil", "Trunc", "Fix", "Sign", "Sgn", "Heaviside", "Bernoulli", "Poisson", "Normal"}
)
"""Those that are zero everywhere."""

SOFTMAXES = frozenset({"Softmax", "LogSoftmax", "SafeSoftmax"})
NORMS = frozenset({"NativeLayerNorm", "NativeGroupNorm", "NativeBatchNorm", "CudnnBatchNorm", "FusedRmsNorm"})
RECTIFIERS = frozenset({"Relu", "Threshold", "Hardshrink", "Softshrink", "RreluWithNoise"})
SAMPLERS = frozenset({"GridSampler2D", "GridSampler3D", "CudnnGridSampler"})

FLAT = SAMPLERS | frozenset(
    {"Sigmoid", "Tanh", "Hardsigmoid", "Erf", "LogSigmoid", "Hardswish", "Elu", "Gelu", "Silu", "Mish", "Softplus"}
    | {"Clamp", "ClampMin", "ClampMax", "Hardtanh", "Maximum", "Minimum", "Exp", "Expm1"}
)
"""Those that are zero at an end, or beyond a bound."""

MASKS = frozenset(
    {"IndexPut", "Copy", "CopySlices", "Zero", "Fill", "MaskedFill", "MaskedScatter", "Where", "MaskedSelect"}
    | {"NativeDropout", "Embedding", "EmbeddingBag", "Tril", "Triu", "NllLoss", "NllLoss2D"}
)
"""Those that leave out what was overwritten, or not chosen."""

JOINING = frozenset({"Stack", "Cat"})
PICKING = frozenset({"Gather", "Index", "IndexSelect", "Select", "Slice"})

BEST = frozenset({"Max", "Min", "Amax", "Amin", "Topk", "Sort", "Kthvalue", "Median"})
"""Those that go to what is the largest, or the like, this time."""

FITTED = frozenset({"MseLoss", "SmoothL1Loss", "HuberLoss", "Abs", "Norm", "LinalgVectorNorm", "Pow"})
"""Those that are zero where two are equal, or what is measured is zero."""

ELEMENTWISE = frozenset({"Mul", "Div", "Addcmul", "Lerp"})
