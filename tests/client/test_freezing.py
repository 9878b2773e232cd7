"""Globs of frozen parameters that name none, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest

from whygrad_client.freezing import unmatched


def document(*names: str, frozen: list[str], **said: Any) -> dict[str, Any]:
    """A diagnosis of these parameters, of which some were to be frozen."""
    return {"parameters": [{"name": name} for name in names], "request": {"expect_frozen": frozen}} | said


@pytest.mark.parametrize(
    ("glob", "hint"),
    [
        ("encodr.*", "did you mean encoder.*?"),
        ("encoder.block", "did you mean encoder.block.*?"),
        ("head.wieght", "did you mean head.weight?"),
        ("xyz", "there are encoder, head"),
    ],
)
def test_what_may_be_meant(glob: str, hint: str) -> None:
    (remark,) = unmatched([document("encoder.block.weight", "head.weight", frozen=[glob])])
    assert remark == f"no parameter is called {glob}, which is to be frozen; {hint}"


def test_of_many_only_some_are_told() -> None:
    (remark,) = unmatched([document(*[f"{letter}.weight" for letter in "abcdefgh"], frozen=["xyz"])])
    assert remark.endswith("; there are a, b, c, d, e, f, …")


@pytest.mark.parametrize("glob", ["*", "encoder.*", "*.weight", "encoder.block.weight"])
def test_one_that_names_some_is_not_told(glob: str) -> None:
    assert list(unmatched([document("encoder.block.weight", "head.bias", frozen=[glob])])) == []


def test_of_several_programs_one_is_enough() -> None:
    first, second = document("a.weight", frozen=["b.*", "c.*"]), document("b.weight", frozen=["b.*", "c.*"])
    (remark,) = unmatched([first, second])
    assert remark.startswith("no parameter is called c.*, ")


@pytest.mark.parametrize("said", [{"parameters_total": 3}, {"parameters": []}, {"parameters": None}])
def test_where_not_all_are_known_nothing_is_told(said: dict[str, Any]) -> None:
    assert list(unmatched([document("a.weight", "b.weight", frozen=["c.*"], **said)])) == []
    assert list(unmatched([])) == []


@pytest.mark.parametrize("glob", ["encoder\x1b[3J.*", "xyz"])
def test_names_are_text(glob: str) -> None:
    (remark,) = unmatched([document("encoder\x1b[2J.weight", frozen=[glob])])
    assert "\x1b" not in remark
    assert r"encoder\x1b[2J" in remark
