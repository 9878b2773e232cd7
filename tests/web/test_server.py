"""The whole way, with a real gunicorn and a real worker."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from whygrad.jobs.diagnosis import UNFINISHED
from whygrad.web.answers.description import Description
from whygrad.web.answers.diagnosis import Diagnosis

LARGEST_UPLOAD = 40_000_000
LARGEST_MEMORY = 80_000_000


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "whygrad.serve",
            "--bind",
            "127.0.0.1:0",
            "--data",
            str(tmp_path_factory.mktemp("data")),
        ],
        env=os.environ | {"WHYGRAD_MAX_UPLOAD_BYTES": str(LARGEST_UPLOAD)},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.terminate()
    process.communicate(timeout=30)


@pytest.fixture(scope="module")
def url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().split()[-1]


@pytest.fixture(scope="module")
def detached(program: Callable[[str], bytes]) -> bytes:
    return program("return self.linear(x).detach()")


def diagnose(url: str, model: bytes, **form: str) -> requests.Response:
    wait = {"Prefer": "wait=60"}
    return requests.post(f"{url}/diagnose", files={"model": ("model.pt", model)}, data=form, headers=wait, timeout=90)


def test_a_program_goes_in_and_the_reason_comes_out(url: str, detached: bytes) -> None:
    answer = diagnose(url, detached, shapes="2x4")
    document = answer.json()
    assert (answer.status_code, document["verdict"], document["status"]) == (200, "faulty", "done")
    assert document["findings"][0]["code"] == "CUT101"
    assert document["findings"][0]["location"]["source"] == "return self.linear(x).detach()"
    assert Diagnosis().validate(document) == {}
    listed = requests.get(f"{url}/diagnoses?code=CUT101", timeout=5).json()["diagnoses"]
    assert document["id"] in [item["id"] for item in listed]


@pytest.mark.parametrize(
    ("model", "form"),
    [
        (b"no program", {"shapes": "2x4"}),
        (None, {}),
        (None, {"shapes": "2x4; 2x4"}),
        (None, {"request": '{"method": "nothing", "inputs": [{"shape": [2, 4]}]}'}),
        (None, {"request": '{"inputs": [[1, {"a": null}]], "loss": "output", "mode": "eval", "passes": ["numeric"]}'}),
    ],
)
def test_what_is_wrong_with_the_program_is_no_problem(
    url: str, healthy: bytes, model: bytes | None, form: dict[str, str]
) -> None:
    answer = diagnose(url, model or healthy, **form)
    assert (answer.status_code, answer.json()["status"]) == (200, "done")
    assert Diagnosis().validate(answer.json()) == {}


def test_a_program_describes_itself(url: str, healthy: bytes) -> None:
    place = f"{url}/models/{hashlib.sha256(healthy).hexdigest()}"
    assert requests.put(place, data=healthy, timeout=5).status_code in (201, 204)
    description = requests.get(place, headers={"Prefer": "wait=60"}, timeout=90).json()
    (method,) = description["methods"]
    assert (method["name"], method["arguments"][0]["name"]) == ("forward", "x")
    assert Description().validate(description) == {}


def test_a_large_upload_takes_no_memory_and_holds_up_nobody(url: str, process: subprocess.Popen[str]) -> None:
    upload = threading.Thread(target=diagnose, args=(url, bytes(LARGEST_UPLOAD - 1000)))
    upload.start()
    slowest = 0.0
    while upload.is_alive():
        slowest = max(slowest, requests.get(f"{url}/healthz", timeout=5).elapsed.total_seconds())
    assert slowest < 1
    assert max(memory_of_web(process.pid)) < LARGEST_MEMORY


def test_an_upload_over_the_limit_is_answered_while_it_is_sent(url: str) -> None:
    answer = diagnose(url, bytes(LARGEST_UPLOAD))
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")


def test_whoever_waits_is_answered_before_the_service_ends(
    url: str, process: subprocess.Popen[str], endless: bytes, until: Callable[[Callable[[], bool]], None]
) -> None:
    answers: list[requests.Response] = []
    waiting = threading.Thread(target=lambda: answers.append(diagnose(url, endless, shapes="2x4")))
    waiting.start()
    until(lambda: requests.get(f"{url}/diagnoses?limit=1", timeout=5).json()["diagnoses"][0]["status"] == "running")
    process.terminate()
    waiting.join(10)
    assert [(answer.status_code, answer.json()["status"] in UNFINISHED) for answer in answers] == [(202, True)]


def memory_of_web(service: int) -> Iterator[int]:
    """The largest resident size that each process of gunicorn ever had, in bytes."""
    for child in children(service):
        if b"gunicorn" in Path(f"/proc/{child}/cmdline").read_bytes():
            for process in (child, *children(child)):
                status = Path(f"/proc/{process}/status").read_text()
                yield int(status.partition("VmHWM:")[2].split()[0]) * 1024


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
