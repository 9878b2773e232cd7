from __future__ import annotations

import time

import pytest

from whygrad.web.dashboard.wording import apart, breakable, going_on, number, without_norms


def test_dotted_names_may_break_after_a_dot_and_all_else_is_text() -> None:
    assert breakable("model.layers.4 <b> of 1.5 in model.py.") == (
        "model.<wbr>layers.<wbr>4 &lt;b&gt; of 1.5 in model.py."
    )


@pytest.mark.parametrize(
    ("norm", "says"),
    [
        (None, ""),
        (0.0, "0"),
        (3351.2, "3350"),
        (56.0, "56"),
        (0.01234, "0.0123"),
        (1.2e-7, "1.20e-07"),
        (2e6, "2.00e+06"),
    ],
)
def test_a_norm_has_three_digits(norm: float | None, says: str) -> None:
    assert number(norm) == says


@pytest.mark.parametrize(
    ("gone", "come", "differ"),
    [
        ("h = self.norm(self.proj(x)).detach()", "h = self.norm(self.proj(x))", (".detach()", "")),
        ("    h += 1", "    h = h + 1", ("+=", "= h +")),
        ("x = x.detach()", "pass", ("", "")),
        ("    y = y", "    return z", ("", "")),
    ],
)
def test_what_differs_between_two_lines(gone: str, come: str, differ: tuple[str, str]) -> None:
    both = apart(gone, come), apart(come, gone)
    assert tuple(each[1] for each in both) == differ
    assert tuple("".join(each) for each in both) == (gone, come)
    assert apart(gone, None) == (gone, "", "")


def test_a_long_word_is_read_in_a_moment() -> None:
    began = time.process_time()
    assert breakable("w" * 20_000) == "w" * 20_000
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("told", "asked", "says"),
    [
        ([], None, "on shapes alone"),
        (["structure"], None, "with its numbers"),
        (["structure"], ["structure", "replay"], "optimising executor"),
        (["structure", "numeric", "replay"], None, "fixes are made"),
    ],
)
def test_what_runs_is_what_comes_after_the_passes_that_were_told(
    told: list[str], asked: list[str] | None, says: str
) -> None:
    passes = [{"name": name} for name in told]
    assert says in going_on({"status": "running", "passes": passes, "request": {"passes": asked}})


def test_fixes_that_nobody_asked_for_are_not_said_to_be_made() -> None:
    passes = [{"name": name} for name in ("structure", "numeric", "replay")]
    running = {"status": "running", "passes": passes}
    assert "is written" in going_on({**running, "request": {"verify": False}})
    assert "fixes are made" in going_on({**running, "request": {"verify": True}})


def test_a_program_without_weights_is_not_said_to_have_no_gradients() -> None:
    ended = {"status": "done", "forward": {"error": None}, "backward": {"error": None}}
    arrived = {**ended, "parameters": [{"gradient": "ok"}]}
    assert "how large they are is not known" in without_norms(arrived)
    assert "told once the step is run" in without_norms({**arrived, "status": "running"})
    assert without_norms({**ended, "parameters": [{"gradient": "none"}]}) == "No parameter received a gradient."
    raised = {**ended, "forward": {"error": {"type": "RuntimeError"}}, "parameters": []}
    assert "raised before" in without_norms(raised)
