"""What a project's file says for `whygrad check`, and what it has no say in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from whygrad_client import configuration


@pytest.fixture
def project(detached: Path, sound: Path, tmp_path: Path) -> Path:
    """A folder with two programs."""
    shutil.copy(detached, tmp_path / "detached.pt")
    shutil.copy(sound, tmp_path / "sound.pt")
    return tmp_path


def check(folder: Path, service: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "whygrad_client.cli", "check", *arguments, "--server", service]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def asked(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert ended.returncode in (0, 1), ended.stderr
    request: dict[str, Any] = json.loads(ended.stdout)["request"]
    return request


def test_a_project_says_it_once(project: Path, service: str) -> None:
    (project / "pyproject.toml").write_text(
        '[project]\nname = "x"\n[tool.whygrad]\ninput = "2x4"\neval = true\nsteps = 3\nseed = 7\nmethod = "forward"\n'
        'ignore = ["CUT101"]\nexpect-frozen = "a.*"\npasses = ["structure"]\nformat = "json"\nfail-on = "note"\n'
    )
    (project / "deep/er").mkdir(parents=True)
    request = asked(check(project / "deep/er", service, "../../detached.pt"))
    assert (request["mode"], request["steps"], request["seed"]) == ("eval", 3, 7)
    assert (request["passes"], request["expect_frozen"], request["ignore"]) == (["structure"], ["a.*"], ["CUT101"])
    assert request["inputs"][0]["shape"] == [2, 4]


def test_the_command_line_wins(project: Path, service: str) -> None:
    said = ['input = "9x9"', "eval = true", 'loss = "cross_entropy"', 'target = "2:int64[0,3)"']
    (project / "whygrad.toml").write_text("\n".join(said))
    told = ["--input", "2x4", "--train", "--loss", "mean", "--format", "json"]
    request = asked(check(project, service, "sound.pt", *told))
    assert (request["inputs"][0]["shape"], request["mode"], request["loss"]) == ([2, 4], "train", "mean")


def test_a_request_of_the_command_line_is_asked_for_as_it_is(project: Path, service: str) -> None:
    (project / "whygrad.toml").write_text('input = "9x9"\neval = true\nformat = "json"\n')
    (project / "request.json").write_text('{"inputs": [{"shape": [2, 4]}]}')
    request = asked(check(project, service, "sound.pt", "--request", "request.json"))
    assert (request["inputs"][0]["shape"], request["mode"]) == ([2, 4], "train")


def test_its_files_are_its_own(project: Path, service: str) -> None:
    (project / "inner").mkdir()
    (project / "inner/request.json").write_text('{"inputs": [{"shape": [2, 4]}]}')
    (project / "inner/known.json").write_text("[]")
    (project / "inner/whygrad.toml").write_text('request = "request.json"\nbaseline = "known.json"\n')
    assert check(project / "inner", service, "../detached.pt").returncode == 1
    assert check(project, service, "sound.pt", "--config", "inner/whygrad.toml").returncode == 0
    (project / "inner/whygrad.toml").write_text('request = "../../request.json"\n')
    ended = check(project / "inner", service, "../sound.pt")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "whygrad.toml:1: request: " in ended.stderr
    assert " lies outside of " in ended.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("\nstep = 3\n", "whygrad.toml:2: step: Unknown field. Known: input, loss"),
        ("steps = 3\nseed = '1'\n", "whygrad.toml:2: seed: Not an integer."),
        ("eval = 1\n", "whygrad.toml:1: eval: Not a boolean"),
        ("input = [1]\n", "whygrad.toml:1: input: Not a text or a list of texts."),
        ("format = 'pdf'\n", "whygrad.toml:1: format: Not one of text, json"),
        ("seed = \n", "whygrad.toml cannot be read: Invalid value (at line 1"),
        (f"seed = {'[' * 5000}\n", "whygrad.toml cannot be read: maximum recursion depth exceeded"),
        ("steps = 1000\n", "whygrad.toml:1: steps 1000: Must be"),
        ("\nignore = 'ZER999'\n", "whygrad.toml:2: ignore ZER999: Unknown rule. `whygrad rules` lists them."),
        ("timeout = 0\n", "whygrad.toml:1: timeout: It must be a number of seconds above 0."),
        ("timeout = inf\n", "whygrad.toml:1: timeout: Not a number."),
        ("target = '2'\n", "whygrad.toml:1: target: a target goes with a loss of torch.nn.functional"),
        ("\n[models.'*.pt']\nseed = '1'\n", 'whygrad.toml:3: models."*.pt".seed: Not an integer.'),
        ("models.'*.pt'.steps = 1000\n", 'whygrad.toml:1: models."*.pt".steps 1000: Must be'),
        ("[models]\n'*.pt' = {target = '2xten'}\n", """whygrad.toml:2: models."*.pt".target: at character 3: 'ten'"""),
        ("[models.'*.pt']\nserver = 'x'\n", 'whygrad.toml:2: models."*.pt".server: Unknown field.'),
        ("[models.'../*.pt']\n", 'whygrad.toml:1: models."../*.pt": names files outside of'),
        ("[models.'/x.pt']\n", 'whygrad.toml:1: models."/x.pt": no path or pattern'),
        ("models = 3\n", 'whygrad.toml:1: models: a table for each path or pattern: [models."nets/*.pt"]'),
    ],
)
def test_a_mistake_is_told_with_its_place(project: Path, service: str, text: str, says: str) -> None:
    (project / "whygrad.toml").write_text(text)
    ended = check(project, service, "sound.pt", "--input", "2x4")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("name", ["server", "key", "insecure-no-sandbox", "output"])
def test_a_cloned_repository_has_no_say(project: Path, service: str, name: str) -> None:
    (project / "pyproject.toml").write_text(f'[tool.whygrad]\n{name} = "x"\n')
    ended = check(project, service, "sound.pt", "--input", "2x4")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"pyproject.toml:2: {name} is not taken from a project's file, which could have" in ended.stderr.replace(
        "could overwrite", "could have"
    )


def test_other_commands_do_not_read_it(project: Path) -> None:
    (project / "whygrad.toml").write_text("broken")
    command = [sys.executable, "-m", "whygrad_client.cli", "rules", "CUT101"]
    assert subprocess.run(command, cwd=project, capture_output=True, check=False, timeout=60).returncode == 0


def test_a_file_that_is_not_ours_is_passed_over(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "whygrad.toml").write_text("steps = 3\n")
    (inner / "pyproject.toml").write_text("this is not even TOML\n")
    assert configuration.find(inner) == tmp_path / "whygrad.toml"
    (inner / "pyproject.toml").write_text('[project]\ndependencies = ["whygrad"]\n')
    assert configuration.find(inner) == tmp_path / "whygrad.toml"
    (inner / "pyproject.toml").write_text("[tool.whygrad]\nsteps = 2\n")
    assert configuration.find(inner) == inner / "pyproject.toml"


class TestModels:
    """Tables of a project's file that say how some of its programs are run."""

    @pytest.fixture(autouse=True)
    def tables(self, project: Path) -> None:
        (project / "nets").mkdir()
        (project / "detached.pt").rename(project / "nets/detached.pt")
        (project / "pyproject.toml").write_text(
            '[tool.whygrad]\nformat = "jsonl"\nsteps = 3\ntarget = "9"\n'
            '[tool.whygrad.models."nets/*.pt"]\ninput = "2x4"\nignore = "CUT101"\nloss = "mean"\n'
            '[tool.whygrad.models."**/*.pt"]\ninput = "5x4"\nsteps = 1\nloss = "sum"\n'
        )

    def requests(self, ended: subprocess.CompletedProcess[str]) -> dict[str, tuple[Any, ...]]:
        documents = [json.loads(line) for line in ended.stdout.splitlines()]
        asked = {document["model"]["name"]: document["request"] for document in documents}
        return {name: (r["inputs"][0]["shape"], r["steps"], r["loss"], r["ignore"]) for name, r in asked.items()}

    def test_each_program_is_run_as_the_first_table_says_that_names_it(self, project: Path, service: str) -> None:
        ended = check(project / "nets", service)
        assert ended.returncode == 0, ended.stderr
        told = {"detached.pt": ([2, 4], 3, "mean", ["CUT101"]), "sound.pt": ([5, 4], 1, "sum", [])}
        assert self.requests(ended) == told

    def test_the_command_line_wins_and_names_others(self, project: Path, service: str) -> None:
        ended = check(project, service, "nets/detached.pt", "--input", "7x4")
        assert self.requests(ended) == {"detached.pt": ([7, 4], 3, "mean", ["CUT101"])}

    def test_a_table_that_names_no_file_is_told_and_the_others_are_judged(self, project: Path, service: str) -> None:
        (project / "sound.pt").unlink()
        (project / "pyproject.toml").open("a").write('[tool.whygrad.models."sound.pt"]\n')
        ended = check(project, service)
        assert (ended.returncode, [*self.requests(ended)]) == (2, ["detached.pt"])
        assert 'pyproject.toml:13: models."sound.pt": there is no such file' in ended.stderr

    def test_a_pattern_names_files_alone(self, project: Path, service: str) -> None:
        (project / "nets/old.pt").mkdir()
        assert check(project, service).returncode == 0

    def test_a_link_leads_nowhere_else(
        self, project: Path, service: str, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        (project / "nets/other.pt").symlink_to(tmp_path_factory.mktemp("elsewhere") / "other.pt")
        (project / "nets/other.pt").resolve().write_bytes((project / "sound.pt").read_bytes())
        ended = check(project, service)
        assert (ended.returncode, ended.stdout, "lies outside of" in ended.stderr) == (2, "", True)

    def test_without_any_a_model_is_asked_for(self, project: Path, service: str) -> None:
        (project / "pyproject.toml").unlink()
        ended = check(project, service)
        assert (ended.returncode, "no MODEL is given" in ended.stderr) == (2, True)
