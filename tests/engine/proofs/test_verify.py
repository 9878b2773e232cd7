"""Fixes that are run: what they heal, which fault is the root, and every fault of a forward in one diagnosis."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

from whygrad.engine.observation import Json

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(10, 6)
        self.mid = nn.Linear({mid}, 6)
        self.head = nn.Linear({head}, 1)

    def forward(self, x):
        h = torch.relu(self.encoder(x)){detach}
        h = torch.tanh(self.mid(h))
        {write}
        return self.head(h)
"""


def diagnosed(mid: int = 6, head: int = 6, detach: str = "", write: str = "pass", **request: str) -> dict[str, Json]:
    source = NET.format(mid=mid, head=head, detach=detach, write=write)
    return diagnose_source(source, shapes="4x10", loss="mean", **request)


def codes(document: dict[str, Json]) -> list[str]:
    return [f["code"] for f in document["findings"]]


def proofs(document: dict[str, Json]) -> list[bool | None]:
    return [f["fix"]["verified"] for f in document["findings"]]


def test_a_parameter_with_two_names_counts_once() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok = nn.Embedding(9, 4)
        self.pos = nn.Embedding(3, 4)
        self.head = nn.Linear(4, 9, bias=False)
        self.head.weight = self.tok.weight

    def forward(self, t):
        return self.head(self.tok(t) + self.pos(torch.arange(t.size(1))))
"""
    (found,) = diagnose_source(source, shapes="2x5:int64[0,9)")["findings"]
    assert "2 of 2 parameters receive a gradient" in found["fix"]["evidence"]


def test_a_line_that_two_layers_run_is_mended_for_both() -> None:
    source = """
class Spread(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.lin = nn.Linear(4, width)

    def forward(self, x):
        scale = torch.tensor([0.0, 1.0, 2.0]).pow(-0.5)
        return self.lin(x) * scale.unsqueeze(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = Spread(4)
        self.down = Spread(2)

    def forward(self, x):
        return self.down(torch.tanh(self.up(x)))
"""
    fix = diagnose_source(source, shapes="3x4")["findings"][0]["fix"]
    assert fix["verified"] is True
    assert "4 of 4 parameters receive a finite gradient" in fix["evidence"]


def test_a_line_of_a_traced_loop_is_mended_in_each_round() -> None:
    forward = """
        h = self.encoder(x)
        for _ in range(3):
            h = torch.tanh(self.mid(h.detach()))
        return self.head(h)
"""
    source = NET.format(mid=6, head=6, detach="", write="pass").partition("        h = ")[0] + forward
    (found,) = diagnose_source(source, shapes="4x10", export="trace 4x10")["findings"]
    assert found["fix"]["verified"] is True
    assert "6 of 6 parameters receive a gradient" in found["fix"]["evidence"]


def test_a_fix_that_heals_says_what_was_seen() -> None:
    document = diagnosed(detach=".detach()")
    (found,) = document["findings"]
    assert found["fix"]["verified"] is True
    assert found["fix"]["evidence"] == (
        "with it the fault is gone: 6 of 6 parameters receive a gradient (4 of 6 before)"
    )
    assert document["timing"]["verify_ms"] > 0


def test_every_fault_of_a_forward_is_in_one_diagnosis() -> None:
    document = diagnosed(mid=5, head=7)
    assert codes(document) == ["SHP701", "SHP701"]
    assert [f["location"]["module"] for f in document["findings"]] == ["mid", "head"]
    assert proofs(document) == [True, True]
    assert document["findings"][1]["chain"][0].startswith("it shows once the fault before it is out of the way: mid")


def test_a_cut_behind_shape_faults_is_found_with_its_parameters() -> None:
    document = diagnosed(mid=5, head=7, detach=".detach()")
    assert codes(document) == ["SHP701", "SHP701", "CUT101"]
    assert proofs(document) == [True, True, True]
    assert document["findings"][2]["parameters"] == ["encoder.weight", "encoder.bias"]


def test_a_write_behind_a_shape_fault_is_found_too() -> None:
    document = diagnosed(mid=5, write="h += 1.0")
    assert codes(document) == ["SHP701", "IPL301"]
    assert proofs(document) == [True, True]


WAYS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(10, 6)
        self.head = nn.Linear(6, 1)

    def forward(self, x):
        h = self.encoder(x)
        {body}
"""


def test_two_cuts_on_one_way_are_mended_together() -> None:
    body = "return self.head(h.detach().relu().detach())"
    (found,) = diagnose_source(WAYS.format(body=body), shapes="4x10", loss="mean")["findings"]
    assert (found["fix"]["verified"], found["fix"]["summary"]) == (
        True,
        "use the value without detaching it, in each place",
    )


@pytest.mark.parametrize(
    ("body", "summary", "after"),
    [
        (
            "a = h.detach(); b = h.detach().relu().detach(); return self.head(a + b)",
            "let the gradient through at the other detach, in line 16",
            "a = h",
        ),
        (
            "a = h.detach().relu().detach(); b = h.detach(); return self.head(a + b)",
            "use the value without detaching it",
            "b = h",
        ),
    ],
)
def test_of_several_ways_the_one_with_the_fewest_cuts_is_mended(body: str, summary: str, after: str) -> None:
    source = WAYS.format(body="\n        ".join(body.split("; ")))
    (found,) = diagnose_source(source, shapes="4x10", loss="mean")["findings"]
    fix = found["fix"]
    assert (fix["verified"], fix["summary"], fix["after"]) == (True, summary, after)


def test_what_only_follows_is_a_link_of_the_chain() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(3, 16, 5)
        self.bn = nn.BatchNorm1d(16)

    def forward(self, x):
        h = self.conv(x).unsqueeze(2).squeeze()
        return self.bn(h)
"""
    (found,) = diagnose_source(source, shapes="1x3x13", loss="mean")["findings"]
    assert found["code"] == "SHP720"
    assert any("batch_norm refuses" in link or "bn takes" in link for link in found["chain"])
    assert found["fix"]["verified"] is True


def test_nothing_is_tried_where_it_is_not_wanted() -> None:
    document = diagnose_source_without_verification(NET.format(mid=6, head=6, detach=".detach()", write="pass"))
    assert proofs(document) == [None]
    assert "verify_ms" not in document["timing"]


def test_healthy_programs_cost_no_trial() -> None:
    document = diagnosed()
    assert document["verdict"] == "healthy"
    assert "verify_ms" not in document["timing"]


@pytest.mark.parametrize("passes", [["structure"], ["numeric"], None])
def test_either_pass_will_do(passes: list[str] | None) -> None:
    from tests.engine.programs import build, examined, request_of

    source = NET.format(mid=5, head=6, detach="", write="pass")
    request = {**request_of({"shapes": "4x10", "loss": "mean"}), "passes": passes}
    document = examined(build(source), request)[-1]
    assert (codes(document), proofs(document)) == (["SHP701"], [True])


def diagnose_source_without_verification(source: str) -> dict[str, Json]:
    from tests.engine.programs import build, examined, request_of

    return examined(build(source), {**request_of({"shapes": "4x10", "loss": "mean"}), "verify": False})[-1]


LAYERS = """
class Block(nn.Module):
    def __init__(self, narrow: int):
        super().__init__()
        self.up, self.down = nn.Linear(8, 32), nn.Linear(narrow, 8)

    def forward(self, x):
        h = torch.relu(self.up(x))
        return x + self.down(h{call})

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(n) for n in {widths}])

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x
"""


def test_a_layer_that_is_wrong_in_every_block_is_one_fault_with_one_fix() -> None:
    (found,) = diagnose_source(LAYERS.format(widths=[24] * 5, call=""), shapes="4x8", loss="mean")["findings"]
    assert found["title"] == "blocks.0.down takes 24 features, and gets 32 (the first of 5 alike)"
    assert [place["location"]["module"] for place in found["related"]] == [f"blocks.{n}.down" for n in range(1, 5)]
    assert found["fix"]["verified"] is True
    assert "20 of 20 parameters receive a gradient" in found["fix"]["evidence"]


def test_layers_that_are_wrong_in_ways_of_their_own_are_faults_of_their_own() -> None:
    findings = diagnose_source(LAYERS.format(widths=[24, 32, 16], call=""), shapes="4x8", loss="mean")["findings"]
    assert [f["title"] for f in findings] == [
        "blocks.0.down takes 24 features, and gets 32",
        "blocks.2.down takes 16 features, and gets 32",
    ]
    assert [f["fix"]["verified"] for f in findings] == [True, True]


def test_what_a_line_does_to_the_same_shapes_in_every_block_is_told_once() -> None:
    source = LAYERS.format(widths=[32] * 3, call=".view(32, 4).view(4, 32)")
    (found,) = diagnose_source(source, shapes="4x8", loss="mean")["findings"]
    assert found["code"] == "SHP719"
    assert found["title"].endswith("(the first of 3 alike)")


def test_a_fix_behind_which_no_parameter_moves_heals_nothing() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.Parameter(torch.ones(4))

    def forward(self, x):
        h = self.p.expand(4, -1)
        return ((h - h) ** 2).mean()
"""
    (found,) = diagnose_source(source, shapes="4x8", loss="output")["findings"]
    assert (found["code"], found["fix"]["verified"], found["fix"]["after"]) == ("ZER504", False, None)


WRITTEN = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(8, 4))

    def forward(self, x):
        {write}
        return x @ self.w
"""


def test_a_weight_that_is_written_is_read_by_the_new_name_from_there_on() -> None:
    (found,) = diagnose_source(WRITTEN.format(write="self.w *= 0.5"), shapes="4x8", loss="mean")["findings"]
    assert found["fix"]["summary"] == "compute a new tensor with mul, out of place, and read w from there on"
    assert (found["fix"]["after"], found["fix"]["verified"]) == ("w = self.w * 0.5", True)


def test_a_weight_that_is_clipped_stays_the_parameter() -> None:
    write = "self.w.clamp_(-1.0, 1.0)"
    (found,) = diagnose_source(WRITTEN.format(write=write), shapes="4x8", loss="mean")["findings"]
    assert (found["fix"]["after"], found["fix"]["verified"]) == (f"with torch.no_grad():\n    {write}", True)


def test_a_cut_behind_an_input_of_the_wrong_type_is_told_too() -> None:
    source = NET.format(mid=6, head=6, detach=".detach()", write="pass")
    document = diagnose_source(source, shapes="4x10:float64", loss="mean")
    assert codes(document) == ["TYP801", "CUT101"]
    assert proofs(document) == [True, True]


def test_a_fix_that_brings_another_fault_says_so_without_naming_what_only_it_has_put_in() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(8, 6)
        self.head = nn.Linear(6, 1)

    def forward(self, x):
        hidden = torch.zeros(6)
        hidden[:] = float("-inf")
        return self.head(torch.softmax(self.score(x) + hidden, dim=-1))
"""
    found = diagnose_source(source, shapes="4x8", loss="mean")["findings"][0]
    assert (found["code"], found["fix"]["verified"]) == ("NUM601", False)
    assert found["fix"]["evidence"] == "with it score gets a gradient of zero"


def test_what_several_operations_saved_is_copied_for_each_of_them() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.gate = nn.Linear(8, 6), nn.Linear(6, 6)

    def forward(self, x):
        h = torch.tanh(self.enc(x))
        g = torch.sigmoid(self.gate(h))
        mixed = g * h
        g.data.clamp_(0.2, 0.6)
        return mixed.mean() + g.mean()
"""
    found = diagnose_source(source, shapes="4x8", loss="output")["findings"][0]
    assert (found["code"], found["fix"]["verified"]) == ("IPL305", True)
    assert found["fix"]["evidence"] == "with it the fault is gone: 4 of 4 parameters receive a gradient"


def test_what_only_numbers_show_follows_from_what_shapes_show_already() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(8, 6)

    def forward(self, x):
        mask = torch.ones(1, 6).expand(4, 6)
        mask[0] = 0.0
        return self.enc(x) * mask
"""
    (found,) = diagnose_source(source, shapes="4x8", loss="mean")["findings"]
    assert (found["code"], found["severity"], found["fix"]["verified"]) == ("IPL304", "error", True)
    assert found["parameters"] == ["enc.weight", "enc.bias"]


def test_a_cut_behind_sizes_that_do_not_join_is_a_fault_of_its_own() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.outer = nn.Conv2d(3, 4, 3, padding=1)
        self.inner = nn.Conv2d(4, 6, 3, padding=1)
        self.up = nn.ConvTranspose2d(6, 4, 2, stride=2)
        self.gate = nn.Conv2d(8, 1, 1)
        self.out = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        wide = torch.relu(self.outer(x))
        deep = torch.relu(self.inner(F.max_pool2d(wide, 2)))
        joined = torch.cat([wide, self.up(deep)], dim=1)
        attention = torch.sigmoid(self.gate(joined)){cut}
        return self.out(joined * attention)
"""
    (alone,) = diagnose_source(source.format(cut=""), shapes="2x3x9x8")["findings"]
    sizes, cut = diagnose_source(source.format(cut=".detach()"), shapes="2x3x9x8")["findings"]
    assert (sizes["code"], sizes["fix"]["summary"]) == ("SHP705", alone["fix"]["summary"])
    assert (cut["code"], cut["parameters"]) == ("CUT101", ["gate.weight", "gate.bias"])
    assert sizes["fix"]["verified"] is cut["fix"]["verified"] is True


def test_sizes_that_do_not_fit_behind_a_view_that_became_a_reshape_are_a_fault_of_their_own() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(6, 5)
        self.bias = nn.Parameter(torch.zeros(5))

    def forward(self, x):
        beams = torch.log_softmax(self.out(x), dim=-1).transpose(0, 1)
        scores = beams.view(beams.size(0), -1)
        return scores + self.bias
"""
    document = diagnose_source(source, shapes="3x2x6", loss="mean")
    assert codes(document) == ["SHP714", "SHP706"]
    assert document["findings"][0]["fix"]["after"] == "scores = beams.reshape(beams.size(0), -1)"


def test_channels_that_do_not_fit_behind_sizes_that_do_not_join_are_a_fault_of_their_own() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.outer = nn.Conv2d(3, 4, 3, padding=1)
        self.up = nn.ConvTranspose2d(4, 4, 2, stride=2)
        self.out = nn.Conv2d(4, 1, 1)

    def forward(self, x):
        wide = torch.relu(self.outer(x))
        joined = torch.cat([wide, self.up(F.max_pool2d(wide, 2))], dim=1)
        return self.out(joined)
"""
    document = diagnose_source(source, shapes="2x3x9x9")
    assert codes(document) == ["SHP705", "SHP702"]
    assert all(f["fix"]["verified"] for f in document["findings"])
    assert document["findings"][1]["location"]["module"] == "out"
