"""What backward itself refuses, with the operation that it came to."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, wanting

LAYER = "self.a = nn.Linear(6, 6)"

REFUSED = [
    ("BWD404", "aten::heaviside", True, "return torch.heaviside(self.a(x), torch.zeros(1)) * self.p"),
    ("BWD404", "aten::igamma", None, "return torch.igamma(self.a(x).exp(), torch.ones(1)) * self.p"),
    ("BWD404", "aten::bincount", True, "return torch.bincount(torch.tensor([0, 1, 1, 2]), self.a(x)[:, 0]) * self.p"),
    ("BWD404", "aten::cross_entropy_loss", True, "return F.cross_entropy(self.a(x), torch.arange(4), weight=self.w)"),
    ("BWD404", "aten::special_zeta", None, "return torch.special.zeta(self.a(x).exp() + 1, torch.ones(1)) * self.p"),
    ("BWD405", "aten::requires_grad_", True, "return self.p * self.a(x) * torch.arange(6).requires_grad_()"),
]


def test_weights_of_classes_that_are_learnt_weigh_the_losses_by_hand() -> None:
    body = "return F.cross_entropy(self.a(x), torch.arange(4), weight=self.w.exp())"
    init = f"{LAYER}; self.w = nn.Parameter(torch.zeros(6))"
    fix = diagnose_source(net(body, init), shapes="4x6", loss="mean")["findings"][0]["fix"]
    assert (fix["verified"], fix["summary"].partition(":")[0]) == (True, "weight the losses of the samples by hand")


@pytest.mark.parametrize(("code", "op", "healed", "body"), REFUSED)
def test_refusal_names_its_operation(code: str, op: str, healed: bool | None, body: str) -> None:
    init = f"{LAYER}; self.w = nn.Parameter(torch.ones(6))" if "self.w" in body else LAYER
    document = diagnose_source(net(body, init), shapes="4x6", loss="mean")
    finding = document["findings"][0]
    assert (document["verdict"], finding["code"], finding["location"]["op"]) == ("faulty", code, op)
    assert set(finding["parameters"]) == wanting(document)
    assert finding["fix"]["verified"] is healed, finding["fix"]


def test_a_complex_loss_is_named() -> None:
    body = "z = torch.fft.fft(self.a(x) * self.p); return (z * z.conj()).sum()"
    finding = diagnose_source(net(body, LAYER), shapes="4x6", loss="output")["findings"][0]
    assert (finding["code"], finding["location"]["op"]) == ("BWD406", "aten::sum")
    assert finding["fix"]["verified"] is True


def test_a_state_that_the_loss_reads_keeps_the_history_of_its_own_step() -> None:
    init = f"{LAYER}; self.state = torch.zeros(4, 6)"
    document = diagnose_source(
        net("self.state = 0.9 * self.state + self.a(x); return self.state * self.p", init), shapes="4x6"
    )
    (finding,) = document["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("BWD403", "prim::SetAttr")
    assert finding["fix"]["summary"].startswith("detach what self.state holds")
    assert finding["fix"]["verified"] is True


def test_a_fix_that_cuts_the_only_way_is_not_called_one() -> None:
    init = "self.v = nn.Parameter(torch.ones(3, 6)); self.cache = torch.zeros(0)"
    body = "self.cache = self.v * self.p if self.cache.numel() == 0 else self.cache; return F.linear(x, self.cache)"
    (finding,) = diagnose_source(net(body, init), shapes="4x6")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("BWD403", False)


def test_a_loss_of_nothing_has_no_mean() -> None:
    document = diagnose_source(net("return (x * self.p)[:0]"), shapes="4x4", loss="output")
    (finding,) = document["findings"]
    assert (finding["code"], finding["fix"]["after"]) == ("BWD402", None)
    assert "the loss has no values (0x4)" in finding["title"]


def test_a_slice_is_kept_without_its_history() -> None:
    body = "h = self.a(x) + self.m; self.m = h[:, -6:]; return h * self.p"
    (finding,) = diagnose_source(net(body, "self.a = nn.Linear(6, 6); self.m = torch.zeros(4, 6)"), shapes="4x6")[
        "findings"
    ]
    assert (finding["code"], finding["fix"]["verified"]) == ("BWD403", True)
    assert finding["fix"]["after"] == "self.m = h[:, -6:].detach()"


def test_a_list_of_the_step_keeps_nothing() -> None:
    init = "self.cell = nn.Linear(12, 6); self.feed = torch.zeros(4, 6)"
    body = (
        "outs: List[torch.Tensor] = []; feed = self.feed; feed = torch.tanh(self.cell(torch.cat([x, feed], 1))); "
        "outs.append(feed); self.feed = feed; return torch.stack(outs) * self.p"
    )
    (finding,) = diagnose_source(net(body, init), shapes="4x6")["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("BWD403", "prim::SetAttr")
    assert (finding["title"], finding["related"]) == ("self.feed keeps the graph of the last step", [])
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, "self.feed = feed.detach()")


def test_a_list_that_the_module_holds_keeps_what_is_appended() -> None:
    init = "self.a = nn.Linear(6, 6); self.states: List[torch.Tensor] = [torch.zeros(4, 6)]"
    body = "held = self.states; h = torch.tanh(self.a(x) + held[-1]); held.append(h); return h * self.p"
    (finding,) = diagnose_source(net(body, init), shapes="4x6")["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("BWD403", "aten::append")


def test_a_list_is_kept_without_the_history_of_what_lies_in_it() -> None:
    init = "self.a = nn.Linear(6, 6); self.states: List[torch.Tensor] = [torch.zeros(4, 6)]"
    body = "h = torch.tanh(self.a(x) + self.states[-1]); new = [h]; self.states = new; return h * self.p"
    (finding,) = diagnose_source(net(body, init), shapes="4x6")["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("BWD403", "prim::SetAttr")
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, "self.states = [t.detach() for t in new]")


KEPT = {
    "whatever is computed": (
        "h = self.a(x) + self.m; self.m = 0.9 * self.m + 0.1 * h; return h * self.p",
        "self.m = 0.9 * self.m + 0.1 * h",
        "self.m = (0.9 * self.m + 0.1 * h).detach()",
    ),
    "one of several": (
        "h = self.a(x) + self.m; k, self.m = h * self.p, h * 2; return k",
        "k, self.m = h * self.p, h * 2",
        "k, self.m = h * self.p, h * 2\nself.m = self.m.detach()",
    ),
    "two of them": (
        "h = self.a(x) + self.m + self.n; self.m = h; self.n = h * 2; return h * self.p",
        "self.m = h\nself.n = h * 2",
        "self.m = h.detach()\nself.n = (h * 2).detach()",
    ),
    "one that the step itself reads": (
        "self.m = torch.tanh(self.a(x) + self.m); return self.m * self.p",
        "self.m = torch.tanh(self.a(x) + self.m)",
        "self.m = torch.tanh(self.a(x) + self.m.detach())",
    ),
    "a part of a buffer": (
        "self.m[:, 1:5] = self.a(x)[:, 1:5]; return self.m * self.p",
        "self.m[:, 1:5] = self.a(x)[:, 1:5]\nreturn self.m * self.p",
        "m = self.m.clone()\nm[:, 1:5] = self.a(x)[:, 1:5]\nreturn m * self.p",
    ),
}


@pytest.mark.parametrize(("body", "before", "after"), KEPT.values(), ids=KEPT)
def test_what_is_kept_is_shown_without_its_history(body: str, before: str, after: str) -> None:
    source = net(
        body, 'self.a = nn.Linear(6, 6); self.register_buffer("m", torch.zeros(4, 6)); self.n = torch.zeros(1)'
    )
    (finding,) = diagnose_source(source, shapes="4x6")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("BWD403", True)
    assert (finding["fix"]["before"], finding["fix"]["after"]) == (before, after)
    assert not unhealed(source, {"shapes": "4x6"})


def test_a_memory_that_moves_on_is_not_made_anew_in_each_step() -> None:
    init = 'self.a = nn.Linear(6, 6); self.register_buffer("q", torch.zeros(8, 6)); self.at = 0'
    body = "self.q[self.at] = self.a(x)[0]; self.at = (self.at + 1) % 8; return self.q * self.p"
    (finding,) = diagnose_source(net(body, init), shapes="4x6")["findings"]
    assert (finding["code"], finding["fix"]["after"]) == ("BWD403", None)
    assert "anew" not in finding["fix"]["summary"]


def test_a_state_that_goes_on_through_a_loop_is_detached_between_the_steps_alone() -> None:
    init = "self.cell = nn.Linear(6, 6); self.h = torch.zeros(4, 6); self.c = torch.zeros(4, 6)"
    body = """
        for t in range(x.size(1)):
            self.c = 0.5 * self.c + self.cell(x[:, t])
            self.h = torch.tanh(self.c + self.h)
        return self.h * self.p"""
    (finding,) = diagnose_source(net(body, init), shapes="4x3x6")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("BWD403", True)
    assert finding["fix"]["after"].splitlines()[1:] == [
        "    self.c = self.c.detach()",
        "    self.h = self.h.detach()",
    ]
