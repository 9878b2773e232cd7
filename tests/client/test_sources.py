"""What is to be typed names the program's file as it was typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from whygrad_client.sources import Sources


def typed(folder: Path, model: str | None, **fix: Any) -> Any:
    """The line of a fix after a diagnosis of a file that was typed so."""
    document = {"findings": [{"code": "TYP804", "fix": {"before": None} | fix}]}
    located = Sources(folder).located(document, None if model is None else Path(model))
    return located["findings"][0]["fix"]["after"]


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ("whygrad check model.pt --input SHAPE", "whygrad check nets/my.pt --input SHAPE"),
        ("whygrad check model.pt2", "whygrad check nets/my.pt"),
        ('torch.load("model.ckpt")\nmodel.pt here', 'torch.load("nets/my.pt")\nmodel.pt here'),
        ("whygrad check model.pth", "whygrad check model.pth"),
        ("whygrad check other_model.pt", "whygrad check other_model.pt"),
    ],
)
def test_an_example_names_the_file(tmp_path: Path, after: str, told: str) -> None:
    assert typed(tmp_path, "nets/my.pt", after=after) == told


def test_a_line_of_the_user_is_left_as_it_is(tmp_path: Path) -> None:
    line = 'net = load("model.pt")'
    assert typed(tmp_path, "my.pt", before='net = load( "model.pt")', after=line) == line


@pytest.mark.parametrize("model", [None, "my nets.pt", "a;b.pt", "$(id).pt"])
def test_a_name_that_a_shell_would_read_otherwise_is_not_put_in(tmp_path: Path, model: str | None) -> None:
    assert typed(tmp_path, model, after="whygrad check model.pt") == "whygrad check model.pt"


def test_where_nothing_is_to_be_typed_nothing_is(tmp_path: Path) -> None:
    assert typed(tmp_path, "my.pt", after=None) is None
