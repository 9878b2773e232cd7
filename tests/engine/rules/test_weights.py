"""Tensors that do a weight's work without being a parameter, constants of traces, and the many that are neither."""

from __future__ import annotations

import pytest
from tests.engine.programs import build, diagnose_source, examined
from tests.engine.rules.small import net

LAYER = "self.a = nn.Linear(6, 6)"
TWO = f"{LAYER}; self.b = nn.Linear(6, 1)"

WEIGHTS = [
    (["W"], f"{LAYER}; self.W = torch.randn(6, 6) * 0.1", "return self.p * self.a(x) @ self.W"),
    (["shift"], f"{LAYER}; self.shift = torch.zeros(6, requires_grad=True)", "return self.p * self.a(x) + self.shift"),
    (["tok"], f"{LAYER}; self.tok = nn.Parameter(torch.randn(1, 6)) * 0.02", "return self.p * self.a(x) + self.tok"),
    (
        ["cls_token"],
        f"{LAYER}; self.register_buffer('cls_token', torch.randn(1, 6))",
        "return self.p * self.a(torch.cat([self.cls_token, x], 0))",
    ),
    (
        ["ws[0]", "ws[1]"],
        f"{LAYER}; self.ws = [torch.randn(6, 6), torch.randn(6, 6)]",
        "h = self.p * self.a(x) @ self.ws[0]; return h @ self.ws[1]",
    ),
    (
        ["rel['up']", "rel['down']"],
        f"{LAYER}; self.rel = {{'up': torch.randn(6, 6), 'down': torch.randn(6, 6)}}",
        "h = self.p * self.a(x); return h @ self.rel['up'] - h.tanh() @ self.rel['down']",
    ),
    (
        ["slope"],
        f"{LAYER}; self.slope = torch.randn(6, 6)",
        "return self.p * F.linear(self.a(x), self.slope)",
    ),
    (
        ["alpha"],
        f"{LAYER}; self.alpha = torch.zeros(6)",
        "h = self.a(x); return self.p * (h + h.sigmoid() * self.alpha)",
    ),
]

BUFFERS = [
    ("self.adj = torch.rand(4, 4)", "return self.p * self.adj @ self.a(x)"),
    ("self.P = torch.rand(4, 4)", "return self.p * self.P @ self.a(x)"),
    ("self.register_buffer('proj', torch.randn(6, 6))", "return self.p * self.a(x) @ self.proj"),
    ("self.alpha = torch.full((6,), 0.25)", "return self.p * self.a(x) * self.alpha"),
    ("self.h0 = torch.zeros(4, 6)", "return self.p * self.a(x) + self.h0"),
    ("self.register_buffer('alpha', torch.ones(6))", "return self.p * self.a(x) * self.alpha"),
    ("self.weight = torch.ones(6)", "return self.p * F.cross_entropy(self.a(x), torch.arange(4), self.weight)"),
    (
        "self.register_buffer('inv_freq', 1.0 / (10000 ** (torch.arange(0, 6, 2).float() / 6)))",
        "f = torch.outer(torch.arange(4.), self.inv_freq); e = torch.cat([f, f], -1); "
        "return self.p * self.a(x) * e.cos()",
    ),
    (
        "self.register_buffer('pos', torch.sin(torch.arange(9.)[:, None] * torch.arange(6.) * 0.2))",
        "return self.p * self.a(x) + self.pos[:4]",
    ),
    (
        "self.register_buffer('bias', torch.tril(torch.ones(4, 4)))",
        "q = self.p * self.a(x); return (q @ q.t()).masked_fill(self.bias == 0, -1e9).softmax(-1) @ q",
    ),
    (
        "self.register_buffer('B', torch.randn(6, 6))",
        "h = self.a(x) * self.p @ self.B; return torch.cat([h.sin(), h.cos()], -1)",
    ),
    (
        "self.register_buffer('embedding', torch.randn(9, 6))",
        "z = self.p * self.a(x); q = self.embedding[torch.cdist(z, self.embedding).argmin(1)]; "
        "self.embedding = self.embedding * 0.9 + z.detach().mean(0) * 0.1; return z + (q - z).detach()",
    ),
    (
        "self.register_buffer('weight', torch.rand(6)); self.register_buffer('running_var', torch.rand(6))",
        "return self.p * self.a(x) * self.weight * (self.running_var + 1e-5).rsqrt()",
    ),
    ("self.register_buffer('noise', torch.randn(4, 6))", "return self.a(x) + self.noise * self.p"),
    ("self.register_buffer('queue', torch.randn(6, 32))", "return self.p * self.a(x) @ self.queue.clone().detach()"),
    (
        "self.register_buffer('weight', torch.rand(6))",
        "return self.p * F.cross_entropy(self.a(x), torch.arange(4), self.weight)",
    ),
    (
        "self.register_buffer('kernel', torch.tensor([[1., 2., 1.]])[None])",
        "return self.p * F.conv1d(self.a(x)[:, None], self.kernel)",
    ),
    (
        "self.register_buffer('weight', torch.randn(6))",
        "h = self.p * self.a(x); return h - h.detach() * self.weight.detach() + h",
    ),
]

BAKED = [
    ("a", "h = torch.tensor(self.a(x).tanh().detach().numpy()); return self.p * self.b(h)"),
    ("b", "g = self.b(x).mean().item(); return self.p * self.a(x) * g"),
    ("b", "g = torch.tensor(float(self.b(x).mean())); return self.p * self.a(x) + g"),
    ("b", "w = torch.tensor(self.b(x).flatten().tolist()).softmax(0); return self.p * self.a(x) * w[:, None]"),
]

UNUSED_BESIDE_CONSTANTS = [
    "h = self.p * self.a(x); return 0.5 * h * (1 + torch.tanh(0.7978845608028654 * (h + 0.044715 * h ** 3)))",
    "import numpy as np; t = np.sin(np.arange(4)[:, None] * np.arange(6)[None] * 0.2); "
    "return self.p * self.a(x) + torch.tensor(t, dtype=torch.float32)",
]


@pytest.mark.parametrize(("names", "init", "body"), WEIGHTS)
def test_weight_that_is_no_parameter(names: list[str], init: str, body: str) -> None:
    document = diagnose_source(net(body, init), shapes="4x6", loss="mean")
    (finding,) = document["findings"]
    assert (document["verdict"], finding["code"], finding["parameters"]) == ("suspect", "PAR206", [])
    assert finding["location"]["op"] == "prim::GetAttr"
    assert all(name in finding["title"] for name in names)


@pytest.mark.parametrize(("init", "body"), BUFFERS)
def test_buffer_by_right(init: str, body: str) -> None:
    document = diagnose_source(net(body, f"{LAYER}; {init}"), shapes="4x6", loss="mean")
    assert (document["verdict"], document["findings"]) == ("healthy", [])


def test_nothing_but_plain_tensors() -> None:
    source = net("return x @ self.w1 @ self.w2", "self.w1 = torch.randn(6, 8); self.w2 = torch.randn(8, 1)")
    (finding,) = diagnose_source(source.replace("        self.p = nn.Parameter(torch.ones(1))\n", ""), shapes="4x6")[
        "findings"
    ]
    assert (finding["code"], finding["severity"]) == ("PAR206", "error")


@pytest.mark.parametrize(("lost", "body"), BAKED)
def test_value_recorded_as_a_constant(lost: str, body: str) -> None:
    document = diagnose_source(net(body, TWO), shapes="4x6", loss="mean", export="trace 4x6")
    finding = document["findings"][0]
    assert (finding["code"], finding["location"]["op"]) == ("CUT106", "prim::Constant")
    assert finding["parameters"] == [f"{lost}.weight", f"{lost}.bias"]


@pytest.mark.parametrize("body", UNUSED_BESIDE_CONSTANTS)
def test_constant_by_right_costs_no_gradient(body: str) -> None:
    document = diagnose_source(net(body, TWO), shapes="4x6", loss="mean", export="trace 4x6")
    assert [f["code"] for f in document["findings"]] == ["PAR203"]


def test_weights_in_a_plain_list_of_a_trace() -> None:
    source = net("return self.p * self.a(x) @ self.ws[0]", f"{LAYER}; self.ws = [torch.randn(6, 6)]")
    (finding,) = diagnose_source(source, shapes="4x6", loss="mean", export="trace 4x6")["findings"]
    assert (finding["code"], finding["severity"]) == ("PAR205", "warning")


def test_a_tensor_that_is_meant_to_stay_as_it_was_drawn_is_none() -> None:
    source = net("return self.p * self.a(x) @ self.proj", f"{LAYER}; self.proj = torch.randn(6, 6)")
    request = {"inputs": [{"shape": [4, 6]}], "passes": ["numeric"]}
    assert [f["code"] for f in examined(build(source), request)[-1]["findings"]] == ["PAR206"]
    told = examined(build(source), {**request, "expect_frozen": ["proj"]})[-1]
    assert (told["verdict"], told["findings"]) == ("healthy", [])


def test_what_a_trace_may_hold_as_numbers_is_not_said_to_be_needed_by_nothing() -> None:
    source = net("return self.a(x) * self.g.item()", "self.a = nn.Linear(4, 4); self.g = nn.Parameter(torch.ones(()))")
    (finding,) = diagnose_source(source, shapes="2x4", loss="mean", export="trace 2x4")["findings"]
    assert finding["code"] == "PAR203"
    assert "This is a trace" in finding["message"]
    assert (finding["fix"]["verified"], finding["fix"]["before"]) == (None, None)
    assert finding["fix"]["summary"].startswith("use them as tensors in the forward, not as numbers")
