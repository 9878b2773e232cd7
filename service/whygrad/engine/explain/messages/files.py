"""Messages of files that cannot be opened or written, of memory and of a process that died."""

from __future__ import annotations

from whygrad.engine.explain.messages.message import elsewhere, raised

FILES = (
    *raised(
        "FMT903",
        r"PytorchStreamReader failed",
        r"file in archive is not in a subdirectory|istream reader failed|Expected hasRecord\(\"version\"\)",
        r"Attempted to read a PyTorch file with version \d+",
        r"Weights only load failed",
        r"TorchScript archives passed to",
        r"Attempting to deserialize object on",
        r"Invalid magic number; corrupt file",
        r"invalid load key|Memo value not found|Ran out of input",
        r"Error\(s\) in loading state_dict",
        r"Expected state_dict to be dict-like",
        r"Can't get attribute '\w+' on <module",
        r"The provided filename .* (does not exist|is a directory)",
        r"'(collections\.)?OrderedDict' object (is not callable|has no attribute)",
        r"is not supported on ScriptModules",
        r"ran into an error when deserializing the saved file",
    ),
    *raised(
        "FMT902 FMT903",
        r"Could not export Python function call",
        r"Modules that have (backward )?hooks assigned can't be compiled",
        r"Can't get source for <function",
        r"failed to compile it to a TorchScript function",
        r"TorchScript.*cannot be pickled|ScriptFunction cannot be pickled|Tried to serialize",
        r"Can't (pickle|get) (local object|<function)",
        r"Compiled functions can't take variable number of arguments",
        r"can be output from traced functions|Tracer cannot infer type of",
        r"Freezing (expects a ScriptModule|is currently only implemented)",
    ),
    *raised("FMT902 CUT105", r"Could not (guard on|extract specialized integer from) data-dependent expression"),
)

MEMORY = (
    *raised(
        "RUN002",
        r"DefaultCPUAllocator: (can't allocate memory|not enough memory)",
        r"Unable to allocate .{1,40} for an array",
        r"^MemoryError",
    ),
    *elsewhere(
        "RUN002",
        "the CUDA and MPS builds: c10/cuda/CUDACachingAllocator.cpp",
        r"(CUDA|MPS|HIP|XPU|CUBLAS|backend|GPU)( error:| runtime error:| backend)? out of memory",
        r"OutOfMemoryError",
        r"CUBLAS_STATUS_ALLOC_FAILED",
        r"Cannot allocate memory",
    ),
    *elsewhere(
        "RUN002 RUN003", "torch/utils/data/_utils/signal_handling.py", r"is killed by signal: (Killed|Bus error)"
    ),
)

CRASHES = (
    *raised("RUN003", r"maximum recursion depth exceeded"),
    *elsewhere(
        "RUN003",
        "the operating system",
        r"Segmentation fault|SIGSEGV|signal 11\b",
        r"\(core dumped\)",
        r"SIGABRT|SIGBUS|Illegal instruction",
    ),
)

MESSAGES = (*FILES, *MEMORY, *CRASHES)
