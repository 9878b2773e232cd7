"""The GitHub Action as a workflow runs it: its steps in a shell, with the environment that GitHub sets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from examples import demo

from tests.pages import ROOT, Reader

VENV = """
python() {
    [ "$1 $2" = "-m venv" ] || exit 1
    /bin/mkdir -p "$3/bin"
    echo '#!/bin/sh' > "$3/bin/python"
    echo 'printf "%s\\n" "$@"' >> "$3/bin/python"
    /bin/chmod +x "$3/bin/python"
}
"""
"""In the place of Python: it makes an environment whose own Python only tells what it is asked for."""


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    (tmp_path / ".git").mkdir()
    for name in ("detached_encoder", "healthy"):
        demo.export(name, tmp_path)
    (tmp_path / "detached_encoder.py").write_text((demo.PROGRAMS / "detached_encoder.py").read_text())
    reader = Reader(tmp_path, "")
    for name in ("python", "whygrad"):  # those of the job, which may know nothing of this
        (tmp_path / ".programs" / name).write_text("#!/bin/sh\nexit 99\n")
        (tmp_path / ".programs" / name).chmod(0o755)
    return reader


def test_it_is_what_github_takes() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_a_finding_is_annotated_summed_up_and_kept_as_sarif(reader: Reader) -> None:
    given = {"models": "*.pt", "options": "--input '2x10' --ignore PAR201", "fail-on": "warning"}
    outputs = reader.act(given, status=1)
    assert reader.told.startswith("::warning file=detached_encoder.py,line=13,")
    summary = (reader.folder / "GITHUB_STEP_SUMMARY").read_text()
    assert "encoder.proj gets no gradient" in summary
    assert "healthy.pt" in summary
    (run,) = json.loads((reader.folder / outputs["sarif"]).read_text())["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["CUT101"]


def test_the_models_of_a_project_are_those_of_its_file(reader: Reader) -> None:
    (reader.folder / "whygrad.toml").write_text('[models."*.pt"]\ninput = "2x10"\n')
    reader.act({"fail-on": "never"})
    assert "healthy.pt" in (reader.folder / "GITHUB_STEP_SUMMARY").read_text()


@pytest.mark.parametrize(("options", "told"), [("--input ten", ""), ("--input '2x10", "a quote without an end")])
def test_what_is_wrong_with_the_options_is_told(options: str, told: str, reader: Reader) -> None:
    reader.folder.joinpath("GITHUB_OUTPUT").touch()
    earlier = [reader.folder / "RUNNER_TEMP" / "whygrad.json", reader.folder / "whygrad.sarif"]
    earlier[0].parent.mkdir()
    for file in earlier:
        file.write_text("{}")
    with pytest.raises(KeyError, match="sarif"):  # no step after it has one to upload
        reader.act({"models": "healthy.pt", "options": options}, status=2)
    assert told in reader.told
    assert "2x10" not in reader.told, "what stands in a workflow's option could be a command to the runner"
    assert not any(file.exists() and file.read_text() for file in earlier)
    assert not (reader.folder / "GITHUB_STEP_SUMMARY").exists()


@pytest.mark.parametrize(("server", "package"), [("", "FOLDER[worker]"), ("http://127.0.0.1:9", "FOLDER")])
def test_it_installs_what_judges_only_where_it_judges_and_beside_the_job(
    tmp_path: Path, server: str, package: str
) -> None:
    step = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"][0]
    told = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", VENV + step["run"]],
        env={"FOLDER": "FOLDER", "SERVER": server, "RUNNER_TEMP": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines() == ["-m", "pip", "install", "--quiet", package]


def test_no_step_after_it_gets_another_python() -> None:
    assert "GITHUB_PATH" not in (ROOT / "action.yml").read_text()
