"""Code that has taken over a child and will not end, takes all there is, or lies: it is ended by name, and is alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from tests.processes import children_of, confined, descendants
from tests.sandbox import taken

from whygrad.jobs.wellformed import is_diagnosis
from whygrad.sandbox import Limits, Outcome

TIMED_OUT, OUT_OF_MEMORY, CRASHED = "RUN001", "RUN002", "RUN003"
ENDINGS = {
    **dict.fromkeys(("ignore_every_signal", "close_the_pipe_and_stay", "leave_threads_behind"), TIMED_OUT),
    **dict.fromkeys(("burn_in_threads", "burn_on_after_the_warning", "say_nothing", "lie_about_its_place"), TIMED_OUT),
    **dict.fromkeys(("take_much_at_once", "take_much_in_pieces", "take_much_in_threads"), OUT_OF_MEMORY),
    "exit_as_if_memory_were_short": OUT_OF_MEMORY,  # it may lie about itself
}
Examined = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize("jail", ["jailed"], indirect=True)
@pytest.mark.parametrize("attack", taken.STAYING)
def test_it_is_ended_by_name(attack: str, examined: Examined, still_diagnosed: Callable[[], bool]) -> None:
    document = examined(attack)
    assert is_diagnosis(document)
    assert [finding["code"] for finding in document["findings"]] == [ENDINGS.get(attack, CRASHED)]
    assert document["verdict"] == "undetermined"
    left = [child for zygote in children_of(os.getpid()) for child in descendants(zygote) if confined(child)]
    assert not left
    assert still_diagnosed()


@pytest.mark.parametrize("jail", ["jailed"], indirect=True)
def test_the_last_second_on_the_processors_is_no_lack_of_memory(take_over: Callable[..., Outcome]) -> None:
    outcome = take_over("burn_on_after_the_warning", Limits(seconds=60, memory_bytes=2**28, cpu_seconds=1))
    assert outcome.ending == "timed-out"
    assert outcome.seconds < 60


@pytest.mark.parametrize("jail", [taken.FREE], indirect=True)
@pytest.mark.parametrize("attack", [name for name in taken.STAYING if name.startswith("take_much")])
def test_without_the_jail_it_has_all_the_memory(attack: str, examined: Examined) -> None:
    (finding,) = examined(attack)["findings"]
    assert finding["code"] != OUT_OF_MEMORY
