"""The command line, against the real service and without one."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import whygrad
from whygrad_client import Client
from whygrad_client.cli import cli, main


class Ended:
    """How a command ended: its status, and what it wrote where."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        self.status = caught.value.code
        self.out, self.err = written.out, written.err


def test_a_fault_is_a_page_and_a_status(service: str, detached: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = Ended(capsys, "check", str(detached), "--input", "2x4", "--server", service)
    assert ended.status == 1
    assert ended.out.startswith("error[CUT101]: ")
    assert "model.py line 11" in ended.out.splitlines()[0]
    assert re.search(r"^ +11 \| +h = h\.detach\(\)$", ended.out, re.MULTILINE)
    assert ended.out.splitlines()[-1].startswith("faulty · 1 error")
    assert ended.err == ""


def test_a_sound_program_ends_with_0(
    service: str, sound: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHYGRAD_SERVER", service)
    ended = Ended(capsys, "check", str(sound), "--input", "2x4", "--fail-on", "note")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("healthy: ")


def test_the_same_without_a_service(
    detached: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WHYGRAD_SERVER", raising=False)
    ended = Ended(capsys, "check", str(detached), "--input", "2x4", "--format", "json")
    assert ended.status == 1
    document = json.loads(ended.out)
    assert document["findings"][0]["code"] == "CUT101"
    assert document["model"]["name"] == "detached.pt"


def test_a_doctor_tells_what_confines_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    ended = Ended(capsys, "doctor")
    assert (ended.status, ended.err) == (0, "")
    assert re.search(r"^seccomp +in force ", ended.out, re.MULTILINE)
    assert re.search(r"^self-test +passed ", ended.out, re.MULTILINE)


@pytest.mark.usefixtures("unfiltered")
def test_without_a_filter_of_calls_a_check_is_refused_unless_it_is_told_otherwise(
    detached: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WHYGRAD_SERVER", raising=False)
    check = ["check", str(detached), "--input", "2x4"]
    refused = Ended(capsys, *check)
    assert (refused.status, refused.out) == (2, "")
    assert "pip install pyseccomp" in refused.err
    assert "Traceback" not in refused.err
    told = Ended(capsys, *check, "--insecure-no-sandbox")
    assert told.status == 1
    assert told.out.splitlines()[-1].endswith("not confined")


@pytest.mark.usefixtures("unfiltered")
def test_a_doctor_tells_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    ended = Ended(capsys, "doctor")
    assert ended.status == 1
    assert re.search(r"^seccomp +missing .*pip install pyseccomp", ended.out, re.MULTILINE)
    assert re.search(r"^self-test +passed ", ended.out, re.MULTILINE)
    assert "--insecure-no-sandbox" in ended.out.splitlines()[-1]


def test_json_goes_to_a_file(service: str, detached: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "diagnosis.json"
    told = ["--format", "json", "--output", str(output), "--fail-on", "never"]
    ended = Ended(capsys, "check", str(detached), "--input", "2x4", "--server", service, *told)
    assert (ended.status, ended.out, ended.err) == (0, "", "")
    assert json.loads(output.read_text())["verdict"] == "faulty"


def test_options_go_on_top_of_a_request_document(
    service: str, sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = tmp_path / "request.json"
    request.write_text(json.dumps({"inputs": [{"shape": [2, 9]}], "steps": 1, "loss": "sum"}))
    target = '{"kind": "mse_loss", "target": {"shape": [2, 3]}}'
    given = ["--request", str(request), "--input", "2x4", "--loss", target, "--eval", "--format", "json"]
    sent = json.loads(Ended(capsys, "check", str(sound), "--server", service, *given).out)["request"]
    assert sent["inputs"][0]["shape"] == [2, 4]
    assert (sent["steps"], sent["mode"], sent["loss"]["kind"]) == (1, "eval", "mse_loss")


def test_what_cannot_be_judged_is_2(
    service: str, endless: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "endless.pt"
    path.write_bytes(endless)
    ended = Ended(capsys, "check", str(path), "--input", "2x4", "--server", service, "--fail-on", "never")
    assert ended.status == 2
    assert ended.out.splitlines()[-1].startswith("undetermined")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--input", "2xfour"], "at character 3: 'four' is not a size"),
        (["--server", "localhost:8000"], "http://127.0.0.1:8000"),
        (["--server", "http://127.0.0.1:1"], "nothing listens there"),
        (["--server", "http://localhost"], "; `whygrad serve --bind localhost:80` starts a service; without --server"),
        (["--loss", "{mean}"], "Not valid JSON"),
        (["--request", __file__], "Not valid JSON"),
        (["--fail-on", "everything"], "'everything' is not one of"),
        (["--output", "/nowhere/at/all", "--input", "2x4"], "cannot write /nowhere/at/all: No such file or directory"),
        (["--timeout", "0"], "'--timeout': 0: must be a number of seconds above 0"),
        (["--timeout", "nan"], "'--timeout': nan: must be a number of seconds above 0"),
        (["--timeout", "inf"], "'--timeout': inf: must be a number of seconds above 0"),
    ],
)
def test_a_mistake_is_told_without_a_stack_trace(
    arguments: list[str], says: str, sound: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = Ended(capsys, "check", str(sound), *arguments)
    assert ended.status == 2
    assert says in " ".join(ended.err.split())
    assert ended.out == ""
    assert "Traceback" not in ended.err


def test_the_refusal_of_a_service_is_told(service: str, sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = Ended(capsys, "check", str(sound), "--input", "2x4", "--loss", "median", "--server", service)
    assert ended.status == 2
    assert "loss" in ended.err
    assert ended.out == ""


@pytest.mark.parametrize("where", ["here", "there"])
def test_a_wrong_request_is_told_before_a_program_is_sent_or_run(
    where: str, sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = tmp_path / "request.json"
    request.write_text('{"model": "x", "steps": "two", "inputs": [{"shape": [2, 4], "dtype": "float23"}]}')
    nobody = ["--server", "http://127.0.0.1:1"] if where == "there" else []
    ended = Ended(capsys, "check", str(sound), "--request", str(request), *nobody)
    assert ended.status == 2
    assert "model: Unknown field. Known: inputs, mode" in ended.err
    assert "steps: Not an integer." in ended.err
    assert "inputs/0/dtype: Unknown dtype. Did you mean float32?" in ended.err
    assert "Traceback" not in ended.err


def test_a_check_on_this_machine_has_no_gpu(sound: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = tmp_path / "request.json"
    request.write_text('{"device": "cuda"}')
    ended = Ended(capsys, "check", str(sound), "--request", str(request))
    assert ended.status == 2
    assert "leave device at auto" in ended.err


def test_a_missing_file_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    ended = Ended(capsys, "check", "nothing.pt")
    assert ended.status == 2
    assert "nothing.pt" in ended.err


def test_a_message_is_explained_from_stdin(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sys.stdin",
        io.StringIO("> RuntimeError: a leaf Variable that requires grad is being used in an in-place operation."),
    )
    ended = Ended(capsys, "explain", "-")
    assert ended.status == 0
    assert "IPL302 leaf-modified" in ended.out


def test_a_pipe_is_read_without_being_asked_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("element 0 of tensors does not require grad"))
    ended = Ended(capsys, "explain")
    assert ended.status == 0
    assert "CUT101 detached" in ended.out
    assert "`whygrad check model.pt --input 1x3x224x224`" in ended.out, "on one line, to be copied"


def test_a_file_that_cannot_be_written_is_told(
    capsys: pytest.CaptureFixture[str], sound: Path, service: str, tmp_path: Path
) -> None:
    target = str(tmp_path / "none" / "out.txt")
    ended = Ended(capsys, "check", str(sound), "--input", "2x4", "--server", service, "--output", target)
    assert ended.status == 2
    assert f"cannot write {target}" in ended.err


def test_many_causes_are_told_shortly(capsys: pytest.CaptureFixture[str]) -> None:
    ended = Ended(capsys, "explain", "element 0 of tensors does not require grad and does not have a grad_fn")
    assert re.search(r"one of \d+ causes, the likeliest first:", ended.out)
    assert ended.out.index("CUT101 detached") < ended.out.index("or, as `whygrad rules CODE` tells:")
    assert ended.out.rstrip().endswith("and its line")


def test_nothing_to_explain_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert Ended(capsys, "explain", "  ").status == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "CUT101  detached"),
        (["CUT101"], "How to fix it"),
        (["detached"], "CUT101 detached"),
        (["num604"], "NUM604 exploding"),
        (["--help"], "tell all about one CODE"),
    ],
)
def test_rules_are_listed_and_told(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    ended = Ended(capsys, "rules", *arguments)
    assert ended.status == 0
    assert says in ended.out


def test_an_unknown_rule_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    ended = Ended(capsys, "rules", "XYZ999")
    assert ended.status == 2
    assert "whygrad rules" in ended.err


def test_an_id_of_no_service_names_the_option(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WHYGRAD_SERVER", raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["open", "abc"])
    assert ended.value.code == 2
    assert "whose diagnosis is abc? Say --server URL, or set WHYGRAD_SERVER" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert whygrad.__version__ in Ended(capsys, "--version").out


def test_serving_strangers_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = Ended(capsys, "serve", "--bind", "0.0.0.0:0", "--data", str(tmp_path))
    assert ended.status == 2
    assert "does not listen on 0.0.0.0" in ended.err


def test_a_forgotten_input_is_wrong_usage(detached: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = Ended(capsys, "check", str(detached))
    assert ended.status == 2
    assert "TYP804" in ended.out


def test_a_text_that_is_not_known_is_told_by_the_status(capsys: pytest.CaptureFixture[str]) -> None:
    ended = Ended(capsys, "explain", "something else went wrong")
    assert ended.status == 2
    assert "send the whole traceback" in " ".join(ended.out.split())


def run(*arguments: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "whygrad_client.cli", *arguments]
    told = {**os.environ, **environment}
    return subprocess.run(command, input=given, capture_output=True, check=False, timeout=60, env=told)


def unread(*arguments: str) -> tuple[int, bytes]:
    """The status of a command whose reader has left, and what it wrote to stderr."""
    reader, written = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "whygrad_client.cli", *arguments]
    ended = subprocess.run(command, stdout=written, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(written)
    return ended.returncode, ended.stderr


@pytest.mark.parametrize(("path", "status"), [("sound", 0), ("detached", 1)])
def test_who_reads_no_further_changes_nothing_in_the_status(
    path: str, status: int, service: str, request: pytest.FixtureRequest
) -> None:
    asked = "check", str(request.getfixturevalue(path)), "--input", "2x4", "--server", service
    assert unread(*asked) == (status, b"")


@pytest.mark.parametrize("asked", ["--help", "--version", "check --help"])
def test_who_reads_no_help_has_found_nothing(asked: str) -> None:
    assert unread(*asked.split()) == (0, b"")


@pytest.mark.parametrize(
    ("command", "closed", "status", "says"),
    [
        ("explain", "<&-", 2, "nothing to explain"),
        ("check -", "<&-", 2, "the file is empty"),
        ("diff - x", "<&-", 2, "- cannot be read"),
        ("rules", ">&-", 0, ""),
        ("rules XYZ", "2>&-", 2, ""),
    ],
)
def test_a_stream_that_is_closed_is_an_empty_one(command: str, closed: str, status: int, says: str) -> None:
    told = ["bash", "-c", f"exec {sys.executable} -m whygrad_client.cli {command} {closed}"]
    ended = subprocess.run(told, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == status
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_error_stands_at_the_end_of_a_long_log() -> None:
    log = b"step \xff\xfe of many\n" * 200_000 + b"RuntimeError: element 0 of tensors does not require grad\n"
    ended = run("explain", "-", given=log)
    assert ended.returncode == 0
    assert b"CUT101 detached" in ended.stdout


def test_an_explanation_as_data() -> None:
    ended = run("explain", "--format", "json", "mat1 and mat2 shapes cannot be multiplied (2x5 and 6x1)")
    assert json.loads(ended.stdout)["candidates"][0]["code"] == "SHP701"


def test_a_terminal_that_knows_few_letters() -> None:
    ended = run("explain", "element 0 of tensors does not require grad", PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"CUT101 detached" in ended.stdout


class TestOpen:
    def test_a_browser_shows_the_page(self, service: str, detached: Path, tmp_path: Path) -> None:
        browser = tmp_path / "browser"
        browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
        browser.chmod(0o755)
        id = self.diagnosed(service, detached)
        ended = run("open", id, "--server", service, BROWSER=f"{browser} %s")
        assert (ended.returncode, ended.stdout) == (0, b"")
        assert (tmp_path / "opened").read_text() == f"{service}/diagnoses/{id}\n"

    def test_without_one_its_address_is_printed(self, service: str, detached: Path) -> None:
        id = self.diagnosed(service, detached)
        ended = run("open", id, "--server", service, PATH="", DISPLAY="", BROWSER="")
        assert (ended.returncode, ended.stdout.decode()) == (0, f"{service}/diagnoses/{id}\n")

    def test_one_that_is_not_there_is_told(self, service: str) -> None:
        ended = run("open", "nothing", "--server", service)
        assert (ended.returncode, ended.stdout) == (2, b"")
        assert b"no diagnosis nothing" in ended.stderr

    def test_whose_it_is_has_to_be_said(self) -> None:
        assert b"--server" in run("open", "x", WHYGRAD_SERVER="").stderr

    def diagnosed(self, service: str, model: Path) -> str:
        with Client(service) as client:
            return client.diagnose(model, "2x4").id or ""


class TestCompletion:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_a_shell_is_told_how(self, shell: str) -> None:
        ended = run("completion", shell)
        assert (ended.returncode, ended.stderr) == (0, b"")
        assert b"_WHYGRAD_COMPLETE" in ended.stdout

    def test_bash_takes_the_script(self) -> None:
        script = run("completion", "bash").stdout
        taken = subprocess.run(["bash", "-ec", script + b"\ncomplete -p whygrad"], capture_output=True, check=False)
        assert (taken.returncode, b"_whygrad_completion" in taken.stdout) == (0, True), taken.stderr

    @pytest.mark.parametrize(
        ("words", "offered"),
        [
            ("whygrad ch", "check"),
            ("whygrad rules cut10", "CUT108"),
            ("whygrad check --fo", "--format"),
            ("whygrad check --ignore CUT101,cut10", "CUT101,CUT108"),
            ("whygrad check --passes structure,num", "structure,numeric"),
            ("whygrad check --loss cross", "cross_entropy"),
            ("whygrad check --device cu", "cuda"),
        ],
    )
    def test_words_are_completed(self, words: str, offered: str) -> None:
        position = str(len(words.split()) - 1)
        ended = run(_WHYGRAD_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=position)
        assert f"plain,{offered}" in ended.stdout.decode()

    def test_another_shell_is_told(self) -> None:
        ended = run("completion", "tcsh")
        assert (ended.returncode, b"'tcsh' is not one of" in ended.stderr) == (2, True)


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_has_a_page_of_help(command: str) -> None:
    ended = run(command, "--help")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.startswith(f"Usage: whygrad {command}".encode())


@pytest.mark.parametrize(
    ("command", "says"), [("check", "0 where nothing counts"), ("diff", "0 where nothing new counts")]
)
def test_a_status_tells_what_counts(command: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"Ends with {says}, 1 where something" in " ".join(Ended(capsys, command, "--help").out.split())
