"""A page of docs/ as its reader follows it: files are written, commands run, workflows carried out, in one folder."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

from tests.announced import announce
from tests.readme import Block, help_of

ROOT = Path(__file__).parents[1]
SERVICE = "http://127.0.0.1:8000"
ACTION = "OWNER/whygrad@main"
KNOWN_ACTIONS = {
    "actions/checkout@v5": frozenset[str](),
    "actions/setup-python@v6": frozenset({"python-version"}),
    "github/codeql-action/upload-sarif@v4": frozenset({"sarif_file"}),
}


class Reader:
    """Somebody who does what a page says, in `folder`; the service that it speaks of listens at `address`."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address
        self.cells: list[str] = []
        programs = folder / ".programs"
        programs.mkdir()
        for name in ("pip", "python"):
            module = " -m pip" if name == "pip" else ""
            (programs / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)}{module} "$@"\n')
            (programs / name).chmod(0o755)
        path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("WHYGRAD_")}
        self.environment |= {"PATH": path, "PIP_NO_INDEX": "1", "NO_COLOR": "1"}
        self.environment["PYTHONPATH"] = str(announce(folder / ".installed"))

    def do(self, block: Block) -> None:
        """What the block says, which must work."""
        ways: Mapping[str, Callable[[Block], None]] = {
            "cell": lambda block: self.cells.append(block.text),
            "file": self._write,
            "gitlab": self._gitlab,
            "help": _told_by_itself,
            "hook": self._hook,
            "python": lambda block: self.ends_well([sys.executable, "-c", block.text]),
            "shell": lambda block: self.ends_well(["bash", "-euo", "pipefail", "-c", block.text]),
            "shows": self._shows,
            "unit": self._unit,
            "workflow": self._workflow,
        }
        ways[block.kind](block)

    def notebook(self) -> list[str]:
        """What the notebook of all cells shows: HTML where there is some, else text."""
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in self.cells])
        client = NotebookClient(book, timeout=240, kernel_name="python3", resources={"metadata": {"path": self.folder}})
        with pytest.MonkeyPatch.context() as around:
            around.setenv("PYTHONPATH", self.environment["PYTHONPATH"])
            around.delenv("WHYGRAD_SERVER", raising=False)
            client.execute()
        outputs = [output for cell in book.cells for output in cell.outputs]
        return [output.get("text") or output["data"].get("text/html", "") for output in outputs]

    def run(self, command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
        """The command, with the address of the service in place of the page's."""
        told = [part.replace(SERVICE, self.address) for part in command]
        around = self.environment | environment
        return subprocess.run(
            told, cwd=self.folder, env=around, capture_output=True, text=True, timeout=300, check=False
        )

    def ends_well(self, command: list[str], **environment: str) -> None:
        ended = self.run(command, **environment)
        assert ended.returncode == 0, ended.stdout + ended.stderr

    def _write(self, block: Block) -> None:
        path = self.folder / block.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text.replace(SERVICE, self.address))

    def _shows(self, block: Block) -> None:
        """A command, and lines that it prints, in their order; `…` stands for those left out."""
        command, _, shown = block.text.partition("\n")
        ended = self.run(["bash", "-c", command.removeprefix("$ ")])
        printed = iter((ended.stdout + ended.stderr).splitlines())
        for line in filter(None, (line.rstrip() for line in shown.splitlines() if line.strip() != "…")):
            assert any(_same(line, other) for other in printed), f"{line!r} is not in\n{ended.stdout}{ended.stderr}"

    def _workflow(self, block: Block) -> None:
        _valid("vendor.github-workflows", self._kept(block))
        for job in yaml.safe_load(block.text)["jobs"].values():
            outputs: dict[str, dict[str, str]] = {}
            for step in job["steps"]:
                self._step(step, outputs)

    def _step(self, step: dict[str, Any], outputs: dict[str, dict[str, str]]) -> None:
        given = {name: _filled(str(value), outputs) for name, value in (step.get("with") or {}).items()}
        if step.get("uses") == ACTION:
            outputs[step.get("id", "")] = self.act(given)
        elif "uses" in step:
            assert given.keys() <= KNOWN_ACTIONS[step["uses"]]
            assert "sarif_file" not in given or json.loads((self.folder / given["sarif_file"]).read_text())["runs"]
        else:
            self.ends_well(["bash", "-e", "-c", _filled(step["run"], outputs)], **(step.get("env") or {}))

    def act(self, given: Mapping[str, str], status: int | None = None) -> dict[str, str]:
        """The steps of the project's own action, in the environment that GitHub gives them; its outputs."""
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        assert given.keys() <= action["inputs"].keys()
        inputs = {name: given.get(name, told.get("default", "")) for name, told in action["inputs"].items()}
        github = {name: self.folder / name for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "RUNNER_TEMP")}
        github["RUNNER_TEMP"].mkdir(exist_ok=True)
        installed = github["RUNNER_TEMP"] / "whygrad-venv"
        if not installed.exists():
            installed.symlink_to(sys.prefix)
        for step in action["runs"]["steps"][1:]:  # the first installs, which has a test of its own
            assert step["shell"] == "bash"
            around = {name: _filled(value, inputs={**inputs}) for name, value in step["env"].items()}
            around |= {name: str(path) for name, path in github.items()}
            ended = self.run(["bash", "-e", "-o", "pipefail", "-c", step["run"]], **around)
            assert ended.returncode == (status or 0), ended.stdout + ended.stderr
            self.told = ended.stdout
        written = dict(line.split("=", 1) for line in github["GITHUB_OUTPUT"].read_text().splitlines())
        return {name: _filled(told["value"], {"check": written}) for name, told in action["outputs"].items()}

    def _gitlab(self, block: Block) -> None:
        _valid("vendor.gitlab-ci", self._kept(block))
        for name, job in yaml.safe_load(block.text).items():
            ended = self.run(["bash", "-e", "-c", "\n".join(job["script"])])
            assert ended.returncode in (0, 1), f"{name}: {ended.stdout}{ended.stderr}"
            assert all((self.folder / report).exists() for report in job["artifacts"]["reports"].values())

    def _hook(self, block: Block) -> None:
        path = self._kept(block)
        self.ends_well([sys.executable, "-m", "pre_commit", "validate-config", str(path)])
        (repo,) = yaml.safe_load(block.text)["repos"]
        offered = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
        assert {hook["id"] for hook in repo["hooks"]} <= offered

    def _unit(self, block: Block) -> None:
        """A unit that systemd takes, where it is at hand; the program that it starts is this one."""
        path = self.folder / block.name
        path.write_text(block.text.replace("/opt/whygrad/bin", str(Path(sys.executable).parent)))
        if shutil.which("systemd-analyze"):
            self.ends_well(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(path)])

    def _kept(self, block: Block) -> Path:
        path = self.folder / f"{block.kind}.yaml"
        path.write_text(block.text)
        return path


def _told_by_itself(block: Block) -> None:
    assert help_of(block.name) == block.text


def _valid(schema: str, path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def _filled(
    text: str, outputs: Mapping[str, Mapping[str, str]] | None = None, inputs: Mapping[str, str] | None = None
) -> str:
    """The text with the values of its expressions: `${{ inputs.models }}`, `${{ steps.check.outputs.sarif }}`."""

    def value(match: re.Match[str]) -> str:
        where, *names = match[1].split(".")
        if where == "steps":
            return (outputs or {})[names[0]][names[2]]
        return {"inputs": inputs or {}, "github": {"action_path": str(ROOT)}, "secrets": {"WHYGRAD_KEY": ""}}[where][
            names[0]
        ]

    return re.sub(r"\$\{\{\s*([\w.-]+)\s*\}\}", value, text)


def _same(line: str, printed: str) -> bool:
    """Whether a line was printed, but for its times."""
    times = re.compile(r"\d+(\.\d+)? m?s\b")
    return times.sub("_", line) == times.sub("_", printed.rstrip())
