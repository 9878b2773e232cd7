"""Writes in place: what torch refuses, who is to change, and the many that are harmless."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, wanting

LAYER = "self.a = nn.Linear(6, 6)"

REFUSED = [
    ("IPL303", "aten::add_", "a, b = self.a(x).chunk(2, dim=1); b += a; return b"),
    ("IPL303", "aten::relu_", "ys = torch.split(self.a(x), [2, 4], dim=1); ys[0].relu_(); return ys[0]"),
    ("IPL303", "aten::relu_", "a, b = self.a(x).chunk(2, dim=1); return F.relu(a, inplace=True) * b"),
    ("IPL303", "aten::add_", "y = self.a(x); rows = y.unbind(0); y.add_(1.0); return rows[0] * 2"),
    ("IPL304", "aten::copy_", "m = torch.zeros(1, 6).expand(4, 6); m[:, 0] = self.a(x)[:, 0]; return m"),
    ("IPL304", "aten::add_", "y = self.a(x); b = y.mean(0, keepdim=True).expand_as(y); b.add_(y); return b"),
    ("IPL304", "aten::mul_", "y = self.a(x); a, b = torch.broadcast_tensors(y[:1] * 2, y); a.mul_(2); return a"),
    ("IPL304", "aten::dropout_", "return F.dropout(self.a(x)[:1].sin().expand(4, 6), 0.5, inplace=True)"),
    ("IPL306", "aten::matmul", "y = torch.empty(4, 6); torch.matmul(x, self.a.weight, out=y); return y * 2"),
    ("IPL306", "aten::cat", "y = torch.empty(4, 12); z = torch.cat([self.a(x), x], dim=1, out=y); return z"),
]

HARMLESS = [
    "a, b = torch.tensor_split(self.a(x), 2, dim=1); a.mul_(2.0); return b + a",
    "a, b = x.chunk(2, dim=1); a.mul_(2.0); return self.a(x)",
    "y = self.a(x); y[0].mul_(2.0); y[1:, 2].add_(1.0); return y",
    "m = torch.ones(1, 6).expand(4, 6); m.fill_(2.0); return self.a(x) * m",
    "m = torch.ones(1, 6).expand(4, 6).clone(); m[0] = 2.0; return self.a(x) * m",
    "m = torch.ones(1, 6).expand(4, 6); row = m[0]; row.mul_(2.0); return self.a(x) * row",
    "y = torch.empty(4, 6); torch.mul(x, x, out=y); return self.a(y)",
    "y = self.a(x).transpose(0, 1); y += 1.0; return y",
]


@pytest.mark.parametrize(("code", "op", "body"), REFUSED)
def test_write_is_refused(code: str, op: str, body: str) -> None:
    document = diagnose_source(net(body, LAYER), shapes="4x6", loss="mean")
    finding = document["findings"][0]
    assert (document["verdict"], finding["code"], finding["location"]["op"]) == ("faulty", code, op)
    assert set(finding["parameters"]) == wanting(document)


@pytest.mark.parametrize("body", HARMLESS)
def test_write_is_harmless(body: str) -> None:
    document = diagnose_source(net(body.replace("return ", "return self.p * ", 1), LAYER), shapes="4x6", loss="mean")
    assert (document["verdict"], document["findings"]) == ("healthy", [])


def test_both_sides_of_a_write_into_views_are_named() -> None:
    body = "rows = self.a(x).unbind(0); row = rows[1]; row.mul_(2.0); return self.p * row"
    (finding,) = diagnose_source(net(body, LAYER), shapes="4x6", loss="mean")["findings"]
    assert [(r["label"], r["location"]["op"]) for r in finding["related"]] == [
        ("the views were made here", "aten::unbind")
    ]
    assert "4 views that unbind returned" in finding["title"]


def test_what_is_assigned_onto_itself_is_read_from_a_copy() -> None:
    body = "y = self.a(x)[:, :4].reshape(4, 2, 2); y[1] = y[1].t(); return self.p * y"
    finding = diagnose_source(net(body, LAYER), shapes="4x6", loss="mean")["findings"][0]
    assert (finding["code"], finding["fix"]["verified"]) == ("IPL304", True)


SPOILED = [
    (["a.weight", "a.bias"], "s = self.a(x) @ self.t; self.t.data[0].fill_(9.0); return s * self.p"),
    (["a.weight", "a.bias"], "y = self.a(x).exp(); y.data.mul_(2.0); return self.p + y"),
    (
        ["a.weight", "a.bias"],
        "r = self.p * self.t[0]; y = self.a(x)[:, :3] * self.t[1]; self.t.data[1] = 2.0; return y + r",
    ),
    (
        ["a.weight", "a.bias"],
        "y = F.linear(self.a(x), self.t.t(), self.p * self.t[0]); self.t.data[1:] = 2.0; return y",
    ),
    (["p"], "y = self.p * self.a(x); h = self.a(x); z = h * self.p; h.data.zero_(); return z * z.detach()"),
]

UNSEEN_BUT_HARMLESS = [
    "self.t.data.clamp_(-1.0, 1.0); return self.p * self.a(x) @ self.t",
    "y = self.a(x); y.data.mul_(2.0); return self.p + y @ self.t",
    "y = self.p * self.a(x)[:, :3] * self.t[0]; self.t.data[1:].fill_(2.0); return y + self.t[1]",
    "self.e.data.mul_(0.9); return self.p * self.a(x) @ self.t",
]


@pytest.mark.parametrize(("lost", "body"), SPOILED)
def test_write_that_autograd_does_not_see(lost: list[str], body: str) -> None:
    init = f"{LAYER}; self.t = nn.Parameter(torch.randn(6, 3))"
    findings = diagnose_source(net(body, init), shapes="4x6", loss="mean")["findings"]
    finding = next(f for f in findings if f["code"] == "IPL305")
    assert (finding["parameters"], finding["location"]["op"]) == (lost, "prim::data")
    assert [r["label"] for r in finding["related"]] == ["saved here", "changed here"]
    assert finding["fix"]["verified"]


@pytest.mark.parametrize("body", UNSEEN_BUT_HARMLESS)
def test_write_that_nobody_saved(body: str) -> None:
    init = f"{LAYER}; self.t = nn.Parameter(torch.randn(6, 3)); self.register_buffer('e', torch.zeros(3))"
    document = diagnose_source(net(body, init), shapes="4x6", loss="mean")
    assert (document["verdict"], document["findings"]) == ("healthy", [])


@pytest.mark.parametrize(
    ("write", "after"),
    [
        ("h[:, 0] = 0", "h = h.clone()\nh[:, 0] = 0"),
        ("h[:, 1:3] += 1", "h = h.clone()\nh[:, 1:3] += 1"),
        ("h[h < 0.5] = 0.0", "h = h.clone()\nh[h < 0.5] = 0.0"),
        ("h.mul_(2.0)", "h = h.mul(2.0)"),
    ],
)
def test_a_copy_before_the_write_heals_all_who_saved(write: str, after: str) -> None:
    body = f"h = self.a(x).exp(); k = h * self.b(x); {write}; return (k.sum() + h.sum()) * self.p"
    (finding,) = diagnose_source(net(body, f"{LAYER}; self.b = nn.Linear(6, 6)"), shapes="4x6")["findings"]
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("IPL301", True, after)


def test_a_copy_is_made_before_a_write_in_a_branch() -> None:
    source = net("h = self.a(x).exp(); k = h * self.b(x); ~", f"{LAYER}; self.b = nn.Linear(6, 6)")
    loop = "for i in range(2):\n            h[:, i] = 0.0\n        return (k.sum() + h.sum()) * self.p"
    (finding,) = diagnose_source(source.replace("~", loop), shapes="4x6")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("IPL301", True)


def test_a_part_of_a_parameter_is_written_without_gradient() -> None:
    source = net("self.w[0] = 0.0; return x * self.w", "self.w = nn.Parameter(torch.ones(6))")
    finding = diagnose_source(source, shapes="4x6")["findings"][0]
    after = "with torch.no_grad():\n    self.w[0] = 0.0"
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("IPL302", True, after)


def test_one_of_several_views_of_a_parameter_is_set_without_gradient() -> None:
    body = "self.w.chunk(3)[1].fill_(1.0); return F.linear(x, self.w) * self.p"
    source = net(body, "self.w = nn.Parameter(torch.randn(6, 6))")
    (finding,) = diagnose_source(source, shapes="4x6")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("IPL303", True)
    assert finding["fix"]["after"] == "with torch.no_grad():\n    self.w.chunk(3)[1].fill_(1.0)"
    assert unhealed(source, {"shapes": "4x6"}) == []


def test_a_part_of_a_parameter_that_is_a_part_of_itself_is_written_without_gradient() -> None:
    source = net("self.w[:, 0] = self.w[:, 2]; return x @ self.w", "self.w = nn.Parameter(torch.randn(6, 3))")
    finding = diagnose_source(source, shapes="4x6")["findings"][0]
    assert (finding["code"], finding["fix"]["verified"]) == ("IPL302", True)
    assert finding["fix"]["after"].startswith("with torch.no_grad():")


def test_a_view_of_a_parameter_is_added_to_out_of_place() -> None:
    source = net(
        "b = self.w.expand(4, 6); b += self.a(x); return b", f"{LAYER}; self.w = nn.Parameter(torch.ones(1, 6))"
    )
    finding = diagnose_source(source, shapes="4x6")["findings"][0]
    assert (finding["code"], finding["fix"]["verified"]) == ("IPL302", True)
    assert finding["fix"]["after"] == "b = b + self.a(x)"


TAUGHT = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.online = nn.Linear(6, 4)
        self.target = nn.Linear(6, 4)

    def forward(self, x):
        self.target.weight.mul_(0.9).add_(self.online.weight, alpha=0.1)
        self.target.bias.lerp_(self.online.bias, 0.1)
        with torch.no_grad():
            aim = self.target(x)
        return F.mse_loss(self.online(x), aim)
"""


def test_a_teacher_is_updated_without_gradient_and_not_into_a_tensor_that_nobody_reads() -> None:
    (finding,) = diagnose_source(TAUGHT, shapes="4x6", loss="output")["findings"]
    writes = ["self.target.weight.mul_(0.9).add_(self.online.weight, alpha=0.1)",
              "self.target.bias.lerp_(self.online.bias, 0.1)"]  # fmt: skip
    assert (finding["code"], finding["fix"]["verified"]) == ("IPL302", True)
    assert finding["fix"]["before"] == "\n".join(writes)
    assert finding["fix"]["after"] == "\n    ".join(["with torch.no_grad():", *writes])
    healed = TAUGHT.replace(
        f"        {writes[0]}\n        {writes[1]}", "        with torch.no_grad():\n            pass"
    )
    healed = healed.replace("pass", "\n            ".join(writes))
    assert diagnose_source(healed, shapes="4x6", loss="output")["verdict"] == "healthy"


@pytest.mark.parametrize(
    ("lines", "after"),
    [
        ("h = self.a(x); self.w.mul_(0.9)", None),
        ("if len(x) > 1:\n            self.w.mul_(0.9)\n        self.p.mul_(0.9); h = self.a(x)", "self.w.mul_(0.9)"),
    ],
)
def test_of_what_stands_beside_an_update_nothing_else_is_shown_without_gradient(lines: str, after: str | None) -> None:
    source = net("BODY; return h * self.w * self.p", f"{LAYER}; self.w = nn.Parameter(torch.ones(6))")
    finding = diagnose_source(source.replace("BODY", lines), shapes="4x6")["findings"][0]
    assert (finding["code"], finding["fix"]["verified"]) == ("IPL302", True)
    assert finding["fix"]["after"] == (after and f"with torch.no_grad():\n    {after}")


def test_an_update_that_other_parameters_are_to_learn_through_is_not_cut_off() -> None:
    body = "self.w.mul_(0.0).add_(self.a(x).mean(0)); return x * self.w * self.p"
    finding = diagnose_source(net(body, f"{LAYER}; self.w = nn.Parameter(torch.ones(6))"), shapes="4x6")["findings"][0]
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("IPL302", False, None)


@pytest.mark.parametrize(
    ("write", "after"),
    [
        ("y[:, 4:] = y[:, 4:] * s.exp() + s", "y[:, 4:] = y[:, 4:].clone() * s.exp() + s"),
        ("y[:, 4:] = self.b(y)[:, 4:]", "y[:, 4:] = self.b(y.clone())[:, 4:]"),
    ],
)
def test_what_a_line_reads_and_writes_is_copied_where_it_is_read(write: str, after: str) -> None:
    source = net(
        f"y = self.a(x); s = self.b(x)[:, 4:]; {write}; return y * self.p", f"{LAYER}; self.b = nn.Linear(6, 6)"
    )
    (finding,) = diagnose_source(source, shapes="4x6", loss="mean")["findings"]
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("IPL301", True, after)
    assert unhealed(source, {"shapes": "4x6", "loss": "mean"}) == []


WRITTEN_BY_A_LAYER = "self.w = nn.Parameter(torch.ones(4)); self.a = nn.Linear(6, 4); self.h = nn.Linear(6, 4)"


@pytest.mark.parametrize(
    ("body", "after"),
    [
        (
            "self.w.add_(self.a(x).mean(0)); return self.h(x) * self.w * self.p",
            "w = self.w.add(self.a(x).mean(0))\nreturn self.h(x) * w * self.p",
        ),
        (
            "self.w.add_(self.a(x).mean(0)); return self.a(x) * self.w * self.p * self.h(x)",
            "with torch.no_grad():\n    self.w.add_(self.a(x).mean(0))",
        ),
    ],
)
def test_what_learns_only_by_a_write_goes_into_a_new_tensor(body: str, after: str) -> None:
    source = net(body, WRITTEN_BY_A_LAYER)
    finding = diagnose_source(source, shapes="3x6", loss="mean")["findings"][0]
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("IPL302", True, after)
    assert unhealed(source, {"shapes": "3x6", "loss": "mean"}) == []


def test_a_write_that_others_are_to_learn_by_is_no_update_for_being_made_without_gradient() -> None:
    write = (
        "with torch.no_grad():\n            self.w.add_(self.a(x).mean(0))\n        return self.h(x) * self.w * self.p"
    )
    (finding,) = diagnose_source(net(write, WRITTEN_BY_A_LAYER), shapes="3x6", loss="mean")["findings"]
    assert (finding["code"], finding["parameters"]) == ("CUT102", ["a.weight", "a.bias"])
    assert finding["fix"]["verified"]
    assert "out of place" in finding["fix"]["summary"]


LAYERS_WRITTEN_OUT = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.t0 = nn.ModuleList([nn.Linear(5, 5) for _ in range(3)])

    def forward(self, x):
        h = x
        for layer in self.t0:
            {lines}
        return h
"""


@pytest.mark.parametrize(
    ("lines", "after"),
    [
        ("h = torch.add(layer(h), h, out=torch.empty([4, 5]))", "h = torch.add(layer(h), h)"),
        (
            "y = torch.empty(4, 5); torch.mul(layer(h), h, out=y); h = y",
            "y = torch.empty(4, 5); y = torch.mul(layer(h), h); h = y",
        ),
        ("h = torch.exp(layer(h))\n            h += 1.0", "h = h + 1.0"),
    ],
)
def test_each_round_of_a_loop_that_was_written_out_is_mended(lines: str, after: str) -> None:
    source = LAYERS_WRITTEN_OUT.replace("{lines}", lines)
    (found,) = diagnose_source(source, shapes="4x5", loss="mean")["findings"]
    assert "the first of 3 alike" in found["title"]
    assert (found["fix"]["verified"], found["fix"]["after"]) == (True, after)


def test_a_buffer_that_is_spread_is_to_have_memory_of_its_own() -> None:
    init = "self.a = nn.Linear(6, 6); self.register_buffer('m', torch.zeros(1).expand(6))"
    body = "h = self.a(x); self.m.mul_(0.9).add_(h.mean(0).detach(), alpha=0.1); return (h - self.m) * self.p"
    (finding,) = diagnose_source(net(body, init), shapes="4x6")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("IPL304", True)
    assert finding["fix"]["summary"].startswith("make m with memory of its own")


def test_a_buffer_is_read_as_what_the_operation_gave_where_out_is_dropped() -> None:
    init = "self.register_buffer('kept', torch.zeros(2, 3))"
    source = net("torch.mul(x, self.p, out=self.kept); return self.kept.tanh()", init)
    (finding,) = diagnose_source(source, shapes="2x3")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("IPL306", True)
    assert finding["fix"]["evidence"].startswith("with it forward and backward complete")


def test_all_that_write_into_views_of_one_memory_are_one_fault() -> None:
    source = """
class Cell(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 12)

    def forward(self, x):
        i, g = self.a(x).chunk(2, dim=1)
        i.sigmoid_()
        g.tanh_()
        return i * g


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = Cell(), Cell()

    def forward(self, x):
        return self.two(self.one(x))
"""
    (finding,) = diagnose_source(source, shapes="4x6", loss="mean")["findings"]
    assert finding["title"] == "sigmoid_ writes into one of 2 views that chunk returned (the first of 2 alike)"
    assert finding["fix"]["after"] == "i = i.sigmoid()\ng = g.tanh()"
    assert finding["fix"]["verified"] is True
