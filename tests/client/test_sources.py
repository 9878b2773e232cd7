"""What is to be typed names the program's file as it was typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from whygrad_client.sources import Document, Sources


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


SAID = "the input became 4x5 in nets.py line 2"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One source, two folders deep, and a folder beside it."""
    for folder in (".git", "src/app", "tests"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "src/app/nets.py").write_text("import torch\nreturn self.head(h)\n")
    return tmp_path


def chain(repository: Path, here: Path | None = None, location: Document | None = None, said: str = SAID) -> Any:
    """A sentence of a finding, and where the finding stands."""
    passes = [{"name": "structure", "why_not": said}]
    document = {"headline": said, "findings": [{"location": location, "chain": [said]}], "passes": passes}
    located = Sources(repository, here).located(document)
    assert located["headline"] == located["findings"][0]["chain"][0] == located["passes"][0]["why_not"]
    return located["headline"], located["findings"][0]["location"]


def test_a_finding_without_a_place_names_files_as_all_others_do(repository: Path) -> None:
    assert chain(repository) == ("the input became 4x5 in src/app/nets.py line 2", None)


@pytest.mark.parametrize(("folder", "shown"), [("src", "app/nets.py"), ("tests", "../src/app/nets.py")])
def test_who_stands_in_a_folder_reads_paths_from_there(repository: Path, folder: str, shown: str) -> None:
    place = {"file": "nets.py", "line": 2, "source": "return self.head(h)"}
    said, location = chain(repository / folder, repository / folder, place)
    assert said.endswith(f"in {shown} line 2")
    assert location == place | {"path": "src/app/nets.py", "shown": shown}


@pytest.mark.parametrize("said", ["made in nets.py line 3", "made in my-nets.py line 2", "made in nets.py"])
def test_a_line_that_is_not_there_is_left_as_it_is_told(repository: Path, said: str) -> None:
    assert chain(repository, said=said)[0] == said


def test_a_file_whose_line_reads_otherwise_is_another(repository: Path) -> None:
    place = {"file": "nets.py", "line": 2, "source": "return self.tail(h)"}
    assert chain(repository, location=place) == (SAID, place)


def test_a_name_with_a_blank_is_one_name(repository: Path) -> None:
    (repository / "src/my nets.py").write_text("\nreturn x\n")
    place = {"file": "my nets.py", "line": 2, "source": "return x"}
    said, _ = chain(repository, location=place, said="made in my nets.py line 2")
    assert said == "made in src/my nets.py line 2"
