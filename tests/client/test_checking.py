"""`whygrad check` in a repository and in CI: formats, several programs, pipes, baselines."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from junitparser import JUnitXml
from tests.client.peer import Answer, answering, problem

from whygrad.render import formats
from whygrad_client import Client
from whygrad_client.sources import Sources

SOURCE_LINE = 11


@pytest.fixture
def repository(detached: Path, sound: Path, tmp_path: Path) -> Path:
    """A repository with two programs and the source of the first."""
    (tmp_path / ".git").mkdir()
    shutil.copy(detached, tmp_path / "detached.pt")
    shutil.copy(sound, tmp_path / "sound.pt")
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets/model.py").write_text("\n" * (SOURCE_LINE - 1) + "        h = h.detach()\n")
    return tmp_path


def check(folder: Path, service: str, *arguments: str, stdin: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "whygrad_client.cli", "check", *arguments, "--input", "2x4"]
    command += ["--server", service] if service else []
    given = stdin.open("rb") if stdin else subprocess.DEVNULL
    return subprocess.run(command, cwd=folder, stdin=given, capture_output=True, text=True, check=False, timeout=60)


def test_sarif_names_the_line_in_the_repository(repository: Path, service: str) -> None:
    ended = check(repository, service, "detached.pt", "--format", "sarif")
    assert ended.returncode == 1, ended.stderr
    (result,) = json.loads(ended.stdout)["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "nets/model.py"
    assert place["region"]["startLine"] == SOURCE_LINE


def test_from_a_folder_a_terminal_shows_paths_from_there_and_tools_get_them_from_the_root(
    repository: Path, service: str
) -> None:
    text = check(repository / "nets", service, "../detached.pt").stdout
    assert f"  --> model.py:{SOURCE_LINE} in " in text
    assert "nets/model.py" not in text
    annotation = check(repository / "nets", service, "../detached.pt", "--format", "github").stdout
    assert annotation.startswith(f"::error file=nets/model.py,line={SOURCE_LINE}")


@pytest.mark.parametrize(("asked", "status"), [(("--server", "http://127.0.0.1:1"), 2), (("-q",), 0)])
def test_a_file_of_results_never_tells_of_an_earlier_run(
    asked: tuple[str, ...], status: int, repository: Path, service: str
) -> None:
    (repository / "told.txt").write_text("of an earlier run")
    ended = check(repository, "" if "--server" in asked else service, "sound.pt", "--output", "told.txt", *asked)
    assert ended.returncode == status, ended.stderr
    assert (repository / "told.txt").read_text() == ""


@pytest.mark.parametrize("asked", [(), ("--baseline", "known.json")])
def test_what_is_read_is_not_overwritten(asked: tuple[str, ...], repository: Path) -> None:
    (repository / "known.json").write_text("[]")
    output = asked[1] if asked else "./sound.pt"
    before = (repository / output).read_bytes()
    ended = check(repository, "", "sound.pt", *asked, "--output", output)
    assert ended.returncode == 2
    assert f"{Path(output)} is read as well" in ended.stderr
    assert (repository / output).read_bytes() == before


@pytest.mark.parametrize("other", ["        h = h.relu()\n", ""])
def test_another_line_is_not_taken_for_it(repository: Path, service: str, other: str) -> None:
    (repository / "nets/model.py").write_text("\n" * (SOURCE_LINE - 1) + other)
    ended = check(repository, service, "detached.pt", "--format", "github")
    assert ended.stdout.startswith("::error file=detached.pt,line=1,title=CUT101 detached::")


def test_which_of_two_is_not_guessed(repository: Path) -> None:
    shutil.copy(repository / "nets/model.py", repository / "model.py")
    location = {"file": "model.py", "line": SOURCE_LINE, "source": "h = h.detach()"}
    located = Sources(repository).located({"findings": [{"location": location}]})
    assert located["findings"][0]["location"] == location


def test_a_trace_gets_the_text_of_its_line(repository: Path) -> None:
    location = {"file": "nets/model.py", "line": SOURCE_LINE, "source": None}
    located = Sources(repository / "nets").located({"findings": [{"location": location}]})
    assert located["findings"][0]["location"] == location | {"path": "nets/model.py", "source": "h = h.detach()"}


def test_several_programs_are_one_report(repository: Path, service: str) -> None:
    ended = check(repository, service, "detached.pt", "sound.pt", "--format", "junit", "--output", "report.xml")
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")
    report = JUnitXml.fromfile(str(repository / "report.xml"))
    assert [(suite.name, suite.failures) for suite in report] == [("detached.pt", 1), ("sound.pt", 0)]


def test_several_pages_name_their_programs(repository: Path, service: str) -> None:
    ended = check(repository, service, "detached.pt", "sound.pt")
    assert ended.stdout.startswith("detached.pt\n\nerror[CUT101]: ")
    assert "\nsound.pt\n\nhealthy: " in ended.stdout


def test_one_line_for_each(repository: Path, service: str) -> None:
    ended = check(repository, service, "detached.pt", "sound.pt", "--format", "jsonl")
    assert [json.loads(line)["verdict"] for line in ended.stdout.splitlines()] == ["faulty", "healthy"]


def test_a_program_comes_through_a_pipe(repository: Path, service: str) -> None:
    ended = check(repository, service, "-", "--format", "json", stdin=repository / "detached.pt")
    assert ended.returncode == 1
    assert json.loads(ended.stdout)["findings"][0]["code"] == "CUT101"


def test_only_what_is_new_counts(repository: Path, service: str) -> None:
    first = check(repository, service, "detached.pt", "--format", "json", "--output", "baseline.json")
    assert first.returncode == 1
    again = check(repository, service, "detached.pt", "--baseline", "baseline.json")
    assert again.returncode == 0
    assert "known: it stands in the baseline, and does not count" in again.stdout
    (repository / "baseline.json").write_text("[]")
    assert check(repository, service, "detached.pt", "--baseline", "baseline.json").returncode == 1


@pytest.mark.parametrize("content", ["{}", "[1]", "not json", '{"findings": 3}'])
def test_a_file_that_is_no_baseline_is_told(repository: Path, service: str, content: str) -> None:
    (repository / "baseline.json").write_text(content)
    ended = check(repository, service, "sound.pt", "--baseline", "baseline.json")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "baseline" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_is_ignored_does_not_count(repository: Path, service: str) -> None:
    ended = check(repository, service, "detached.pt", "--ignore", "cut101,PAR201")
    assert ended.returncode == 0
    assert "ignored as asked: CUT101" in ended.stdout
    assert check(repository, service, "detached.pt", "--ignore", "Detached").returncode == 0
    almost = check(repository, service, "detached.pt", "--ignore", "detachd")
    assert "--ignore detachd: Unknown rule. Did you mean detached?" in almost.stderr
    unknown = check(repository, service, "detached.pt", "--ignore", "CUT999")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "CUT999" in unknown.stderr or "ignore" in unknown.stderr


def test_what_is_muted_is_told_and_does_not_count(repository: Path, service: str) -> None:
    asked = check(repository, service, "detached.pt", "--format", "json")
    (finding,) = json.loads(asked.stdout)["findings"]
    with Client(service) as client:
        client.mute(finding["fingerprint"], by="ada", reason="a frozen teacher")
        try:
            pages = {form: check(repository, service, "detached.pt", "--format", form) for form in formats.FORMATS}
        finally:
            client.unmute(finding["fingerprint"])
    assert {ended.returncode for ended in pages.values()} == {0}
    assert pages["text"].stdout.startswith("error[CUT101], muted: ")
    assert ": a frozen teacher" in pages["text"].stdout
    assert pages["github"].stdout == ""
    assert JUnitXml.fromstring(pages["junit"].stdout.encode()).failures == 0
    (result,) = json.loads(pages["sarif"].stdout)["runs"][0]["results"]
    assert result["suppressions"][0]["justification"].endswith(": a frozen teacher")
    assert check(repository, service, "detached.pt").returncode == 1


def test_a_glob_that_names_no_parameter_is_told(repository: Path, service: str) -> None:
    wrong = check(repository, service, "sound.pt", "--expect-frozen", "liner.*", "--expect-frozen", "linear.*")
    assert wrong.returncode == 0
    remark = "whygrad: no parameter is called liner.*, which is to be frozen; did you mean linear.*?\n"
    assert wrong.stderr == remark
    (repository / "r.json").write_text('{"expect_frozen": ["liner.*"]}')
    assert check(repository, service, "sound.pt", "--request", "r.json").stderr == remark
    assert check(repository, service, "sound.pt", "--expect-frozen", "*.weight").stderr == ""


@pytest.mark.parametrize("where", ["here", "there"])
def test_a_program_that_takes_too_long_is_given_up(repository: Path, service: str, endless: bytes, where: str) -> None:
    (repository / "endless.pt").write_bytes(endless)
    ended = check(repository, service if where == "there" else "", "endless.pt", "--timeout", "0.7")
    assert ended.returncode == 2
    assert ended.stderr.startswith("whygrad: endless.pt: ")
    assert ended.stderr.endswith("--timeout SECONDS gives it longer\n")


def test_the_time_of_a_program_here_is_that_of_a_service(
    repository: Path, endless: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "endless.pt").write_bytes(endless)
    monkeypatch.setenv("WHYGRAD_JOB_SECONDS", "1")
    assert "error[RUN001]: the run was ended after " in check(repository, "", "endless.pt").stdout
    monkeypatch.setenv("WHYGRAD_JOB_SECONDS", "soon")
    refused = check(repository, "", "endless.pt")
    assert "WHYGRAD_JOB_SECONDS='soon': must be a number of seconds above 0" in refused.stderr


def test_sentences_call_files_as_the_repository_does(repository: Path, service: str) -> None:
    document = json.loads(check(repository, service, "detached.pt", "--format", "json").stdout)
    assert document["headline"].endswith(f"in nets/model.py line {SOURCE_LINE}")
    assert any(f"nets/model.py line {SOURCE_LINE}" in step for step in document["findings"][0]["chain"])


def test_what_is_to_be_typed_names_the_file_that_was_typed(repository: Path, service: str) -> None:
    ended = check(repository, service, "./sound.pt", "--input", "2x4")
    assert "+ whygrad check sound.pt --input SHAPE_OF_X" in ended.stdout


@pytest.mark.parametrize(
    ("loss", "meant"), [("crossentropy", "cross_entropy"), ("MSELoss", "mse_loss"), ("huber", "huber_loss")]
)
def test_a_loss_that_is_almost_known_is_named(repository: Path, service: str, loss: str, meant: str) -> None:
    ended = check(repository, service, "sound.pt", "--loss", loss, "--target", "2x3")
    assert f"Did you mean {meant}?" in ended.stderr


@pytest.mark.parametrize(("loss", "target"), [("cross_entropy", "8:int64[0,10)"), ("mse_loss", "8x10")])
def test_a_loss_without_its_target_names_the_option(repository: Path, service: str, loss: str, target: str) -> None:
    ended = check(repository, service, "sound.pt", "--loss", loss, "--steps", "0")
    assert ended.returncode == 2
    assert f"--loss {loss}: It needs a target: --target {target}" in ended.stderr
    assert "--steps 0: Must be" in ended.stderr


def test_a_loss_of_a_request_without_its_target_names_the_file(repository: Path, service: str) -> None:
    (repository / "r.json").write_text('{"loss": "mse_loss"}')
    ended = check(repository, service, "sound.pt", "--request", "r.json")
    assert ended.returncode == 2
    assert 'r.json: /loss: It needs a target: {"kind": "mse_loss", "target": ' in ended.stderr
    assert "--loss" not in ended.stderr


def test_a_loss_has_its_target(repository: Path, service: str) -> None:
    told = ["--loss", "cross_entropy", "--target", "2:int64[0,3)", "--format", "json"]
    asked = json.loads(check(repository, service, "sound.pt", *told).stdout)["request"]["loss"]
    assert asked["kind"] == "cross_entropy"
    assert (asked["target"]["shape"], asked["target"]["high"]) == ([2], 3)
    without = check(repository, service, "sound.pt", "--target", "2")
    assert without.returncode == 2
    assert "--target: a target goes with a loss" in without.stderr


def test_a_refused_program_leaves_the_others(repository: Path, service: str) -> None:
    (repository / "huge.pt").write_bytes(b"\0" * 20_000_000)
    ended = check(repository, service, "huge.pt", "detached.pt", "--format", "jsonl")
    assert ended.returncode == 2
    assert ended.stderr.startswith("whygrad: huge.pt: ")
    assert json.loads(ended.stdout)["findings"][0]["code"] == "CUT101"


@pytest.mark.parametrize("where", ["here", "there"])
class TestRefused:
    def check(self, folder: Path, service: str, where: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        server = ["--server", service] if where == "there" else []
        command = [sys.executable, "-m", "whygrad_client.cli", "check", *arguments, *server]
        told = {name: value for name, value in os.environ.items() if name != "WHYGRAD_SERVER"}
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60, env=told)

    def test_an_empty_file_is_named(self, repository: Path, service: str, where: str) -> None:
        (repository / "empty.pt").touch()
        ended = self.check(repository, service, where, "empty.pt", "--input", "2x4")
        assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", "whygrad: empty.pt: the file is empty\n")

    def test_what_is_no_file_leaves_the_others(self, repository: Path, service: str, where: str) -> None:
        given = ["gone.pt", "nets", "sound.pt", "--input", "2x4", "--format", "jsonl"]
        ended = self.check(repository, service, where, *given)
        assert (ended.returncode, json.loads(ended.stdout)["verdict"]) == (2, "healthy")
        told = ["whygrad: gone.pt: there is no such file", "whygrad: nets: is a folder, and a program is a file"]
        assert ended.stderr.splitlines() == told

    def test_an_unknown_code_is_told_as_it_was_typed(self, repository: Path, service: str, where: str) -> None:
        ended = self.check(repository, service, where, "sound.pt", "--ignore", "cut101,CUT999", "--steps", "0")
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "--ignore CUT999: Unknown rule. `whygrad rules` lists them." in ended.stderr
        assert "--steps 0: Must be" in ended.stderr

    def test_the_request_file_is_named(self, repository: Path, service: str, where: str) -> None:
        (repository / "r.json").write_text('{"inputs": [{"shape": [2, 4]}], "steps": "two"}')
        ended = self.check(repository, service, where, "sound.pt", "--request", "r.json")
        assert "r.json: /steps: Not an integer." in ended.stderr

    def test_one_of_two_leaves_a_list(self, repository: Path, service: str, where: str) -> None:
        (repository / "empty.pt").touch()
        ended = self.check(repository, service, where, "empty.pt", "detached.pt", "--input", "2x4", "--format", "json")
        assert ended.returncode == 2
        (document,) = json.loads(ended.stdout)
        assert document["findings"][0]["code"] == "CUT101"

    @pytest.mark.parametrize("inputs", [[], ["--input", "2x4", "--input", "3"]])
    def test_too_few_or_too_many_inputs_are_wrong_usage(
        self, repository: Path, service: str, where: str, inputs: list[str]
    ) -> None:
        ended = self.check(repository, service, where, "sound.pt", *inputs)
        assert ended.returncode == 2
        assert "TYP804" in ended.stdout


@pytest.mark.parametrize(
    ("form", "told"), [("text", "\n{}\n\n"), ("junit", '<testsuite name="{}"'), ("markdown", "**Program:** {}\n")]
)
def test_programs_of_one_name_are_told_apart_by_their_folders(
    form: str, told: str, repository: Path, service: str
) -> None:
    for folder in ("one", "two"):
        (repository / folder).mkdir()
        shutil.copy(repository / "sound.pt", repository / folder)
    page = "\n" + check(repository, service, "one/sound.pt", "two/sound.pt", "--format", form).stdout
    assert all(told.format(f"{folder}/sound.pt") in page for folder in ("one", "two"))


def test_quiet_says_nothing_where_nothing_counts(repository: Path, service: str) -> None:
    ended = check(repository, service, "sound.pt", "--quiet")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    ended = check(repository, service, "sound.pt", "detached.pt", "-q")
    assert ended.returncode == 1
    assert "sound.pt" not in ended.stdout
    assert ended.stdout.startswith("detached.pt\n\nerror[CUT101]")


def test_every_wish_arrives(repository: Path, service: str) -> None:
    told = ["--eval", "--steps", "1", "--seed", "5", "--method", "forward", "--passes", "structure,numeric"]
    told += ["--expect-frozen", "linear.*", "--expect-frozen", "head.*", "--device", "cpu", "--format", "json"]
    request = json.loads(check(repository, service, "sound.pt", *told).stdout)["request"]
    assert (request["mode"], request["steps"], request["seed"], request["device"]) == ("eval", 1, 5, "cpu")
    assert (request["passes"], request["expect_frozen"]) == (["structure", "numeric"], ["linear.*", "head.*"])


def test_standard_input_is_read_once(repository: Path, service: str) -> None:
    for twice in (["-", "-"], ["-", "--request", "-"]):
        ended = check(repository, service, *twice)
        assert (ended.returncode, "only once" in ended.stderr) == (2, True)


def test_a_service_that_goes_away_leaves_the_reports_there_were(repository: Path) -> None:
    done = Answer(document={"id": "a" * 32, "status": "done", "verdict": "healthy"})
    with answering(done, problem(401, "This needs a key.")) as peer:
        ended = check(repository, peer.address, "sound.pt", "detached.pt", "sound.pt", "--format", "jsonl")
    assert (ended.returncode, ended.stderr) == (2, "whygrad: This needs a key.\n")
    assert [json.loads(line)["verdict"] for line in ended.stdout.splitlines()] == ["healthy"]
    assert len(peer.asked) == 2, "the third is not tried"
