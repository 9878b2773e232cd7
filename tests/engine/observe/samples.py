"""Programs of every kind that TorchScript compiles, each as small as it can be, with what it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from whygrad.engine.observation import Json

X = {"shape": [4, 6]}
IMAGE = {"shape": [2, 3, 8, 8]}
TOKENS = {"shape": [2, 5], "dtype": "int64", "low": 0, "high": 9}


HEAD = """{above}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
"""


@dataclass(frozen=True)
class Sample:
    """The members of a `class Net(nn.Module)`, what stands above it, and a request."""

    init: str
    forward: str
    inputs: tuple[Json, ...] = (X,)
    above: str = ""
    method: str = "forward"
    mode: str = "train"
    export: str = "script"
    loss: str = "auto"
    fails: bool = False

    @property
    def source(self) -> str:
        """The class as a person would write it."""
        init = "".join(f"        {line}\n" for line in self.init.strip().splitlines())
        methods = "\n".join(f"    {line}" for line in self.forward.strip().splitlines())
        return HEAD.format(above=self.above) + f"{init}\n{methods}\n"

    @property
    def request(self) -> dict[str, Json]:
        """What the program is sent with."""
        return {"inputs": list(self.inputs), "method": self.method, "mode": self.mode, "loss": self.loss}


LAYER = "self.a = nn.Linear(6, 6)"
TWO = "self.a = nn.Linear(6, 6)\nself.b = nn.Linear(6, 6)"

LAYERS = """
@torch.jit.interface
class Layer(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pass


class Double(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2


class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(x)
"""

SAMPLES: dict[str, Sample] = {
    "plain": Sample(
        TWO,
        """
def forward(self, x):
    return self.b(torch.relu(self.a(x)))
""",
    ),
    "branch on a size": Sample(
        TWO,
        """
def forward(self, x):
    if x.size(0) > 3:
        return self.a(x)
    return self.b(x)
""",
    ),
    "branch on a value": Sample(
        TWO,
        """
def forward(self, x):
    y = self.a(x)
    if bool(y.sum() > 0):
        y = self.b(y)
    return y
""",
    ),
    "branches that both return": Sample(
        TWO,
        """
def forward(self, x, flag: bool):
    if flag:
        y = self.a(x)
    else:
        y = self.b(x).relu()
    return y * 2
""",
        (X, False),
    ),
    "for loop": Sample(
        LAYER,
        """
def forward(self, x):
    for i in range(3):
        x = self.a(x) * i + x
    return x
""",
    ),
    "loop with early exit": Sample(
        LAYER,
        """
def forward(self, x):
    total = x
    for i in range(10):
        total = self.a(total)
        if i == 2:
            break
        if i == 1:
            continue
        total = total + 1
    return total
""",
    ),
    "while loop on a value": Sample(
        LAYER,
        """
def forward(self, x):
    n = 0
    while bool(x.abs().max() > 0.5) and n < 4:
        x = self.a(x) * 0.5
        n += 1
    return x, n
""",
    ),
    "loop that never runs": Sample(
        LAYER,
        """
def forward(self, x, n: int):
    for i in range(n):
        x = self.a(x)
    return x * 1.0
""",
        (X, 0),
    ),
    "loop over rows": Sample(
        LAYER,
        """
def forward(self, x):
    rows: List[torch.Tensor] = []
    for row in x:
        rows.append(self.a(row))
    return torch.stack(rows)
""",
    ),
    "list that is changed": Sample(
        TWO,
        """
def forward(self, x):
    seen = [x]
    seen.append(self.a(x))
    seen.insert(0, self.b(x))
    seen[1] = seen[1] * 2
    seen += [x.relu()]
    last = seen.pop()
    seen.extend([last, x])
    return torch.cat(seen, 1)
""",
    ),
    "list that is unpacked": Sample(
        LAYER,
        """
def forward(self, x):
    left, right = self.a(x).chunk(2, 1)
    return left * right
""",
    ),
    "tuple of tuples": Sample(
        TWO,
        """
def inner(self, pair: Tuple[torch.Tensor, Tuple[torch.Tensor, int]]) -> Tuple[torch.Tensor, Tuple[torch.Tensor, int]]:
    first, (second, n) = pair
    return self.a(first), (self.b(second), n + 1)

def forward(self, x):
    first, (second, n) = self.inner((x, (x * 2, 3)))
    return first + second * n
""",
    ),
    "dict": Sample(
        TWO,
        """
def forward(self, x):
    found: Dict[str, torch.Tensor] = {"x": x}
    found["a"] = self.a(found["x"])
    if "b" not in found:
        found["b"] = self.b(found["a"])
    for name, value in found.items():
        found[name] = value + 1
    return found
""",
    ),
    "dict of lists": Sample(
        LAYER,
        """
def forward(self, x):
    found: Dict[int, List[torch.Tensor]] = {}
    for i in range(2):
        found[i] = [self.a(x), x]
    return found[1][0] + found[0][0]
""",
    ),
    "optional left out": Sample(
        LAYER,
        """
def forward(self, x, mask: Optional[torch.Tensor] = None):
    y = self.a(x)
    if mask is not None:
        y = y * mask
    return y
""",
    ),
    "optional given": Sample(
        LAYER,
        """
def forward(self, x, mask: Optional[torch.Tensor] = None):
    y = self.a(x)
    if mask is not None:
        y = y * mask
    return y
""",
        (X, X),
    ),
    "optional given as None": Sample(
        LAYER,
        """
def forward(self, x, mask: Optional[torch.Tensor], scale: float = 2.0):
    y = self.a(x) * scale
    if mask is not None:
        y = y * mask
    return y
""",
        (X, None),
    ),
    "nested inputs": Sample(
        LAYER,
        """
def forward(self, pairs: List[Tuple[torch.Tensor, int]], named: Dict[str, torch.Tensor]):
    total = named["x"]
    for value, times in pairs:
        total = total + self.a(value) * times
    return total
""",
        ([[X, 2], [X, 3]], {"x": X}),
    ),
    "defaults": Sample(
        LAYER,
        """
def forward(self, x, times: int = 2, scale: float = 0.5, flip: bool = True, how: str = "mean"):
    y = self.a(x) * scale
    for _ in range(times):
        y = y + x
    if flip:
        y = -y
    return y.mean() if how == "mean" else y.sum()
""",
    ),
    "several outputs": Sample(
        TWO,
        """
def forward(self, x):
    y = self.a(x)
    return y, self.b(y), y.argmax(1)
""",
    ),
    "named tuple": Sample(
        LAYER,
        """
def forward(self, x):
    best = self.a(x).max(1)
    return best.values * 2, best.indices
""",
    ),
    "scalar loss": Sample(
        LAYER,
        """
def forward(self, x):
    return self.a(x).pow(2).mean(), x
""",
    ),
    "shared layer": Sample(
        LAYER + "\nself.again = self.a",
        """
def forward(self, x):
    return self.again(self.a(x))
""",
    ),
    "tied weight": Sample(
        TWO + "\nself.b.weight = self.a.weight",
        """
def forward(self, x):
    return self.b(self.a(x).relu())
""",
    ),
    "module list": Sample(
        "self.layers = nn.ModuleList([nn.Linear(6, 6) for _ in range(3)])",
        """
def forward(self, x):
    for i, layer in enumerate(self.layers):
        x = layer(x) + i
    return x
""",
    ),
    "module dict": Sample(
        'self.layers = nn.ModuleDict({"first": nn.Linear(6, 6), "second": nn.Linear(6, 6)})',
        """
def forward(self, x):
    for name, layer in self.layers.items():
        x = layer(x)
    return self.layers["first"](x)
""",
    ),
    "sequential in sequential": Sample(
        "self.net = nn.Sequential(nn.Sequential(nn.Linear(6, 4), nn.ReLU()), nn.Linear(4, 2))",
        """
def forward(self, x):
    return self.net(x)
""",
    ),
    "nested modules": Sample(
        "self.blocks = nn.ModuleList([Block(), Block()])",
        """
def forward(self, x):
    for block in self.blocks:
        x = block(x)
    return x
""",
        above="""
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)
        self.norm = nn.LayerNorm(6)

    def forward(self, x):
        return self.norm(self.shortcut(x) + x)

    def shortcut(self, x):
        return F.relu(self.fc(x))
""",
    ),
    "parameter list": Sample(
        "self.weights = nn.ParameterList([nn.Parameter(torch.randn(6)) for _ in range(2)])",
        """
def forward(self, x):
    for weight in self.weights:
        x = x * weight
    return x
""",
    ),
    "fork": Sample(
        TWO,
        """
def forward(self, x):
    future = torch.jit.fork(self.branch, x)
    y = self.b(x)
    return torch.jit.wait(future) + y

@torch.jit.export
def branch(self, x: torch.Tensor) -> torch.Tensor:
    return self.a(x).relu()
""",
    ),
    "forks in a loop": Sample(
        LAYER,
        """
def forward(self, x):
    futures: List[torch.jit.Future[torch.Tensor]] = []
    for i in range(3):
        futures.append(torch.jit.fork(self.branch, x, i))
    total = x
    for future in futures:
        total = total + torch.jit.wait(future)
    return total

@torch.jit.export
def branch(self, x: torch.Tensor, i: int) -> torch.Tensor:
    return self.a(x) * i
""",
    ),
    "interface call": Sample(
        "self.layers = nn.ModuleList([Double(), Linear()])",
        """
def forward(self, x, which: int):
    layer: Layer = self.layers[which]
    return layer.forward(x)
""",
        (X, 1),
        above=LAYERS,
    ),
    "interface of an attribute": Sample(
        "self.left = Holder(Linear())\nself.right = Holder(Double())",
        """
def forward(self, x):
    return self.right(self.left(x))
""",
        above=LAYERS
        + """

class Holder(nn.Module):
    layer: Layer

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer.forward(x) + 1
""",
    ),
    "exported method": Sample(
        TWO,
        """
def forward(self, x):
    return self.a(x)

@torch.jit.export
def encode(self, x, times: int = 2):
    for _ in range(times):
        x = self.b(x)
    return x
""",
        method="encode",
    ),
    "free function": Sample(
        LAYER,
        """
def forward(self, x):
    return twice(self.a(x))
""",
        above="""
def twice(x):
    return once(x) + once(x)


def once(x):
    return F.relu(x)

""",
    ),
    "script class": Sample(
        LAYER,
        """
def forward(self, x):
    return Pair(self.a(x), x).together()
""",
        above="""
@torch.jit.script
class Pair:
    def __init__(self, left: torch.Tensor, right: torch.Tensor):
        self.left = left
        self.right = right

    def together(self):
        return self.left * self.right
""",
    ),
    "buffer": Sample(
        LAYER + '\nself.register_buffer("table", torch.arange(4))\nself.register_buffer("scale", torch.ones(6))',
        """
def forward(self, x):
    return self.a(x)[self.table] * self.scale
""",
    ),
    "state kept detached": Sample(
        LAYER + '\nself.register_buffer("h", torch.zeros(4, 6))',
        """
def forward(self, x):
    h = self.a(x) + self.h
    self.h = h.detach()
    return h
""",
    ),
    "state kept with its history": Sample(
        LAYER + '\nself.register_buffer("h", torch.zeros(4, 6))',
        """
def forward(self, x):
    self.h = self.a(x) + self.h
    return self.h
""",
    ),
    "counter": Sample(
        LAYER + "\nself.calls = 0",
        """
def forward(self, x):
    self.calls += 1
    return self.a(x) * self.calls
""",
    ),
    "in-place": Sample(
        LAYER,
        """
def forward(self, x):
    y = self.a(x)
    y.add_(1).mul_(2)
    y[:, 0] = 0.0
    y[:, 1:3] += x[:, 1:3]
    return y.relu_()
""",
    ),
    "in-place that backward refuses": Sample(
        LAYER,
        """
def forward(self, x):
    y = torch.exp(self.a(x))
    y.add_(1)
    return y
""",
        fails=True,
    ),
    "in-place on a leaf": Sample(
        LAYER,
        """
def forward(self, x):
    self.a.weight.add_(1)
    return self.a(x)
""",
        fails=True,
    ),
    "no_grad region": Sample(
        TWO,
        """
def forward(self, x):
    with torch.no_grad():
        y = self.a(x)
    return self.b(y)
""",
    ),
    "gradients off and on": Sample(
        TWO,
        """
def forward(self, x):
    torch.set_grad_enabled(False)
    y = self.a(x)
    torch.set_grad_enabled(True)
    return self.b(y)
""",
    ),
    "everything under no_grad": Sample(
        LAYER,
        """
def forward(self, x):
    with torch.no_grad():
        return self.a(x)
""",
    ),
    "detached": Sample(
        TWO,
        """
def forward(self, x):
    return self.b(self.a(x).detach())
""",
    ),
    "data": Sample(
        TWO,
        """
def forward(self, x):
    return self.b(self.a(x).data)
""",
    ),
    "item": Sample(
        TWO,
        """
def forward(self, x):
    s = self.a(x).mean().item()
    return self.b(x) * s
""",
    ),
    "nonzero": Sample(
        LAYER,
        """
def forward(self, x):
    y = self.a(x)
    return y[y > 0].sum()
""",
    ),
    "numbers": Sample(
        LAYER,
        """
def forward(self, x):
    rows, width = x.shape
    k = float(rows) / width + len(x) * 0.1
    n = int(k * 4) // 2 % 3
    return self.a(x).view(rows, -1, 2)[:, n] * k
""",
    ),
    "strings and assertions": Sample(
        LAYER,
        """
def forward(self, x, kind: str = "relu"):
    assert x.dim() == 2, f"two dimensions, not {x.dim()}"
    if x.size(0) > 100:
        print("many", x.size(0))
    return torch.relu(self.a(x)) if kind == "relu" else self.a(x)
""",
    ),
    "assertion that fails": Sample(
        LAYER,
        """
def forward(self, x):
    y = self.a(x)
    assert y.size(1) == 7, "seven features"
    return y
""",
        fails=True,
    ),
    "raise": Sample(
        LAYER,
        """
def forward(self, x):
    if x.size(0) == 4:
        raise ValueError("not four")
    return self.a(x)
""",
        fails=True,
    ),
    "wrong sizes": Sample(
        LAYER + "\nself.b = nn.Linear(5, 2)",
        """
def forward(self, x):
    return self.b(self.a(x))
""",
        fails=True,
    ),
    "wrong sizes in a loop": Sample(
        LAYER,
        """
def forward(self, x):
    for i in range(3):
        x = self.a(x)[:, : 6 - i]
    return x
""",
        fails=True,
    ),
    "wrong type": Sample(
        LAYER,
        """
def forward(self, x):
    return self.a(x.double())
""",
        fails=True,
    ),
    "index out of range": Sample(
        "self.e = nn.Embedding(4, 3)",
        """
def forward(self, x):
    return self.e(x)
""",
        ({"shape": [2, 5], "dtype": "int64", "low": 7, "high": 9},),
        fails=True,
    ),
    "embedding": Sample(
        "self.e = nn.Embedding(9, 6, padding_idx=0)\nself.a = nn.Linear(6, 2)",
        """
def forward(self, x):
    return self.a(self.e(x).mean(1))
""",
        (TOKENS,),
    ),
    "sparse embedding": Sample(
        "self.e = nn.Embedding(9, 6, sparse=True)",
        """
def forward(self, x):
    return self.e(x).tanh()
""",
        (TOKENS,),
    ),
    "lstm": Sample(
        "self.rnn = nn.LSTM(6, 5, num_layers=2, batch_first=True, bidirectional=True)\nself.out = nn.Linear(10, 2)",
        """
def forward(self, x):
    y, (h, c) = self.rnn(x)
    return self.out(y[:, -1]) + h.mean() + c.mean()
""",
        ({"shape": [2, 3, 6]},),
    ),
    "lstm of a wrong size": Sample(
        "self.rnn = nn.LSTM(7, 5)",
        """
def forward(self, x):
    return self.rnn(x)[0]
""",
        ({"shape": [2, 3, 6]},),
        fails=True,
    ),
    "lstm cell": Sample(
        "self.cell = nn.LSTMCell(6, 5)",
        """
def forward(self, x):
    h, c = torch.zeros(2, 5), torch.zeros(2, 5)
    for t in range(x.size(1)):
        h, c = self.cell(x[:, t], (h, c))
    return h
""",
        ({"shape": [2, 3, 6]},),
    ),
    "gru": Sample(
        "self.rnn = nn.GRU(6, 5)",
        """
def forward(self, x):
    return self.rnn(x)[0]
""",
        ({"shape": [3, 2, 6]},),
    ),
    "packed sequence": Sample(
        "self.rnn = nn.GRU(6, 5, batch_first=True)",
        """
def forward(self, x, lengths):
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
    y, _ = self.rnn(packed)
    return nn.utils.rnn.pad_packed_sequence(y, batch_first=True)[0]
""",
        ({"shape": [2, 3, 6]}, {"shape": [2], "dtype": "int64", "low": 3, "high": 4}),
    ),
    "transformer encoder layer": Sample(
        "self.layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)",
        """
def forward(self, x):
    return self.layer(x)
""",
        ({"shape": [2, 3, 8]},),
    ),
    "transformer encoder layer in eval": Sample(
        "self.layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)",
        """
def forward(self, x):
    return self.layer(x)
""",
        ({"shape": [2, 3, 8]},),
        mode="eval",
    ),
    "attention": Sample(
        "self.q = nn.Linear(8, 8)\nself.k = nn.Linear(8, 8)",
        """
def forward(self, x):
    return F.scaled_dot_product_attention(self.q(x), self.k(x), x, is_causal=True)
""",
        ({"shape": [2, 2, 3, 8]},),
    ),
    "convolutions": Sample(
        "self.down = nn.Conv2d(3, 4, 3, 1, 1)\nself.norm = nn.BatchNorm2d(4)\nself.up = nn.ConvTranspose2d(4, 2, 2)",
        """
def forward(self, x):
    return self.up(F.max_pool2d(F.relu(self.norm(self.down(x))), 2))
""",
        (IMAGE,),
    ),
    "norms in eval": Sample(
        "self.norm = nn.BatchNorm2d(3)\nself.group = nn.GroupNorm(1, 3)",
        """
def forward(self, x):
    return self.group(self.norm(x))
""",
        (IMAGE,),
        mode="eval",
    ),
    "batch norm of one value": Sample(
        "self.norm = nn.BatchNorm1d(6)",
        """
def forward(self, x):
    return self.norm(x)
""",
        ({"shape": [1, 6]},),
        fails=True,
    ),
    "dropout": Sample(
        LAYER + "\nself.drop = nn.Dropout(0.5)",
        """
def forward(self, x):
    return self.drop(self.a(x))
""",
    ),
    "random numbers": Sample(
        LAYER,
        """
def forward(self, x):
    return self.a(x + torch.randn_like(x)) * torch.bernoulli(torch.full([1], 0.5))
""",
    ),
    "cross entropy inside": Sample(
        LAYER,
        """
def forward(self, x, y):
    return F.cross_entropy(self.a(x), y)
""",
        (X, {"shape": [4], "dtype": "int64", "low": 0, "high": 6}),
    ),
    "complex numbers": Sample(
        LAYER,
        """
def forward(self, x):
    return torch.fft.rfft(self.a(x)).abs()
""",
    ),
    "half of the precision": Sample(
        LAYER + "\nself.to(torch.bfloat16)",
        """
def forward(self, x):
    return self.a(x)
""",
        ({**X, "dtype": "bfloat16"},),
    ),
    "integers alone": Sample(
        LAYER,
        """
def forward(self, x):
    return self.a(x).argmax(1)
""",
    ),
    "unused and frozen": Sample(
        TWO + "\nself.c = nn.Linear(6, 6)\nself.c.weight.requires_grad_(False)",
        """
def forward(self, x):
    return self.c(self.a(x))
""",
    ),
    "no parameters": Sample(
        "self.k = 2",
        """
def forward(self, x):
    return x * self.k
""",
    ),
    "trace": Sample(
        TWO,
        """
def forward(self, x):
    return self.b(torch.relu(self.a(x)))
""",
        export="trace 4x6",
    ),
    "trace of a convolution": Sample(
        "self.net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))",
        """
def forward(self, x):
    return self.net(x)
""",
        (IMAGE,),
        export="trace 2x3x8x8",
    ),
    "trace of an lstm": Sample(
        "self.rnn = nn.LSTM(6, 5)\nself.out = nn.Linear(5, 2)",
        """
def forward(self, x):
    return self.out(self.rnn(x)[0])
""",
        ({"shape": [3, 2, 6]},),
        export="trace 3x2x6",
    ),
    "trace sent another size": Sample(
        LAYER,
        """
def forward(self, x):
    return self.a(x).view(4, 2, 3)
""",
        ({"shape": [3, 6]},),
        export="trace 4x6",
        fails=True,
    ),
}
