"""Frames, steps and heads that a view puts among the samples, where the loss has one target for each sample."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

FRAMES = "self.c = nn.Conv2d(3, 8, 3); self.o = nn.Linear(8, 5)"
STEPS = "self.r = nn.LSTM(6, 7, batch_first=True); self.o = nn.Linear(7, 5)"
CLIPS = "self.c = nn.Conv3d(3, 8, 1); self.d = nn.Conv2d(8, 8, 1); self.o = nn.Linear(8, 5)"
ONE = "self.r = nn.GRU(6, 7, batch_first=True); self.o = nn.Linear(7, 1)"
SCORED = "f = self.c(x).relu().mean((2, 3)); return self.p * F.cross_entropy(self.o(f), y)"
APART = ".unflatten(0, (y.size(0), -1)).mean(dim=1)"
SCORED_APART = f"return self.p * F.cross_entropy(self.o(f){APART}, y)"
CLASSES = ":int64[0,5)"

REFUSED = {
    "frames sent one by one": (FRAMES, f"x = x.view(-1, 3, 8, 8); {SCORED}", f"4x3x3x8x8; 4{CLASSES}", SCORED_APART),
    "frames flattened": (FRAMES, f"x = x.flatten(0, 1); {SCORED}", f"2x6x3x8x8; 2{CLASSES}", SCORED_APART),
    "frames that lie among the channels": (
        FRAMES, f"x = x.view(-1, 3, x.size(2), x.size(3)); {SCORED}", f"2x12x8x8; 2{CLASSES}", SCORED_APART,
    ),
    "frames behind the channels": (
        FRAMES, f"x = x.view(-1, 3, 8, 8); {SCORED}", f"2x3x4x8x8; 2{CLASSES}",
        f"x = x.transpose(1, 2).reshape(-1, 3, 8, 8)\n{SCORED_APART}",
    ),
    "frames of a clip behind its channels": (
        CLIPS,
        f"x = self.c(x); s = x.size(); x = x.view(-1, s[1], s[3], s[4]); {SCORED.replace('self.c', 'self.d')}",
        f"4x3x2x4x4; 4{CLASSES}", "x = x.mean(dim=2)",
    ),
    "as many frames as channels": (
        CLIPS,
        "x = self.c(x); b, c, t, h, w = x.shape; x = x.view(b * t, c, h, w); " + SCORED.replace("self.c", "self.d"),
        f"4x3x8x8x8; 4{CLASSES}", "x = x.mean(dim=2)",
    ),
    "steps of a recurrent layer": (
        STEPS, "h = self.r(x)[0]; h = h.reshape(-1, 7); return self.p * F.cross_entropy(self.o(h), y)",
        f"4x9x6; 4{CLASSES}", "h = h.mean(dim=1)",
    ),
    "steps of a single sample": (
        STEPS, "h = self.r(x)[0]; return self.p * F.cross_entropy(self.o(h.reshape(-1, 7)), y)",
        f"1x9x6; 1{CLASSES}", "return self.p * F.cross_entropy(self.o(h.mean(dim=1)), y)",
    ),
    "steps that stand first": (
        STEPS.replace(", batch_first=True", ""),
        "h = self.r(x)[0].view(-1, 7); return self.p * F.cross_entropy(self.o(h), y)", f"9x4x6; 4{CLASSES}",
        "h = self.r(x)[0].mean(dim=0)",
    ),
    "words": (
        "self.e = nn.Embedding(9, 7); self.o = nn.Linear(7, 1)",
        "h = self.e(x).view(-1, 7); return self.p * F.binary_cross_entropy_with_logits(self.o(h).squeeze(1), y)",
        "4x9:int64[0,9); 4", "h = self.e(x).mean(dim=1)",
    ),
    "positions of a map": (
        "self.c = nn.Conv2d(3, 7, 4, 4); self.o = nn.Linear(7, 5)",
        "h = self.c(x).permute(0, 2, 3, 1).reshape(-1, 7); return self.p * F.l1_loss(self.o(h), y)", "3x3x8x8; 3x5",
        "h = self.c(x).permute(0, 2, 3, 1).mean(dim=(1, 2))",
    ),
    "heads": (
        "self.q = nn.Linear(8, 8); self.o = nn.Linear(4, 5)",
        "q = self.q(x).view(3, 5, 2, 4).transpose(1, 2).reshape(6, 5, 4); a = (q @ q.transpose(1, 2)).softmax(-1) @ q; "
        "return self.p * F.cross_entropy(self.o(a.mean(1)), y)",
        f"3x5x8; 3{CLASSES}", f"return self.p * F.cross_entropy(self.o(a.mean(1)){APART}, y)",
    ),
    "rows of what was sent": (
        "self.o = nn.Linear(6, 5)", "return self.p * F.cross_entropy(self.o(x.view(-1, 6)).tanh(), y.long())",
        "4x9x6; 4:int32[0,5)",
        f"return self.p * F.cross_entropy(self.o(x.view(-1, 6)).tanh(){APART}, y.long())",
    ),
    "a difference by hand": (
        ONE, "q = self.o(self.r(x)[0].reshape(-1, 7)).squeeze(1); return self.p * ((q - y) ** 2).mean()",
        "4x9x6; 4", "q = self.o(self.r(x)[0].mean(dim=1)).squeeze(1)",
    ),
    "a column beside a row": (
        ONE, "q = self.o(self.r(x)[0].reshape(-1, 7)); return self.p * F.binary_cross_entropy_with_logits(q, y)",
        "4x9x6; 4",
        "return self.p * F.binary_cross_entropy_with_logits(q.reshape(y.size(0), -1).mean(dim=1), y)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("layers", "body", "shapes", "after"), REFUSED.values(), ids=REFUSED)
def test_parts_of_a_sample_are_taken_together(layers: str, body: str, shapes: str, after: str) -> None:
    document = diagnose_source(net(body, layers, "x, y"), shapes=shapes, loss="output")
    (finding,) = document["findings"]
    assert (document["verdict"], finding["code"], finding["severity"]) == ("faulty", "SHP718", "error")
    assert finding["location"]["op"].removeprefix("aten::") in ("view", "reshape", "flatten")
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, after)


def test_a_loss_that_stretches_them_to_each_other_is_told_too() -> None:
    source = net("q = self.o(self.r(x)[0].reshape(-1, 7)); return self.p * F.mse_loss(q, y)", ONE, "x, y")
    (finding,) = diagnose_source(source, shapes="4x9x6; 4", loss="output")["findings"]
    assert (finding["code"], finding["severity"], finding["parameters"]) == ("SHP718", "warning", [])
    assert finding["fix"]["after"] == "return self.p * F.mse_loss(q.reshape(y.size(0), -1).mean(dim=1), y)"
    assert finding["fix"]["verified"]


def test_the_target_of_the_request_is_compared_as_one_of_the_program_is() -> None:
    source = net(f"x = x.view(-1, 3, 8, 8); {SCORED}".replace("F.cross_entropy(self.o(f), y)", "self.o(f)"), FRAMES)
    (finding,) = diagnose_source(source, shapes="4x3x3x8x8", loss=f"cross_entropy:4{CLASSES}")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP718", True)


OTHERS = {
    "rows of more targets": (
        "self.o = nn.Linear(6, 5)", "return self.p * F.cross_entropy(self.o(x.view(-1, 6)), y)", f"4x3x6; 4x3{CLASSES}",
    ),
    "targets that are flattened": (
        "self.o = nn.Linear(6, 5)", "return self.p * F.cross_entropy(self.o(x.view(-1, 6)), y.view(-1))",
        f"4x3x6; 4{CLASSES}",
    ),
    "batches one behind the other": (
        "self.o = nn.Linear(6, 5)", "return self.p * F.cross_entropy(self.o(torch.cat([x, x])), y)", f"4x6; 4{CLASSES}",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("layers", "body", "shapes"), OTHERS.values(), ids=OTHERS)
def test_another_number_of_targets_is_the_losss_own(layers: str, body: str, shapes: str) -> None:
    findings = diagnose_source(net(body, layers, "x, y"), shapes=shapes, loss="output")["findings"]
    assert [f["code"] for f in findings] == ["SHP713"]


HEALTHY = {
    "predictions averaged": (
        FRAMES, f"x = x.view(-1, 3, 8, 8); {SCORED.replace('self.o(f)', 'self.o(f).view(4, 3, 5).mean(1)')}",
        f"4x3x3x8x8; 4{CLASSES}",
    ),
    "features taken together": (
        FRAMES, f"x = x.view(-1, 3, 8, 8); {SCORED.replace('self.o(f)', 'self.o(f.view(-1, 3, 8).amax(1))')}",
        f"4x3x3x8x8; 4{CLASSES}",
    ),
    "a target for each frame": (
        FRAMES, f"x = x.view(-1, 3, 8, 8); y = y.repeat_interleave(3); {SCORED}", f"4x3x3x8x8; 4{CLASSES}",
    ),
    "a target for each step": (
        STEPS, "h = self.r(x)[0].reshape(-1, 7); return self.p * F.cross_entropy(self.o(h), y.flatten())",
        f"4x9x6; 4x9{CLASSES}",
    ),
    "targets that were sent as one row": (
        STEPS, "h = self.r(x)[0].reshape(-1, 7); return self.p * F.cross_entropy(self.o(h), y)", f"4x9x6; 36{CLASSES}",
    ),
    "steps of one sequence": (
        ONE, "q = self.o(self.r(x)[0].reshape(-1, 7)); return self.p * F.mse_loss(q, y)", "1x9x6; 9x1",
    ),
    "choices told apart again": (
        ONE, "q = self.o(self.r(x.view(-1, 9, 6))[0][:, -1]); return self.p * F.cross_entropy(q.view(-1, 3), y)",
        "4x3x9x6; 4:int64[0,3)",
    ),
    "heads merged again": (
        "self.q = nn.Linear(8, 8); self.o = nn.Linear(8, 5)",
        "q = self.q(x).view(3, 5, 2, 4).transpose(1, 2).reshape(6, 5, 4); a = (q @ q.transpose(1, 2)).softmax(-1) @ q; "
        "a = a.view(3, 2, 5, 4).transpose(1, 2).flatten(2).mean(1); return self.p * F.cross_entropy(self.o(a), y)",
        f"3x5x8; 3{CLASSES}",
    ),
    "every sample against all that were sent": (
        "self.o = nn.Linear(6, 1)", "return self.p * (1 - (self.o(x.view(-1, 6)) - y)).relu().mean()", "4x3x6; 4",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("layers", "body", "shapes"), HEALTHY.values(), ids=HEALTHY)
def test_parts_that_are_told_apart_again_or_have_targets_are_healthy(layers: str, body: str, shapes: str) -> None:
    assert diagnose_source(net(body, layers, "x, y"), shapes=shapes, loss="output")["verdict"] == "healthy"
