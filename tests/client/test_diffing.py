"""`whygrad diff`: two diagnoses, from files and from the real service."""

from __future__ import annotations

import io
import json
import subprocess
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

import pytest

from whygrad_client import Client
from whygrad_client.cli import main


def whygrad(folder: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The command in this process, with what it says and how it ends."""
    out, err = io.StringIO(), io.StringIO()
    with (
        chdir(folder),
        redirect_stdout(out),
        redirect_stderr(err),
        mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()))),
        pytest.raises(SystemExit) as ended,
    ):
        main(arguments)
    assert isinstance(ended.value.code, int)
    return subprocess.CompletedProcess(arguments, ended.value.code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def diagnoses(service: str, detached: Path, sound: Path) -> dict[str, str]:
    """A program with a fault and one without, judged."""
    with Client(service) as client:
        judged = {"faulty": client.diagnose(detached, "2x4"), "healthy": client.diagnose(sound, "2x4")}
    return {name: report.render("json") for name, report in judged.items()}


@pytest.fixture
def folder(diagnoses: dict[str, str], tmp_path: Path) -> Path:
    """A folder with them."""
    for name, document in diagnoses.items():
        (tmp_path / f"{name}.json").write_text(document)
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


def lines(folder: Path, name: str, *held: str) -> str:
    """A file of jsonl with these diagnoses, each under a name: `faulty as b.pt`."""
    told = []
    for entry in held:
        kept, _, named = entry.partition(" as ")
        document = json.loads((folder / f"{kept}.json").read_text())
        told.append(json.dumps(document | {"model": {**document["model"], "name": named, "path": None}}))
    (folder / name).write_text("\n".join(told))
    return name


def test_several_programs_are_held_against_their_own(folder: Path) -> None:
    before = lines(folder, "before.jsonl", "healthy as a.pt", "faulty as b.pt", "healthy as gone.pt")
    after = lines(folder, "after.jsonl", "faulty as b.pt", "faulty as a.pt", "healthy as added.pt")
    ended = whygrad(folder, "diff", before, after)
    assert (ended.returncode, ended.stderr) == (1, "")
    told = [line for line in ended.stdout.splitlines() if ".pt: " in line]
    assert told == [
        "b.pt: faulty, as before: nothing new, nothing fixed",
        "a.pt: healthy -> faulty: 1 new",
        "added.pt: not there before, healthy now",
        "gone.pt: no longer there, healthy before",
    ]
    assert ended.stdout.index("a.pt: healthy") < ended.stdout.index("new (1)") < ended.stdout.index("added.pt")


def test_several_programs_as_data_and_from_a_pipe(folder: Path) -> None:
    before = lines(folder, "before.jsonl", "faulty as a.pt", "healthy as b.pt")
    after = lines(folder, "after.jsonl", "healthy as a.pt", "faulty as new.pt")
    ended = whygrad(folder, "diff", before, "-", "--format", "json", stdin=(folder / after).read_text())
    assert ended.returncode == 1, "what is wrong in a new program is new"
    told = json.loads(ended.stdout)
    assert [(pair["after"]["model"]["name"], len(pair["fixed"])) for pair in told["pairs"]] == [("a.pt", 1)]
    assert [one["model"]["name"] for one in told["added"]] == ["new.pt"]
    assert [one["model"]["name"] for one in told["gone"]] == ["b.pt"]


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
        ("[{}, {}]", "holds no diagnosis"),
        ("[]", "holds no diagnosis"),
        ('{"findings": []}\n{"findings": 3}\n{', "cannot be read: entry 3: Not valid JSON"),
        ('{"findings": []}\n{"findings": 3}', "this is no diagnosis: /findings is int, not list"),
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
