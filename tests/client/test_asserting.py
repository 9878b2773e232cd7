"""What the assertion makes of a diagnosis, whoever made it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.documents import finding

from whygrad_client import assert_gradients_flow, live
from whygrad_client.report import Report

Judged = Callable[..., None]
FROZEN = finding("PAR201", severity="note", parameters=["encoder.weight"])
MUTE = {"fingerprint": FROZEN["fingerprint"], "by": "ada", "at": "2026-01-31T12:00:00Z", "reason": "a teacher"}


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Judged:
    """Lets every diagnosis be one of these states of parameters, and what else is said of it."""

    def judge(states: dict[str, str], **said: Any) -> None:
        parameters = [{"name": name, "gradient": state} for name, state in states.items()]
        told = {"status": "done", "verdict": "healthy", "parameters": parameters, "parameters_total": len(parameters)}

        def diagnose(_model: Any, _inputs: Any, *, frozen: Any, **_options: Any) -> Report:
            return Report.read(told | {"request": {"expect_frozen": list(frozen)}} | said)

        monkeypatch.setattr(live, "diagnose", diagnose)

    return judge


def test_what_is_muted_or_ignored_may_be_frozen(judged: Judged) -> None:
    states = {"encoder.weight": "frozen", "head.weight": "ok"}
    judged(states, findings=[FROZEN])
    with pytest.raises(AssertionError, match=r"frozen, and not named in frozen=\[\]: encoder\.weight \(1 of 2"):
        assert_gradients_flow("model.pt")
    judged(states, findings=[FROZEN | {"muted": MUTE}])
    assert_gradients_flow("model.pt")
    judged(states, ignored=[FROZEN])
    assert_gradients_flow("model.pt")
    judged({"head.bias": "frozen"} | states, ignored=[FROZEN])
    with pytest.raises(AssertionError, match=r"frozen=\[\]: head\.bias \(1 of 3"):
        assert_gradients_flow("model.pt")


def test_a_glob_is_held_against_all_parameters_or_none(judged: Judged) -> None:
    judged({"encoder.weight": "ok"})
    with pytest.raises(AssertionError, match=r"no parameter is called head\.\*, which is to be frozen"):
        assert_gradients_flow("model.pt", frozen=["head.*"])
    judged({"encoder.weight": "ok"}, parameters_total=3_000)
    assert_gradients_flow("model.pt", frozen=["head.*"])


def test_names_of_a_service_are_text(judged: Judged) -> None:
    judged({"enc\x1b[2J.weight": "frozen", "head.weight": "ok"})
    with pytest.raises(AssertionError) as failed:
        assert_gradients_flow("model.pt", frozen=["decoder.*"])
    assert "\x1b" not in str(failed.value)
    assert r"enc\x1b[2J.weight (1 of 2 parameters)" in str(failed.value)
