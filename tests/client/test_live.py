"""A saved program judged by a service that a live module would be sent to."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.client.peer import Answer, answering

from whygrad_client import NotARequest, TimedOut, WhygradError, assert_gradients_flow, defaults, diagnose


def test_a_service_is_not_waited_for_for_ever(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defaults, "SERVER_SECONDS", 0.1)
    queued, cancelled = Answer(202, {"id": "a" * 32, "status": "queued"}), Answer(202, {"status": "cancelled"})
    with answering(queued, queued, cancelled) as peer, pytest.raises(TimedOut, match=r"no diagnosis after 0\.1 s"):
        diagnose(sound, "2x4", server=peer.address)
    assert [call.split()[0] for call in peer.calls] == ["POST", "GET", "DELETE"]


def test_what_the_machine_does_not_have_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(WhygradError, match=r"could not be examined: .*/gone/\w+: No such file or directory"):
        diagnose(torch.nn.Linear(4, 2), "2x4")


def test_what_is_no_module_is_told_whatever_it_is_given() -> None:
    for inputs in ("2x4", {"x": "2x4"}):
        with pytest.raises(NotARequest, match=r"a model is a torch\.nn\.Module or the path .*, not int"):
            diagnose(5, inputs)  # type: ignore[arg-type]


class Halves(torch.nn.Module):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        raise AssertionError(f"{x} and {y} come of no request that can be")


@pytest.mark.parametrize("server", [None, "http://127.0.0.1:9"])
def test_all_that_is_wrong_with_a_request_is_told_at_once(server: str | None) -> None:
    with pytest.raises(NotARequest) as raised:
        diagnose(Halves(), ["2y4", "2x4"], loss="mse_loss", steps=0, server=server)
    shape, loss, steps = str(raised.value).splitlines()
    assert shape.startswith("input x, '2y4': at character 1")
    assert loss == "loss: It needs a target: target='8x10', or a tensor, of the shape of the output"
    assert steps.startswith("steps: Must be")


def test_what_the_forward_does_not_take_hides_no_other_fault() -> None:
    with pytest.raises(NotARequest, match=r"(?s)does not take these inputs.*\nmode: Unknown mode\. Did you mean train"):
        diagnose(Halves(), "2x4", mode="trian")


@pytest.mark.parametrize(
    ("model", "options", "says"),
    [
        ("gone.pt", {}, "gone.pt cannot be read: No such file or directory"),
        ("a\0b.pt", {}, "a\0b.pt cannot be read: embedded null byte"),
        (".", {}, ". cannot be read: Is a directory"),
        ("sound", {"frozen": "encoder.*"}, r"frozen is a list: frozen=['encoder.*']"),
        ("sound", {"ignore": "PAR201"}, r"ignore is a list: ignore=['PAR201']"),
        ("sound", {"ignore": None}, "ignore is a list, not None"),
        (
            "sound",
            {"target": "2x4"},
            "a target goes with a loss of torch.nn.functional, as cross_entropy is one; loss 'auto' takes none",
        ),
        ("sound", {"frozen": [1]}, "frozen/0: Not a valid string."),
        ("sound", {"frozn": []}, "assert_gradients_flow got an unexpected keyword argument 'frozn'"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    model: str, options: dict[str, Any], says: str, sound: Path
) -> None:
    with pytest.raises(NotARequest) as caught:
        assert_gradients_flow(sound if model == "sound" else model, "2x4", **options)
    assert str(caught.value) == says
    assert [frame.name for frame in caught.traceback][1:] == ["assert_gradients_flow"]
