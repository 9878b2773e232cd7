"""`whygrad diff`: two diagnoses, from files and from the real service."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from whygrad_client import Client


def whygrad(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "whygrad_client.cli", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def folder(service: str, detached: Path, sound: Path, tmp_path: Path) -> Path:
    """A folder with the diagnoses of a program with a fault and of one without."""
    for name, model in (("faulty.json", detached), ("healthy.json", sound)):
        told = ["--input", "2x4", "--server", service, "--format", "json", "--output", name]
        whygrad(tmp_path, "check", str(model), *told)
    return tmp_path


@pytest.mark.parametrize(
    ("pair", "status", "says"),
    [
        (["faulty.json", "healthy.json"], 0, "faulty -> healthy: 1 fixed"),
        (["healthy.json", "faulty.json"], 1, "new (1)\n  error[CUT101]: "),
        (["faulty.json", "faulty.json"], 0, "faulty, as before: nothing new, nothing fixed"),
        (["healthy.json", "faulty.json", "--fail-on", "never"], 0, "all 2 parameters: ok -> none"),
    ],
)
def test_two_files(folder: Path, pair: list[str], status: int, says: str) -> None:
    ended = whygrad(folder, "diff", *pair)
    assert (ended.returncode, ended.stderr) == (status, "")
    assert says in ended.stdout


def test_two_ids_of_a_service(folder: Path, service: str, detached: Path) -> None:
    with Client(service) as client:
        id = client.diagnose(detached, "2x4").id
    assert id
    ended = whygrad(folder, "diff", "healthy.json", id, "--server", service, "--format", "json")
    assert ended.returncode == 1
    assert [finding["code"] for finding in json.loads(ended.stdout)["new"]] == ["CUT101"]


def test_one_that_was_not_judged(folder: Path) -> None:
    document = json.loads((folder / "faulty.json").read_text())
    (folder / "later.json").write_text(json.dumps(document | {"verdict": "undetermined", "findings": []}))
    ended = whygrad(folder, "diff", "faulty.json", "later.json")
    assert ended.returncode == 2
    assert "the later one could not be judged" in ended.stdout


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("not json", "cannot be read: Not valid JSON"),
        ("{}", "holds no diagnosis"),
        ('{"findings": [3]}', "this is no diagnosis: /findings/0 is int, not dict"),
        ('{"findings": [], "model": []}', "this is no diagnosis: /model is list, not dict"),
        ("[{}, {}]", "holds 2 diagnoses"),
    ],
)
def test_another_file_is_told(folder: Path, content: str, says: str) -> None:
    (folder / "other.json").write_text(content)
    ended = whygrad(folder, "diff", "faulty.json", "other.json")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "other.json" in ended.stderr
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("named", "says"),
    [("nothing.json", "neither a file nor the id of a diagnosis"), ("a" * 32, "Say --server URL")],
)
def test_what_is_not_there_is_told(folder: Path, named: str, says: str) -> None:
    ended = whygrad(folder, "diff", "faulty.json", named)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert says in ended.stderr
