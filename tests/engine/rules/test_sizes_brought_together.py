"""Two sizes that have to be one: which of the two is brought to the other, and how the line says it then."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

DOUBLED = "self.down = nn.Conv2d(3, 3, 3, stride=2, padding=1)"

REMEDIES = [
    (
        "q = self.c(x); return torch.cat([x, q.max(1)[0]], 1)",
        "self.c = nn.Conv2d(1, 8, 1)",
        "2x1x5x5",
        "SHP705",
        "keep the 1 dimension that max takes away of 2x8x5x5: keepdim=True",
    ),
    (
        "d = F.interpolate(self.down(x), scale_factor=2.0); return x * d",
        DOUBLED,
        "2x3x7x7",
        "SHP706",
        "bring d to the size of x before this mul",
    ),
    (
        "e = torch.tanh(x); d = self.down(x); return e + F.interpolate(d, scale_factor=2.0)",
        DOUBLED,
        "2x3x7x7",
        "SHP706",
        "bring F.interpolate(d, scale_factor=2.0) to the size of e before this add",
    ),
    (
        "h = x * self.p; return h + self.t[:h.size(0)]",
        "self.t = nn.Parameter(torch.zeros(9, 6))",
        "2x5x6",
        "SHP706",
        "cut the table by the 5 that it goes with: table[: x.size(1)]",
    ),
    (
        "s = self.l(x)[:, :-1].log_softmax(-1); return s.gather(2, y.unsqueeze(2))",
        "self.l = nn.Linear(4, 6)",
        "2x5x4; 2x5:int64[0,6)",
        "SHP710",
        "cut the other at its other end: y.unsqueeze(2)[:, 1:] goes with what was cut",
    ),
    (
        "return self.l(x).gather(2, y)",
        "self.l = nn.Linear(4, 6)",
        "2x5x4; 2x7x1:int64[0,6)",
        "SHP710",
        "take as many as there are: index[:, :5]",
    ),
    (
        "q = self.l(x).unsqueeze(2); return torch.bmm(y, q)",
        "self.l = nn.Linear(4, 6)",
        "2x4; 2x5x5",
        "SHP701",
        "give l 5 outputs in place of 6",
    ),
    (
        "return torch.mm(x * self.p, self.w.view(-1, 6)).view(5, 6)",
        "self.w = nn.Parameter(torch.rand(2, 7, 6))",
        "5x6",
        "SHP701",
        "make w 2x3x6 in place of 2x7x6",
    ),
    (
        "return (torch.softmax(self.c(x), 1) * y).sum()",
        "self.c = nn.Conv2d(3, 6, 1)",
        "2x3x4x4; 2x5x4x4",
        "SHP706",
        "give c 5 outputs in place of 6",
    ),
    (
        "a, b = self.l(x).view(-1), y.view(-1); return ((a * b).sum(1) - a.sum(1)).mean()",
        "self.l = nn.Linear(4, 4)",
        "2x4; 2x4",
        "SHP703",
        "keep the samples: flatten(1)",
    ),
    (
        "return self.l(x).sum(-1).sum(1)",
        "self.l = nn.Linear(4, 4)",
        "2x4",
        "SHP703",
        "send the input with the dimensions that the line names, or name those that it has: "
        "the last is dimension 0, or -1",
    ),
    (
        "t = torch.zeros(2, 3, 4, 4); t.scatter_(1, y.unsqueeze(1), 1.0); return (self.c(x) * t).sum()",
        "self.c = nn.Conv2d(3, 3, 1)",
        "2x3x4x4; 2x1x4x4:int64[0,3)",
        "SHP703",
        "drop the 1 dimension of size 1: x.squeeze(1)",
    ),
]


@pytest.mark.parametrize(("forward", "layers", "shapes", "code", "summary"), REMEDIES)
def test_one_is_brought_to_the_other(forward: str, layers: str, shapes: str, code: str, summary: str) -> None:
    takes = "x, y" if ";" in shapes else "x"
    found = only(diagnose_source(net(forward, layers, takes), shapes=shapes))
    assert found["code"] == code
    assert found["fix"]["summary"] == summary
    assert found["fix"]["verified"]


def test_an_interpolation_is_told_the_size_where_it_was_told_a_factor() -> None:
    forward = "e = torch.tanh(x); return e + F.interpolate(self.down(x), scale_factor=2.0)"
    found = only(diagnose_source(net(forward, DOUBLED), shapes="2x3x7x7"))
    assert found["fix"]["after"].endswith("return e + F.interpolate(self.down(x), size=e.shape[2:])")


def test_one_of_a_list_that_a_loop_filled_is_changed_in_the_list() -> None:
    forward = "h = []; [h.append(l(x)) for l in self.ls]; return torch.stack(h)"
    layers = "self.ls = nn.ModuleList([nn.Conv2d(3, 2, 3), nn.Conv2d(3, 2, 5)])"
    found = only(diagnose_source(net(forward, layers), shapes="2x3x8x8"))
    assert found["code"] == "SHP705"
    assert found["fix"]["verified"]


def test_an_index_longer_than_its_table_is_not_told_as_a_place_that_is_not_there() -> None:
    source = net("return self.l(x).gather(2, y)", "self.l = nn.Linear(4, 6)", "x, y")
    found = only(diagnose_source(source, shapes="2x5x4; 2x7x1:int64[0,6)"))
    assert found["title"] == "y has 7 entries in dimension 1, where self.l(x) has 5"


def test_a_loop_that_a_trace_wrote_out_is_the_cause_of_what_it_made_refuse() -> None:
    forward = "h = torch.stack([torch.tanh(self.l(x[:, t])) for t in range(x.size(1))], 1); return h + self.l(x)"
    source = net(forward, "self.l = nn.Linear(4, 4)")
    found = diagnose_source(source, shapes="2x5x4", export="trace 2x3x4")["findings"]
    assert [f["code"] for f in found if f["severity"] == "error"] == ["SHP712"]
    assert found[0]["parameters"] == ["p", "l.weight", "l.bias"]


def test_a_row_of_numbers_that_ends_elsewhere_is_made_as_long_as_the_rest() -> None:
    forward = "n = x.shape[1]; return self.l(x) + torch.arange(1 - int(n), 1).view(1, int(n), 1)"
    source = net(forward, "self.l = nn.Linear(4, 4)")
    found = diagnose_source(source, shapes="2x5x4", export="trace 2x3x4")["findings"][0]
    assert (found["code"], found["fix"]["verified"]) == ("SHP712", True)


def test_a_flag_that_is_still_to_come_is_sent_beside_what_was() -> None:
    source = net("return self.p * x if deep else x + self.p", takes="x, deep: bool")
    found = only(diagnose_source(source, shapes="2x3"))
    assert found["fix"]["after"] == '{"inputs": [{"shape": [2, 3]}, true]}'
    assert found["fix"]["verified"]


def test_the_samples_of_a_batch_are_sent_in_a_list_where_each_may_have_its_own_size() -> None:
    forward = "return torch.stack([self.c(i * self.p).view(2, 16) for i in x])"
    source = net(forward, "self.c = nn.Conv2d(3, 2, 1)", "x: list[torch.Tensor]")
    found = only(diagnose_source(source, shapes="2x3x4x4"))
    assert found["fix"]["summary"].startswith("send 2 samples as one list")
    assert found["fix"]["verified"]


def test_a_device_that_is_still_to_come_is_sent_by_its_name() -> None:
    source = net("return self.p * x + torch.ones(3, device=device)", takes="x, device: torch.device")
    found = only(diagnose_source(source, shapes="2x3"))
    assert found["fix"]["after"] == '{"inputs": [{"shape": [2, 3]}, "cpu"]}'
    assert found["fix"]["verified"]


HALVING = "self.ds = nn.ModuleList([nn.Conv2d(3, 3, 3, 2, 1) for _ in range(3)])"
LEVELS = (
    "f: List[torch.Tensor] = []\n        for d in self.ds:\n            x = d(x)\n            f.append(x * 2)\n        "
)

ROUNDS = [
    (
        "for i in range(2, 0, -1):\n            "
        'f[i - 1] = f[i - 1] + F.interpolate(f[i], scale_factor=2.0, mode="nearest"); return f[0]',
        'f[i - 1] = f[i - 1] + F.interpolate(f[i], size=f[i - 1].shape[2:], mode="nearest")',
    ),
    (
        "for i in range(2, 0, -1):\n            f[i - 1] += F.interpolate(f[i], scale_factor=2.0); return f[0]",
        "f[i - 1] += F.interpolate(f[i], size=f[i - 1].shape[2:])",
    ),
    (
        "for m in f[:2][::-1]:\n            x = torch.add(m, F.interpolate(x, scale_factor=2.0)); return x",
        "x = torch.add(m, F.interpolate(x, size=m.shape[2:]))",
    ),
    (
        "for m in f[:2][::-1]:\n            x = torch.cat((F.interpolate(x, scale_factor=2.0), m), 1)[:, :3]; return x",
        "x = torch.cat((F.interpolate(x, size=m.shape[2:]), m), 1)[:, :3]",
    ),
]


@pytest.mark.parametrize(("forward", "after"), ROUNDS)
def test_each_round_of_a_loop_takes_the_size_of_its_own_map(forward: str, after: str) -> None:
    found = only(diagnose_source(net(LEVELS + forward, HALVING), shapes="1x3x30x44"))
    assert (found["fix"]["verified"], found["fix"]["after"]) == (True, after)


def test_what_one_round_made_larger_is_cut_to_the_size_of_its_own_map() -> None:
    layers = f"{HALVING}; self.us = nn.ModuleList([nn.ConvTranspose2d(3, 3, 2, 2) for _ in range(2)])"
    forward = (
        "for i, u in enumerate(self.us):\n            x = u(x)\n            "
        "x = torch.cat((x, f[1 - i]), 1)[:, :3]; return x"
    )
    found = only(diagnose_source(net(LEVELS + forward, layers), shapes="1x3x30x46"))
    line = "x = torch.cat((x[:, :, : f[1 - i].shape[2], : f[1 - i].shape[3]], f[1 - i]), 1)[:, :3]"
    assert (found["fix"]["verified"], found["fix"]["after"]) == (True, line)


def test_a_map_that_a_call_gives_is_not_called_for_again() -> None:
    forward = "return self.p * self.down(x).tanh() + F.interpolate(self.down(self.down(x)), scale_factor=2.0)"
    found = only(diagnose_source(net(forward, DOUBLED), shapes="2x3x10x10"))
    assert (found["fix"]["verified"], found["fix"]["after"]) == (True, None)


ABREAST = "self.a = nn.Linear(5, 3); self.b = nn.Linear(5, 4); self.l = nn.Linear({}, 2)"


@pytest.mark.parametrize(
    "flattened",
    ["torch.stack(h, dim=1).flatten(1)", "torch.stack(h, 1).view(x.size(0), -1)", "torch.stack(h, 1).mean(1)"],
)
def test_what_is_flattened_behind_may_be_of_several_widths(flattened: str) -> None:
    forward = f"h = [torch.tanh(self.a(x)) * self.p, torch.tanh(self.b(x)) * self.p]; return self.l({flattened})"
    found = only(diagnose_source(net(forward, ABREAST.format(7)), shapes="6x5"))
    joined = flattened.replace("stack", "cat") if "mean" not in flattened else None
    assert (found["fix"]["after"] == f"return self.l({joined})") == (joined is not None)
