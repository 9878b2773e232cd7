"""Messages of operands on two devices, and of devices that are not there."""

from __future__ import annotations

from whygrad.engine.explain.messages.message import elsewhere, older, raised

MESSAGES = (
    *elsewhere(
        "TYP803",
        "the CUDA build: aten/src/ATen/native/Convolution.cpp",
        r"Input type \([^)]*(cuda|MPS|XPU|Meta)[^)]*\) and (weight|bias) type",
        r"(weight|bias) type \([^)]*(cuda|MPS|XPU|Meta)[^)]*\) should be the same",
    ),
    *raised(
        "TYP803",
        r"is not on the expected device",
        r"Torch not compiled with \w+ enabled",
        r"not linked with support for \w+ devices",
        r"Could not run '[\w:.]+' with arguments from the '\w+' backend",
        r"Cannot copy out of meta tensor",
        r"expected each tensor to be on the same device",
        r"can't convert \S+ device type tensor to numpy",
        r"'lengths' argument should be a 1D CPU int64 tensor",
        r"Tensor\.item\(\) cannot be called on meta tensors",
        r"device type at start of device string",
        r"is only supported on CUDA",
    ),
    *elsewhere(
        "TYP803",
        "the CUDA build: c10/cuda, torch/csrc/cuda, aten/src/ATen/TensorUtils.cpp",
        r"Found no NVIDIA driver|No CUDA GPUs are available|no CUDA-capable device is detected",
        r"torch\.cuda\.is_available\(\) is False",
        r"Expected all tensors to be on the same device",
        r"invalid device ordinal",
        r"is on cpu, but expected (it to be on GPU|them to be on GPU)",
        r"(Input|Parameter) and (parameter|hidden|input) tensors are not at the same device",
        r"indices should be either on \S+ or on the same device as the indexed tensor",
        r"SyncBatchNorm expected input tensor to be on",
        r"module must have its parameters and buffers on device",
        r"no kernel image is available for execution on the device",
    ),
    *elsewhere(
        "TYP803",
        "the MPS build: aten/src/ATen/native/mps",
        r"Placeholder storage has not been allocated on",
        r"Passed CPU tensor to MPS op",
    ),
    *elsewhere(
        "SHP713",
        "the CUDA build: aten/src/ATen/native/cuda/Loss.cu, NLLLoss2d.cu",
        r"Assertion `t >= 0 && t < n_classes` failed",
        r"Assertion `input_val >= zero && input_val <= one` failed",
    ),
    *elsewhere(
        "SHP710",
        "the CUDA build: aten/src/ATen/native/cuda/Indexing.cu, IndexKernel.cu",
        r"Assertion `srcIndex < srcSelectDimSize` failed",
        r"index out of bounds\"?` failed",
    ),
    *elsewhere(
        "SHP710 SHP713 TYP802",
        "the CUDA build: c10/cuda/CUDAException.cpp",
        r"CUDA error: device-side assert triggered",
        r"\.cuh?:\d{1,6}:.{1,200}Assertion `.{1,200}` failed",
    ),
    *elsewhere(
        "SHP710 SHP701 TYP803 RUN002",
        "the CUDA build: aten/src/ATen/cuda/Exceptions.h",
        r"CUBLAS_STATUS_(EXECUTION_FAILED|INVALID_VALUE|NOT_INITIALIZED|INTERNAL_ERROR|NOT_SUPPORTED)",
    ),
    *elsewhere("SHP714 TYP801 RUN002", "the CUDA build: aten/src/ATen/cudnn/Exceptions.h", r"CUDNN_STATUS_\w+"),
    *older(
        "TYP803",
        "2.0 to 2.9",
        "aten/src/ATen/native/mps/operations/Shape.mm",
        r"torch\.cat\(\): all input tensors must be on the same device\. Received",
    ),
    *older(
        "TYP803", "before 1.9", "aten/src/ATen/TensorUtils.cpp", r"Expected object of (backend|device type) \w+ but got"
    ),
)
