"""Programs of every kind that torch writes, and of every way in which an archive is handled after it was written."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from tests.engine.observe.samples import Sample
from tests.engine.programs import imported

MLP = Sample(
    "self.a = nn.Linear(6, 6)\nself.b = nn.Linear(6, 6)",
    "def forward(self, x):\n    return self.b(torch.relu(self.a(x)))",
)
IMAGES = Sample(
    "self.c = nn.Conv2d(3, 4, 3)\nself.n = nn.BatchNorm2d(4)\nself.f = nn.Linear(4, 2)",
    "def forward(self, x):\n    return self.f(torch.relu(self.n(self.c(x))).mean((2, 3)))",
)
RECURRENT = Sample(
    "self.l = nn.LSTM(6, 5, 2, bidirectional=True)", "def forward(self, x):\n    return self.l(x.unsqueeze(0))[0]"
)
TIED = Sample(
    "self.e = nn.Embedding(9, 6)\nself.o = nn.Linear(6, 9, bias=False)\nself.o.weight = self.e.weight",
    "def forward(self, x):\n    return self.o(x) + self.e.weight.sum()",
)
KINDS = (
    *("float16", "bfloat16", "float64", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2"),
    *("int8", "uint8", "int16", "int32", "int64", "bool", "uint16", "uint32", "uint64"),
)
TYPES = Sample(
    "".join(f"self.register_buffer('b_{kind}', torch.zeros(3, dtype=torch.{kind}))\n" for kind in KINDS),
    "def forward(self, x):\n    return x + self.b_float64.sum()",
)
HALF = Sample("self.a = nn.Linear(6, 6).half()", "def forward(self, x):\n    return self.a(x.half())")
VIEWS = Sample(
    """
big = torch.randn(100, 10)
self.register_buffer("big", big)
self.register_buffer("turned", big[10:20].t())
self.register_buffer("stretched", torch.ones(1).expand(4, 5))
self.register_buffer("number", torch.tensor(3.0))
self.register_buffer("nothing", torch.zeros(3, 0, 2))
self.register_buffer("part", torch.randn(1000)[5:7])
self.every_other = nn.Parameter(big[::2])
self.empty = nn.Parameter(torch.zeros(0, 5))
""",
    "def forward(self, x):\n    return x * self.every_other.sum() + self.turned.sum()",
)
META = Sample(
    "self.w = nn.Parameter(torch.ones(6, device='meta'))\nself.register_buffer('b', torch.ones(6, device='meta'))",
    "def forward(self, x):\n    return x * self.w + self.b",
)
SPARSE = Sample(
    """
self.w = nn.Parameter(torch.eye(6).to_sparse())
self.register_buffer("rows", torch.eye(4).to_sparse_csr())
self.register_buffer("none", torch.zeros(4, 4).to_sparse())
self.register_buffer("mixed", torch.ones(3, 2).to_sparse(1))
self.register_buffer("batch", torch.eye(4).expand(3, 4, 4).contiguous().to_sparse_csr())
self.register_buffer("no_rows", torch.zeros(4, 4).to_sparse_csr())
self.register_buffer("number", torch.tensor(3.0).to_sparse())
""",
    "def forward(self, x):\n    return torch.mm(self.w, x.t())",
)
QUANTISED = Sample(
    """
self.register_buffer("q", torch.quantize_per_tensor(torch.randn(3, 4), 0.1, 3, torch.qint8))
self.register_buffer("p", torch.quantize_per_channel(torch.randn(3, 4), torch.ones(3), torch.zeros(3), 0, torch.quint8))
""",
    "def forward(self, x):\n    return x + self.q.dequantize().sum()",
)
VALUES = Sample(
    """
self.by_name: Dict[str, torch.Tensor] = {"a": torch.ones(3), "b": torch.zeros(2)}
self.by_number: Dict[int, int] = {1: 2, 3: 4}
self.sizes: List[int] = [1, 2, 3]
self.lists: List[List[int]] = [[1, 2], [3]]
self.tensors: List[torch.Tensor] = [torch.ones(2), torch.zeros(1)]
self.flags: List[bool] = [True, False]
self.rates: List[float] = [1.5, float("inf")]
self.words: List[str] = ["a", "b"]
self.pair: Tuple[int, str] = (3, "hi")
self.maybe: Optional[int] = None
self.text = 'x"y\\\\n\\u00e9'
self.colour = Colour.RED
self.complex = 2 + 3j
self.huge = 2**62
self.device = torch.device("cpu")
self.counter = Counter(3)
self.lin = nn.Linear(6, 6)
""",
    """
def forward(self, x):
    counter = Counter(2)
    counter.add(self.sizes[0])
    point = Point(x, counter.n)
    if self.colour == Colour.RED:
        x = x + 1
    return self.lin(x) * len(self.words) + self.by_name["a"].sum() + self.tensors[0].sum(), point, self.text
""",
    above="""
from enum import Enum
from typing import NamedTuple


class Colour(Enum):
    RED = 1
    BLUE = 2


class Point(NamedTuple):
    a: torch.Tensor
    b: int


@torch.jit.script
class Counter:
    def __init__(self, n: int):
        self.n = n
        self.seen: Dict[str, int] = {}

    def add(self, by: int):
        self.n += by
""",
)
STATEFUL = Sample(
    "self.w = nn.Parameter(torch.ones(6))\nself.k = 3",
    """
@torch.jit.export
def __getstate__(self) -> Tuple[torch.Tensor, int, bool]:
    return (self.w, self.k, self.training)

@torch.jit.export
def __setstate__(self, state: Tuple[torch.Tensor, int, bool]):
    self.w = state[0]
    self.k = state[1]
    self.training = state[2]

def forward(self, x):
    return x * self.w * self.k
""",
)
WORDS = Sample(
    "self.ops = nn.Linear(6, 6)\nself.aten = 3",
    """
def save(self, x: torch.Tensor) -> torch.Tensor:
    return x * 2

def forward(self, x, ops: Optional[int] = None):
    if x.size(0) == 99:
        raise ValueError("use torch.save(x), ops.aten.save or torch.from_file('((((')")
    print("saved", x.size(0))
    save = self.ops(x)
    return self.save(save) + self.aten
""",
)
NAMESAKE = Sample("self.torch = nn.Linear(6, 6)", "def forward(self, x):\n    return self.torch(x)")
PRIVATE = Sample(
    "self.a = nn.Linear(6, 6)",
    """
def forward(self, x):
    f = torch.jit.fork(self.a, x)
    with torch.autograd.profiler.record_function("step"):
        y = x * 2
    return torch.jit.wait(f) + y
""",
)
NESTED = Sample(
    "net = nn.Linear(6, 6)\nfor _ in range(80):\n    net = nn.Sequential(net)\nself.net = net",
    "def forward(self, x):\n    return self.net(x)",
)
ALTERNATIVES = Sample(
    "self.a = nn.Linear(6, 6)",
    "def forward(self, x):\n    n = x.size(0)\n    if n < 0:\n        x = x - 1\n"
    + "".join(f"    elif n == {i}:\n        x = x + {i}\n" for i in range(100))
    + "    return self.a(x)",
)
LONG = Sample(
    "self.a = nn.Linear(6, 6)\nself.table: List[float] = [-0.5] * 5_000\nself.text = 'x\"' * 9_000",
    "def forward(self, x):\n" + "    x = x * 2 + 1\n" * 400 + "    return self.a(x) + self.table[0] + len(self.text)",
)
SHARED = Sample(
    "self.a = nn.Linear(6, 6)",
    "def forward(self, x):\n    for _ in range(3):\n        x = self.a(self.a(x))\n"
    "    return self.a(self.a(self.a(x))) + self.b(x)\n\n"
    "def b(self, x):\n    return self.c(x) + self.c(x)\n\ndef c(self, x):\n    return self.a(x) + self.a(x)",
)
BRACKETS = Sample(
    "self.a = nn.Linear(6, 6)", "def forward(self, x):\n    return self.a(" + "torch.neg(" * 60 + "x" + ")" * 61
)
MANY = Sample(
    "self.layers = nn.ModuleList([nn.Linear(6, 6) for _ in range(300)])",
    "def forward(self, x):\n    for layer in self.layers:\n        x = layer(x)\n    return x",
)
TRANSFORMER = Sample(
    "self.t = nn.TransformerEncoder(nn.TransformerEncoderLayer(6, 2, 8), 2)",
    "def forward(self, x):\n    return self.t(x.unsqueeze(0))",
)

Export = Callable[[torch.nn.Module], Any]


def script(model: torch.nn.Module) -> Any:
    """The scripted model."""
    return torch.jit.script(model)


def trace(*shape: int) -> Export:
    """Tracing with an input of that shape."""
    return lambda model: torch.jit.trace(model, torch.zeros(shape), check_trace=False)


def frozen(model: torch.nn.Module) -> Any:
    """The scripted model with its weights as constants."""
    return torch.jit.freeze(torch.jit.script(model.eval()))


def for_inference(model: torch.nn.Module) -> Any:
    """The frozen model, rewritten for speed."""
    return torch.jit.optimize_for_inference(torch.jit.script(model.eval()))


def dynamically(kind: torch.dtype) -> Export:
    """The model with packed weights."""

    def export(model: torch.nn.Module) -> Any:
        packing = {torch.nn.Linear, torch.nn.LSTM}
        return torch.jit.script(torch.ao.quantization.quantize_dynamic(model, packing, dtype=kind))

    return export


def statically(model: torch.nn.Module) -> Any:
    """The convolutional model in eight bits."""
    whole = torch.ao.quantization.QuantWrapper(torch.nn.Sequential(model.c)).eval()
    whole.qconfig = torch.ao.quantization.get_default_qconfig("fbgemm")
    torch.ao.quantization.prepare(whole, inplace=True)
    whole(torch.randn(1, 3, 8, 8))
    torch.ao.quantization.convert(whole, inplace=True)
    return torch.jit.script(whole)


PROGRAMS: Mapping[str, tuple[Sample, Export]] = {
    "scripted": (MLP, script),
    "traced": (MLP, trace(2, 6)),
    "frozen": (MLP, frozen),
    "for inference": (MLP, for_inference),
    "convolutions": (IMAGES, script),
    "convolutions, traced": (IMAGES, trace(2, 3, 8, 8)),
    "convolutions, frozen": (IMAGES, frozen),
    "recurrent": (RECURRENT, script),
    "recurrent, traced": (RECURRENT, trace(2, 6)),
    "transformer": (TRANSFORMER, script),
    "transformer, traced": (TRANSFORMER, trace(2, 6)),
    "tied": (TIED, script),
    "every type": (TYPES, script),
    "half precision": (HALF, script),
    "views": (VIEWS, script),
    "on meta": (META, script),
    "sparse": (SPARSE, script),
    "quantised tensors": (QUANTISED, script),
    "packed in eight bits": (MLP, dynamically(torch.qint8)),
    "packed in sixteen bits": (MLP, dynamically(torch.float16)),
    "packed recurrent": (RECURRENT, dynamically(torch.qint8)),
    "convolutions in eight bits": (IMAGES, statically),
    "values of every kind": (VALUES, script),
    "state of its own": (STATEFUL, script),
    "words of ours": (WORDS, script),
    "a layer by the name of torch": (NAMESAKE, script),
    "a layer by the name of torch, traced": (NAMESAKE, trace(2, 6)),
    "forks and profiles": (PRIVATE, script),
    "nested": (NESTED, script),
    "alternatives": (ALTERNATIVES, script),
    "long": (LONG, script),
    "long, traced": (LONG, trace(2, 6)),
    "called often": (SHARED, script),
    "brackets": (BRACKETS, script),
    "many layers": (MANY, script),
    "many layers, traced": (MANY, trace(2, 6)),
}


def written(name: str, **options: Any) -> bytes:
    """The archive that torch writes of a program."""
    sample, export = PROGRAMS[name]
    file = io.BytesIO()
    with imported(sample.source) as module:
        torch.manual_seed(0)
        torch.jit.save(export(module.Net()), file, **options)
    return file.getvalue()


def for_phones(name: str) -> bytes:
    """The archive for the interpreter of phones, which holds the program a second time."""
    sample, export = PROGRAMS[name]
    with imported(sample.source) as module, tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "model.ptl")
        export(module.Net())._save_for_lite_interpreter(str(file))
        return file.read_bytes()


def packed_again(archive: bytes, method: int = zipfile.ZIP_DEFLATED, *, beside: str = "") -> bytes:
    """The archive after a person unpacked it and packed it again, on a Mac with what that leaves beside it."""
    source, file = zipfile.ZipFile(io.BytesIO(archive)), io.BytesIO()
    top = source.namelist()[0].partition("/")[0]
    with zipfile.ZipFile(file, "w", method) as target:
        target.mkdir(top)
        for name in source.namelist():
            target.writestr(name, source.read(name))
        if beside:
            target.writestr(beside, b"\x00\x05\x16\x07")
    return file.getvalue()


def streamed(archive: bytes) -> bytes:
    """The archive as it is written into a pipe, with each size behind its record."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: Any) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    source, file = zipfile.ZipFile(io.BytesIO(archive)), Pipe()
    with zipfile.ZipFile(file, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return file.getvalue()
