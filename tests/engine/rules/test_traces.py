"""What a trace shows of what it lost: the mode that it was recorded in."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
import torch
from tests.engine.programs import diagnose_source, examined
from tests.engine.rules.small import net, only
from torch import nn

from whygrad.engine.observation import Json


def lost(model: nn.Module, shape: Sequence[int], *, recorded: bool, asked: bool) -> list[dict[str, Json]]:
    """What is said to be lost of a model that is traced in one mode and run in the other."""
    file = io.BytesIO()
    torch.jit.save(torch.jit.trace(model.train(recorded), torch.randn(shape), check_trace=False), file)  # type: ignore[no-untyped-call]
    request = {"inputs": [{"shape": list(shape)}], "mode": "train" if asked else "eval", "passes": ["structure"]}
    document = examined(file.getvalue(), request)[-1]
    return [dict(f) for f in document["findings"] if f["code"] == "FMT902"]


SWITCHED = {
    "dropout": (nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.3)), (2, 4), "aten::dropout"),
    "statistics": (nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)), (3, 4), "aten::batch_norm"),
    "channels": (nn.Sequential(nn.Conv2d(3, 4, 3), nn.Dropout2d(0.3)), (2, 3, 8, 8), "aten::feature_dropout"),
    "recurrent": (nn.LSTM(4, 4, 2, dropout=0.2), (5, 2, 4), "aten::lstm"),
}


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("name", SWITCHED)
def test_the_mode_of_recording_stays(name: str, recorded: bool) -> None:
    model, shape, op = SWITCHED[name]
    (finding,) = lost(model, shape, recorded=recorded, asked=not recorded)
    assert (finding["location"]["op"], finding["severity"]) == (op, "note")
    assert ("training" if recorded else "evaluation") in finding["title"]
    assert lost(model, shape, recorded=recorded, asked=recorded) == []


UNSWITCHED = {
    "no dropout": nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.0)),
    "no running statistics": nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4, track_running_stats=False)),
    "one layer": nn.LSTM(4, 4),
    "a norm of each sample": nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4)),
}


@pytest.mark.parametrize("name", UNSWITCHED)
@pytest.mark.parametrize("recorded", [True, False])
def test_what_is_the_same_in_both_modes_is_not_told(name: str, recorded: bool) -> None:
    assert lost(UNSWITCHED[name], (3, 4), recorded=recorded, asked=not recorded) == []


def test_a_path_made_for_inference_is_told() -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    for parameter in layer.parameters():
        parameter.requires_grad_(False)
    (finding,) = lost(layer, (2, 5, 8), recorded=False, asked=True)
    assert finding["location"]["op"] == "aten::_transformer_encoder_layer_fwd"


def test_script_says_what_it_means() -> None:
    document = diagnose_source(net("return F.dropout(x * self.p, 0.5, True)"), shapes="4x3", mode="eval")
    assert document["findings"] == []


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div"])
def test_a_loss_that_was_recorded_is_named_where_its_operands_do_not_stretch(name: str) -> None:
    source = net(f"return F.{name}(x * self.p, y)", takes="x, y")
    finding = only(diagnose_source(source, shapes="4x3; 4x5", export="trace 4x3; 4x3"))
    assert (finding["code"], finding["location"]["op"]) == ("SHP713", f"aten::{name}")
    assert finding["title"].startswith(f"{name} takes a target")


def test_rows_that_python_made_for_the_example_are_told() -> None:
    body = "rows = torch.tensor([[float(i) / 7] for i in range(x.size(1))]); return (self.a(x) + rows) * self.p"
    source = net(body, "self.a = nn.Linear(4, 6)")
    (finding,) = diagnose_source(source, shapes="2x7x4", export="trace 2x5x4")["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("SHP712", "prim::Constant")
    table = net(
        "return (self.a(x) + self.t) * self.p", "self.a = nn.Linear(4, 6); self.t = nn.Parameter(torch.rand(5, 6))"
    )
    assert diagnose_source(table, shapes="2x7x4", export="trace 2x5x4")["findings"][0]["code"] == "SHP706"
