"""Diagnoses as messages: short, the fault first, within every limit of Slack whatever they hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.client.slack import block_kit

from whygrad_client.reading import read
from whygrad_client.slack.answer import answer
from whygrad_client.slack.blocks import Message
from whygrad_client.slack.explaining import explained
from whygrad_client.slack.payloads import KnownFinding, unpacked

HOSTILE = "<!channel> <@U1|x> <http://evil|go> & `a` ```b``` *c* @here"
Json = dict[str, Any]


def finding(**more: Any) -> Json:
    location = {"file": "model.py", "line": 18, "column": 12, "source": "h = h.detach()", "offset": 4, "module": "enc"}
    return {
        "code": "CUT101", "name": "detached", "severity": "error", "title": "enc gets no gradient", "message": "m",
        "location": location | {"op": "aten::detach", "module_type": "Encoder", "stack": []},
        "operands": [{"role": "input", "name": "h", "shape": [2, 5], "dtype": "float32", "requires_grad": True}],
        "parameters": ["enc.weight"], "related": [], "chain": [], "docs": "/rules/CUT101", "fingerprint": "ab" * 32,
        "fix": {"summary": "use it as it is", "before": "h = h.detach()", "after": "h = h", "verified": True,
                "evidence": "4 of 4 parameters receive a gradient"},
    } | more  # fmt: skip


def document(*findings: Json, **more: Any) -> Json:
    return {
        "id": "cd" * 16, "status": "done", "verdict": "faulty", "headline": "enc gets no gradient in model.py line 18",
        "findings": list(findings), "parameters": [{"name": "enc.weight", "gradient": "none"}], "passes": [],
        "model": {"name": "net.pt", "sha256": "ef" * 32}, "request": {"inputs": None, "mode": "train", "loss": "auto"},
        "environment": {}, "timing": {},
    } | more  # fmt: skip


def checked(message: Message) -> str:
    """All that one reads in it."""
    assert list(block_kit.message(message.payload())) == []
    return "\n".join(block_kit.texts(list(message.blocks)))


def test_the_cause_stands_in_the_notification_and_first() -> None:
    message = answer(document(finding()), public_url="https://grad.example", asked_by="U0ADA")
    assert message.text == "error[CUT101] in net.pt: enc gets no gradient in model.py line 18"
    shown = checked(message)
    assert shown.index("enc gets no gradient") < shown.index("18 | ") < shown.index("[2, 5]") < shown.index("Fix: ")
    assert shown.index("Fix: ") < shown.index("- h = h.detach()\n+ h = h") < shown.index("verified by running it")


def test_two_hundred_findings_are_one_message() -> None:
    many = [finding(title=f"number {n} " + "x" * 290, fingerprint=f"{n:064}") for n in range(200)]
    shown = checked(answer(document(*many), public_url="https://grad.example"))
    assert "number 8 " in shown
    assert "number 9 " not in shown
    assert "… and 191 more findings" in shown


def test_hostile_text_is_text() -> None:
    hostile = finding(
        title=HOSTILE, message=HOSTILE, parameters=[HOSTILE],
        location={"file": HOSTILE, "line": 1, "source": HOSTILE, "module": HOSTILE, "op": HOSTILE, "offset": 0},
        operands=[{"role": HOSTILE, "name": HOSTILE, "shape": [1], "dtype": HOSTILE}],
        fix={"summary": HOSTILE, "before": HOSTILE, "after": HOSTILE, "verified": True, "evidence": HOSTILE},
        muted=None,
    )  # fmt: skip
    muted = finding(muted={"by": HOSTILE, "at": "2026-01-31T00:00:00Z", "reason": HOSTILE}, title=HOSTILE)
    message = answer(document(hostile, muted, headline=HOSTILE, model={"name": HOSTILE}))
    shown = checked(message)
    assert "```b```" in shown
    kinds = {run["type"] for block in message.blocks for part in block["elements"] for run in part.get("elements", [])}
    assert kinds <= {"text", "emoji", "rich_text_section"}


@pytest.mark.parametrize("mark", ["😀", '"', "\\", "\x00"])
def test_the_button_that_mutes_knows_what_it_mutes(mark: str) -> None:
    message = answer(document(finding(title=mark * 300)))
    checked(message)
    (button,) = (button for button in message.blocks[-1]["elements"] if button["action_id"] == "mute")
    assert read(KnownFinding, unpacked(button["value"])).fingerprint == "ab" * 32


@given(some.text(max_size=3_000), some.lists(some.integers(), max_size=20))
def test_no_text_is_too_long_or_too_strange(text: str, shape: list[int]) -> None:
    strange = finding(
        title=text, message=text, code=text, severity=text, parameters=[text] * 5,
        operands=[{"role": text, "name": text, "shape": shape, "dtype": text}] * 10,
        fix={"summary": text, "before": text, "after": text, "verified": False, "evidence": text},
    )  # fmt: skip
    checked(answer(document(*[strange] * 30, headline=text, model={"name": text})))


def test_a_diagnosis_that_names_no_status_is_done() -> None:
    said = document(verdict="healthy", headline="Healthy")
    del said["status"]
    assert "white_check_mark" in json.dumps(answer(said).blocks)


def test_what_is_muted_raises_no_alarm() -> None:
    mute = {"by": "ada", "at": "2026-01-31T12:00:00Z", "reason": "frozen teacher"}
    message = answer(document(finding(muted=mute)))
    assert message.text == "nothing new in net.pt: 1 muted finding, and no other fault"
    assert "muted by ada on 2026-01-31: frozen teacher" in checked(message)
    assert "unmute" in json.dumps(message.blocks)

    other = finding(code="SHP701", title="head takes 6 features, and gets 5")
    message = answer(document(finding(muted=mute), other))
    assert message.text == "error[SHP701] in net.pt: head takes 6 features, and gets 5"
    assert "muted by ada" in checked(message)


@pytest.mark.parametrize(
    ("more", "begins"),
    [
        ({"status": "queued", "verdict": None, "headline": None}, "queued in net.pt: net.pt waits for a worker"),
        ({"status": "running", "verdict": None, "headline": None}, "running in net.pt: net.pt is being examined"),
        ({"status": "cancelled", "verdict": None, "headline": None}, "cancelled in net.pt: "),
        ({"verdict": "healthy", "headline": "all 3 parameters receive a gradient"}, "healthy in net.pt: all 3"),
        ({"verdict": "undetermined", "headline": None}, "undetermined in net.pt: "),
    ],
)
def test_how_it_stands_is_said(more: Json, begins: str) -> None:
    message = answer(document(**more))
    checked(message)
    assert message.text.startswith(begins)
    assert any(block["type"] == "actions" for block in message.blocks) is (
        more.get("status") not in ("queued", "running")
    )


@pytest.mark.parametrize("text", ["", "x" * 100_000, HOSTILE, f"RuntimeError: {HOSTILE}", "RuntimeError: CUDA error"])
def test_explanations_keep_to_the_limits(text: str) -> None:
    checked(explained(text)[0])


def test_the_longest_explanation_keeps_to_the_limits() -> None:
    message, known = explained("RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn")
    assert known
    assert "Or, less likely:" in checked(message)
