"""Programs from their bytes to their diagnosis: what is at fault is named alone, and what is in order is left alone."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from tests.engine.observe.samples import SAMPLES, TWO, Sample
from tests.engine.programs import build, diagnose_source, examined
from tests.engine.rules.small import net

from whygrad.engine.observation import Json

A = ["a.weight", "a.bias"]
B = ["b.weight", "b.bias"]
KEPT = '\nself.register_buffer("m", torch.zeros(6))'

HEALTHY = {
    "aux detached in list": Sample(
        TWO,
        """
def forward(self, x):
    aux: List[torch.Tensor] = []
    y = self.a(x)
    aux.append(y.detach())
    y = self.b(y)
    aux.append(y.detach())
    return y, aux
""",
    ),
    "straight through": Sample(
        TWO,
        """
def forward(self, x):
    y = self.a(x)
    q = y + (y.round() - y).detach()
    return self.b(q)
""",
    ),
    "preallocated out": Sample(
        TWO,
        """
def forward(self, x):
    out = torch.zeros(4, 6)
    for i in range(4):
        out[i] = self.b(self.a(x[i]))
    return out
""",
    ),
    "mask from argmax": Sample(
        TWO,
        """
def forward(self, x):
    y = self.a(x)
    m = F.one_hot(y.argmax(1), 6).float()
    return self.b(y) * m
""",
    ),
    "gather argmax": Sample(
        TWO,
        """
def forward(self, x):
    y = self.b(self.a(x))
    i = y.argmax(1, keepdim=True)
    return y.gather(1, i)
""",
    ),
    "topk sort": Sample(
        TWO,
        """
def forward(self, x):
    y = self.b(self.a(x))
    v, i = y.topk(3)
    s, j = y.sort(1)
    return v.sum() + s[:, 0].sum()
""",
    ),
    "where": Sample(
        TWO,
        """
def forward(self, x):
    return torch.where(x > 0, self.a(x), self.b(x))
""",
    ),
    "logged item": Sample(
        TWO,
        """
def forward(self, x):
    y = self.b(self.a(x))
    s = y.mean().item()
    if s > 100:
        print(s)
    return y
""",
    ),
    "scatter": Sample(
        TWO,
        """
def forward(self, x):
    y = self.b(self.a(x))
    z = torch.zeros(4, 6)
    z.scatter_add_(1, y.detach().argsort(1), y)
    return z
""",
    ),
    "index_put": Sample(
        TWO,
        """
def forward(self, x):
    y = self.b(self.a(x))
    z = torch.zeros(4, 6)
    z[torch.arange(4)] = y
    z[x > 0] += 1.0
    return z
""",
    ),
    "buffer ema": Sample(
        TWO + KEPT,
        """
def forward(self, x):
    y = self.a(x)
    with torch.no_grad():
        self.m.mul_(0.9).add_(y.mean(0) * 0.1)
    return self.b(y - self.m)
""",
    ),
    "buffer copy": Sample(
        TWO + KEPT,
        """
def forward(self, x):
    y = self.a(x)
    self.m.copy_(y.mean(0).detach())
    return self.b(y)
""",
    ),
    "normaliser detached": Sample(
        TWO,
        """
def forward(self, x):
    y = self.b(self.a(x))
    return y / y.detach().norm()
""",
    ),
    "softmax temperature item": Sample(
        TWO,
        """
def forward(self, x):
    y = self.b(self.a(x))
    return F.softmax(y / y.abs().max().item(), 1)
""",
    ),
    "einsum bmm": Sample(
        TWO,
        """
def forward(self, x):
    return torch.einsum('bi,bj->bij', self.a(x), self.b(x))
""",
    ),
    "expand mul inplace": Sample(
        TWO,
        """
def forward(self, x):
    y = self.b(self.a(x)).clone()
    y *= 2
    y[:, 0] += 1
    return y
""",
    ),
    "dict state": Sample(
        TWO,
        """
def forward(self, x):
    st: Dict[str, torch.Tensor] = {}
    st['h'] = self.a(x)
    st['h'] = self.b(st['h'])
    return st['h']
""",
    ),
    "stop grad branch beside": Sample(
        TWO,
        """
def forward(self, x):
    y = self.a(x)
    return self.b(y) + self.b(y.detach())
""",
    ),
    "loss dict": Sample(
        TWO,
        """
def forward(self, x):
    y = self.b(self.a(x))
    return {'loss': y.pow(2).mean(), 'pred': y.detach()}
""",
    ),
    "mse with detached target": Sample(
        TWO,
        """
def forward(self, x):
    y = self.a(x)
    with torch.no_grad():
        t = self.a(x * 2)
    return F.mse_loss(self.b(y), t)
""",
    ),
    "clamp min": Sample(
        TWO,
        """
def forward(self, x):
    return self.b(self.a(x).clamp(min=0))
""",
    ),
    "half autocast cast": Sample(
        TWO,
        """
def forward(self, x):
    y = self.a(x).to(torch.float64)
    return self.b(y.to(torch.float32))
""",
    ),
    "type_as": Sample(
        TWO,
        """
def forward(self, x):
    y = self.a(x)
    return self.b(y.type_as(x))
""",
    ),
    "zeros_like accum": Sample(
        TWO,
        """
def forward(self, x):
    acc = torch.zeros_like(x)
    for i in range(3):
        acc = acc + self.a(x)
        acc += self.b(x)
    return acc
""",
    ),
    "requires_grad input": Sample(
        TWO,
        """
def forward(self, x):
    return self.b(self.a(x)).sum()
""",
    ),
    "list comprehension": Sample(
        TWO,
        """
def forward(self, x):
    ys = [self.a(r) for r in x.unbind(0)]
    return self.b(torch.stack(ys))
""",
    ),
    "argmax as second output": Sample(
        TWO,
        """
def forward(self, x):
    y = self.b(self.a(x))
    return y, y.argmax(1), (y > 0).float()
""",
    ),
    "accuracy": Sample(
        TWO,
        """
def forward(self, x):
    y = self.b(self.a(x))
    acc = (y.argmax(1) == 0).float().mean()
    return y.pow(2).mean(), acc
""",
    ),
    "pad pack numbers": Sample(
        TWO,
        """
def forward(self, x):
    n = int((x[:, 0] > 100).sum().item())
    y = self.a(x)[n:]
    return self.b(y)
""",
    ),
    "repeat by length": Sample(
        TWO,
        """
def forward(self, x):
    y = self.a(x)
    w = torch.full([1], float(x.size(0)))
    return self.b(y) / w
""",
    ),
    "while item": Sample(
        TWO,
        """
def forward(self, x):
    y = self.a(x)
    i = 0
    while y.norm().item() > 0.1 and i < 3:
        y = self.b(y) * 0.5
        i += 1
    return y
""",
    ),
    "gumbel": Sample(
        TWO,
        """
def forward(self, x):
    return self.b(F.gumbel_softmax(self.a(x), hard=True))
""",
    ),
    "tuple swap": Sample(
        TWO,
        """
def forward(self, x):
    p, q = self.a(x), self.b(x)
    p, q = q, p
    return p * q
""",
    ),
    "weight norm by data": Sample(
        TWO,
        """
def forward(self, x):
    n = self.a.weight.detach().norm()
    return self.b(self.a(x) / n)
""",
    ),
    "cdist cov": Sample(
        TWO,
        """
def forward(self, x):
    return torch.cdist(self.a(x), self.b(x))
""",
    ),
    "bincount weights": Sample(
        TWO,
        """
def forward(self, x):
    y = self.b(self.a(x))
    c = torch.bincount(torch.zeros(4, dtype=torch.long), minlength=6)
    return y * (1.0 / (c + 1))
""",
    ),
    "split and set list": Sample(
        TWO,
        """
def forward(self, x):
    parts = list(self.a(x).split(2, 1))
    parts[0] = parts[0].detach()
    return self.b(torch.cat([self.a(x), x], 1)[:, :6])
""",
    ),
    "inplace relu on input": Sample(
        TWO,
        """
def forward(self, x):
    x.relu_()
    return self.b(self.a(x))
""",
    ),
    "set_grad restored": Sample(
        TWO,
        """
def forward(self, x):
    g = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    m = x.mean()
    torch.set_grad_enabled(g)
    return self.b(self.a(x - m))
""",
    ),
}


@dataclass(frozen=True)
class Fault:
    """The `forward` of a program with two layers, and what is to be said of it."""

    code: str
    forward: str
    parameters: list[str] | None
    line: str | None = None
    init: str = TWO
    loss: str = "auto"


FAULTY = {
    "detach in list": Fault(
        "CUT101",
        """
def forward(self, x):
    ys: List[torch.Tensor] = []
    for r in x.unbind(0):
        ys.append(self.a(r).detach())
    return self.b(torch.stack(ys))
""",
        A,
        "ys.append(self.a(r).detach())",
    ),
    "detach through dict": Fault(
        "CUT101",
        """
def forward(self, x):
    d: Dict[str, torch.Tensor] = {}
    d['h'] = self.a(x).detach()
    d['x'] = x
    return self.b(d['h'])
""",
        A,
        "d['h'] = self.a(x).detach()",
    ),
    "detach through tuple": Fault(
        "CUT101",
        """
def f(self, x: torch.Tensor) -> Tuple[torch.Tensor, int]:
    return self.a(x).detach(), 2
def forward(self, x):
    y, n = self.f(x)
    return self.b(y) * n
""",
        A,
        "return self.a(x).detach(), 2",
    ),
    "detach into buffer write": Fault(
        "CUT101",
        """
def forward(self, x):
    out = torch.zeros(4, 6)
    out[:, :3] = self.a(x)[:, :3].detach()
    return self.b(out)
""",
        A,
        "out[:, :3] = self.a(x)[:, :3].detach()",
    ),
    "detach_ inplace": Fault(
        "CUT101",
        """
def forward(self, x):
    y = self.a(x)
    y.detach_()
    return self.b(y)
""",
        A,
        "y.detach_()",
    ),
    "fork detached": Fault(
        "CUT101",
        """
def forward(self, x):
    f = torch.jit.fork(self.g, x)
    return self.b(torch.jit.wait(f))
@torch.jit.export
def g(self, x: torch.Tensor) -> torch.Tensor:
    return self.a(x).detach()
""",
        A,
        "return self.a(x).detach()",
    ),
    "no_grad in method": Fault(
        "CUT102",
        """
def enc(self, x):
    with torch.no_grad():
        h = self.a(x)
        return h
def forward(self, x):
    return self.b(self.enc(x))
""",
        A,
        "with torch.no_grad():",
    ),
    "no_grad loop": Fault(
        "CUT102",
        """
def forward(self, x):
    for i in range(2):
        with torch.no_grad():
            x = self.a(x)
    return self.b(x)
""",
        A,
        "with torch.no_grad():",
    ),
    "argmax embed": Fault(
        "CUT103",
        """
def forward(self, x):
    i = self.a(x).argmax(1)
    return self.b(F.one_hot(i, 6).float())
""",
        A,
        "i = self.a(x).argmax(1)",
    ),
    "comparison": Fault(
        "CUT103",
        """
def forward(self, x):
    m = (self.a(x) > 0).float()
    return self.b(m)
""",
        A,
        "m = (self.a(x) > 0).float()",
    ),
    "threshold mult": Fault(
        "CUT103",
        """
def forward(self, x):
    m = (self.a(x) > 0)
    return self.b(x * m)
""",
        A,
        "m = (self.a(x) > 0)",
    ),
    "sort idx": Fault(
        "CUT103",
        """
def forward(self, x):
    v, i = self.a(x).sort(1)
    return self.b(i.float())
""",
        A,
        "v, i = self.a(x).sort(1)",
    ),
    "long": Fault(
        "CUT104",
        """
def forward(self, x):
    y = self.a(x).long()
    return self.b(y.float())
""",
        A,
        "y = self.a(x).long()",
    ),
    "to int": Fault(
        "CUT104",
        """
def forward(self, x):
    y = self.a(x).to(torch.int32)
    return self.b(y.to(torch.float32))
""",
        A,
        "y = self.a(x).to(torch.int32)",
    ),
    "item rebuilt": Fault(
        "CUT105",
        """
def forward(self, x):
    y = self.a(x)
    s = y.sum().item()
    return self.b(x) * s
""",
        A,
        "s = y.sum().item()",
    ),
    "float()": Fault(
        "CUT105",
        """
def forward(self, x):
    s = float(self.a(x).sum())
    return self.b(x * s)
""",
        A,
        "s = float(self.a(x).sum())",
    ),
    "tolist": Fault(
        "CUT105",
        """
def forward(self, x):
    l: List[float] = self.a(x)[0].tolist()
    return self.b(torch.tensor(l).unsqueeze(0))
""",
        A,
    ),
    "unused": Fault(
        "PAR203",
        """
def forward(self, x):
    return self.a(x)
""",
        B,
    ),
    "result unused": Fault(
        "PAR204",
        """
def forward(self, x):
    y = self.b(x)
    return self.a(x)
""",
        B,
        "y = self.b(x)",
    ),
    "overwritten": Fault(
        "PAR204",
        """
def forward(self, x):
    y = self.b(x).relu()
    y = self.a(x)
    return y
""",
        B,
        "y = self.b(x).relu()",
    ),
    "list elem not read": Fault(
        "PAR204",
        """
def forward(self, x):
    ys = [self.a(x), self.b(x)]
    return ys[0]
""",
        B,
        "ys = [self.a(x), self.b(x)]",
    ),
    "shape only": Fault(
        "PAR204",
        """
def forward(self, x):
    y = self.b(x)
    return self.a(x).view(y.size(0), -1)
""",
        B,
        "y = self.b(x)",
    ),
    "zeros_like only": Fault(
        "PAR204",
        """
def forward(self, x):
    y = self.b(x)
    return self.a(x) + torch.zeros_like(y)
""",
        B,
    ),
    "frozen all": Fault(
        "PAR202",
        """
def forward(self, x):
    return self.b(self.a(x))
""",
        None,
        init=TWO + "\nfor p in self.parameters():\n    p.requires_grad_(False)",
    ),
    "ipl relu": Fault(
        "IPL301",
        """
def forward(self, x):
    y = torch.sigmoid(self.a(x))
    y.mul_(2)
    return self.b(y)
""",
        A + B,
        "y.mul_(2)",
    ),
    "ipl index": Fault(
        "IPL301",
        """
def forward(self, x):
    y = torch.tanh(self.a(x))
    z = self.b(y)
    y[:, 0] = 0.0
    return z
""",
        A + B,
        "y[:, 0] = 0.0",
    ),
    "ipl leaf view": Fault(
        "IPL302",
        """
def forward(self, x):
    self.a.weight[0].zero_()
    return self.b(self.a(x))
""",
        A + B,
        "self.a.weight[0].zero_()",
    ),
    "not scalar": Fault(
        "BWD402",
        """
def forward(self, x):
    return self.b(self.a(x))
""",
        A + B,
        loss="output",
    ),
    "state": Fault(
        "BWD403",
        """
def forward(self, x):
    self.h = self.a(x) + self.h
    return self.b(self.h).sum()
""",
        None,
        "self.h = self.a(x) + self.h",
        init=TWO + '\nself.register_buffer("h", torch.zeros(4, 6))',
    ),
    "detach and live other": Fault(
        "CUT101",
        """
def forward(self, x):
    return self.b(self.a(x).detach()) + self.b(x)
""",
        A,
        "return self.b(self.a(x).detach()) + self.b(x)",
    ),
}

FOUND = {
    "branch on a size": ["PAR203"],
    "branches that both return": ["PAR203"],
    "loop that never runs": ["PAR203"],
    "exported method": ["PAR203"],
    "state kept with its history": ["BWD403"],
    "in-place that backward refuses": ["IPL301"],
    "in-place on a leaf": ["IPL302"],
    "no_grad region": ["CUT102"],
    "gradients off and on": ["CUT102"],
    "everything under no_grad": ["CUT102"],
    "detached": ["CUT101"],
    "data": ["CUT101"],
    "item": ["CUT105"],
    "assertion that fails": ["RUN005"],
    "raise": ["RUN005"],
    "wrong sizes": ["SHP701"],
    "wrong sizes in a loop": ["SHP701"],
    "wrong type": ["TYP801"],
    "index out of range": ["SHP710", "RUN005"],
    "lstm of a wrong size": ["SHP711", "SHP717"],
    "batch norm of one value": ["TYP805"],
    "integers alone": ["CUT103"],
    "unused and frozen": ["PAR203"],
    "no parameters": ["PAR202"],
    "trace sent another size": ["SHP712", "SHP704"],
}
"""For a sample with a fault, the codes that name it; where a later rule is more exact, both."""


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_program_is_left_alone(name: str) -> None:
    document = diagnosed(HEALTHY[name])
    assert (document["verdict"], document["findings"]) == ("healthy", [])
    assert {p["gradient"] for p in document["parameters"]} == {"ok"}


@pytest.mark.parametrize("name", FAULTY)
def test_fault_is_named_alone_with_its_line_and_parameters(name: str) -> None:
    fault = FAULTY[name]
    (found,) = errors(diagnosed(Sample(fault.init, fault.forward, loss=fault.loss)))
    assert found["code"] == fault.code
    assert fault.parameters is None or found["parameters"] == fault.parameters
    assert fault.line is None or found["location"]["source"] == fault.line


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_of_program(name: str) -> None:
    document = diagnosed(SAMPLES[name])
    codes = [found["code"] for found in errors(document)]
    if name not in FOUND:
        assert (document["verdict"], codes) == ("healthy", [])
    else:
        assert document["verdict"] in ("faulty", "suspect")
        assert codes in [[code] for code in FOUND[name]]


def test_two_cuts_are_two_findings_in_their_order() -> None:
    forward = "def forward(self, x):\n    p = self.a(x).detach()\n    return p * (self.b(x) > 0).float()"
    found = errors(diagnosed(Sample(TWO, forward)))
    assert [(f["code"], f["parameters"]) for f in found] == [("CUT101", A), ("CUT103", B)]


def test_document_after_each_pass_stands_by_itself() -> None:
    documents = examined(build(SAMPLES["detached"].source), SAMPLES["detached"].request)
    names = ["structure", "numeric", "replay"]
    assert [[p["name"] for p in d["passes"]] for d in documents] == [names[:1], names[:2], names, names]
    assert [d["verdict"] for d in documents] == ["suspect"] * 4
    assert ["verify_ms" in d["timing"] for d in documents] == [False, False, False, True]


def test_one_pass_alone() -> None:
    request = {**SAMPLES["detached"].request, "passes": ["structure"], "verify": False}
    (document,) = examined(build(SAMPLES["detached"].source), request)
    assert document["verdict"] == "suspect"
    assert {p["gradient"] for p in document["parameters"]} == {"ok", "none"}


def test_what_is_expected_and_what_is_ignored() -> None:
    sample = SAMPLES["detached"]
    expected = examined(build(sample.source), {**sample.request, "expect_frozen": ["a.*"]})[-1]
    assert (expected["verdict"], expected["findings"]) == ("healthy", [])
    ignored = examined(build(sample.source), {**sample.request, "ignore": ["CUT101"]})[-1]
    assert (ignored["verdict"], ignored["findings"]) == ("healthy", [])
    assert [found["code"] for found in ignored["ignored"]] == ["CUT101"]


HEADLINES = {
    "all": ({}, "Healthy: all 4 parameters that want a gradient receive one"),
    "those that are not expected to be frozen": (
        {"expect_frozen": ["a.*"]},
        "Healthy: 2 of 4 parameters that want a gradient receive one",
    ),
    "those whose fault is not ignored": (
        {"ignore": ["CUT101"]},
        "Healthy: 2 of 4 parameters that want a gradient receive one; what is ignored (CUT101) does not count",
    ),
}


@pytest.mark.parametrize("who", HEADLINES)
def test_headline_says_who_receives_a_gradient(who: str) -> None:
    request, headline = HEADLINES[who]
    sample = SAMPLES["detached" if request else "plain"]
    document = examined(build(sample.source), {**sample.request, **request, "passes": ["numeric"]})[-1]
    assert document["headline"] == headline


def test_headline_of_what_is_ignored_where_nothing_is_trained() -> None:
    source = net("return self.p * x").replace("torch.ones(1)", "torch.ones(1), requires_grad=False")
    document = examined(build(source), {"inputs": [{"shape": [4]}], "ignore": ["PAR202"]})[-1]
    assert [found["code"] for found in document["ignored"]] == ["PAR202"]
    rest = "what is ignored (PAR202) does not count"
    assert document["headline"] == f"Healthy: no parameter wants a gradient; {rest}"


ONE = {"x * self.p": "p receives a gradient", "F.mse_loss(self.p, torch.ones(1))": "p receives a gradient of zero"}


@pytest.mark.parametrize("result", ONE)
def test_headline_of_a_single_parameter(result: str) -> None:
    source = net(f"return {result}")
    document = examined(build(source), {"inputs": [{"shape": [4]}], "passes": ["numeric"]})[-1]
    assert document["headline"] == f"Healthy: {ONE[result]}"


def test_method_that_there_is_not() -> None:
    document = examined(build(SAMPLES["plain"].source), {**SAMPLES["plain"].request, "method": "encode"})[-1]
    (found,) = errors(document)
    assert (document["verdict"], found["code"]) == ("faulty", "TYP804")


def test_list_out_of_a_tensor_without_numbers_ends_the_pass_not_the_process() -> None:
    forward = "def forward(self, x):\n    rows: List[float] = x[0].tolist()\n    return self.b(self.a(x)) * rows[0]"
    document = diagnosed(Sample(TWO, forward))
    assert [p["ran"] for p in document["passes"]] == [False, True, True]
    assert document["verdict"] == "healthy"


def diagnosed(sample: Sample) -> dict[str, Json]:
    """The whole diagnosis of a program."""
    document = examined(build(sample.source, {"export": sample.export}), sample.request)[-1]
    json.dumps(document, allow_nan=False)
    return document


def errors(document: dict[str, Json]) -> list[dict[str, Json]]:
    """Its findings, without notes."""
    return [found for found in document["findings"] if found["severity"] != "note"]


def test_operation_that_only_meta_refuses_is_no_fault() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.experts = nn.Parameter(torch.randn(2, 8, 16))

    def forward(self, x):
        ends = torch.tensor([16, 32], dtype=torch.int32)
        return torch._grouped_mm(x, self.experts, ends)
"""
    request = {"inputs": [{"shape": [32, 8]}], "loss": "mean", "passes": ["structure"], "verify": False}
    (document,) = examined(build(source), request)
    assert (document["verdict"], document["findings"]) == ("healthy", [])


def test_a_module_gives_what_it_wrote_into() -> None:
    layers = "self.a = nn.Linear(6, 6); self.act = nn.ReLU(inplace=True); self.b = nn.Linear(6, 2)"
    source = net("return self.b(self.act(self.a(x)))", layers)
    modules = {one["path"]: one for one in diagnose_source(source, shapes="3x6")["modules"]}
    for told in ("inputs", "outputs"):
        assert [one["shape"] for one in modules["act"][told]] == [[3, 6]]
