from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.processes import arguments_of, descendants, runs
from whygrad import serve as whygrad_serve
from whygrad.serve import ServeError
from whygrad.settings import Settings
from whygrad_client import Client

Until = Callable[[Callable[[], bool]], None]


def serve(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "whygrad.serve", *arguments],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = serve("--bind", "127.0.0.1:0", "--data", str(tmp_path))
    assert process.stdout is not None
    yield process, process.stdout.readline().split()[-1]
    process.terminate()
    process.communicate(timeout=30)


def workers_of(pid: int) -> list[int]:
    return [child for child in descendants(pid) if b"whygrad.jobs.worker" in arguments_of(child)]


def worker_of(pid: int) -> int:
    (worker,) = workers_of(pid)
    return worker


def diagnose(url: str, program: bytes, wait: int) -> requests.Response:
    return requests.post(
        f"{url}/diagnose",
        files={"model": ("m.pt", program)},
        data={"shapes": "2x4"},
        headers={"Prefer": f"wait={wait}"},
        timeout=90,
    )


def test_it_serves_survives_its_worker_and_leaves_nothing_behind(
    service: tuple[subprocess.Popen[str], str], healthy: bytes, endless: bytes, until: Until
) -> None:
    process, url = service
    assert process.stdout is not None
    assert process.stdout.readline().startswith("whygrad is ready")
    assert requests.get(f"{url}/readyz", timeout=5).status_code == 200
    answer = diagnose(url, healthy, wait=60)
    assert (answer.status_code, answer.json()["verdict"]) == (200, "healthy")

    job = requests.get(url + diagnose(url, endless, wait=0).headers["Location"], timeout=5)
    until(lambda: requests.get(job.url, timeout=5).json()["status"] == "running")
    killed = worker_of(process.pid)
    os.kill(killed, signal.SIGKILL)
    until(lambda: bool(workers_of(process.pid)))
    assert requests.delete(job.url, timeout=5).status_code == 202
    answer = diagnose(url, healthy, wait=60)
    assert (answer.status_code, answer.json()["verdict"]) == (200, "healthy")

    everybody = descendants(process.pid)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert [pid for pid in everybody if runs(pid)] == []


def test_it_serves_from_postgresql(tmp_path: Path, postgres: str, healthy: bytes) -> None:
    process = serve("--bind", "127.0.0.1:0", "--data", str(tmp_path), WHYGRAD_DATABASE_URL=postgres)
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    answer = diagnose(url, healthy, wait=60)
    assert (answer.status_code, answer.json()["verdict"]) == (200, "healthy")
    assert requests.get(f"{url}/readyz", timeout=5).status_code == 200
    listed = requests.get(f"{url}/diagnoses?verdict=healthy", timeout=5).json()["diagnoses"]
    assert [item["headline"] for item in listed] == [answer.json()["headline"]]
    assert requests.delete(url + answer.headers["Location"], timeout=5).status_code == 204
    process.terminate()
    told = process.communicate(timeout=30)[1]
    assert "exception" not in told


def test_a_database_that_is_away_for_a_while_ends_nothing_else(tmp_path: Path, until: Until) -> None:
    process = serve("--bind", "127.0.0.1:0", "--data", str(tmp_path))
    assert process.stdout is not None
    process.stdout.readline()
    database, killed = sqlite3.connect(tmp_path / "whygrad.db"), worker_of(process.pid)
    database.execute("ALTER TABLE jobs RENAME TO away")
    os.kill(killed, signal.SIGKILL)
    until(lambda: any(pid != killed for pid in workers_of(process.pid)))
    database.execute("ALTER TABLE away RENAME TO jobs")
    process.terminate()
    told = process.communicate(timeout=30)[1]
    assert ("the database does not answer" in told, process.returncode) == (True, 0)


def test_without_a_worker_it_lives_and_is_not_ready(tmp_path: Path) -> None:
    process = serve("--bind", "127.0.0.1:0", "--data", str(tmp_path), WHYGRAD_WORKERS="0")
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    assert requests.get(f"{url}/healthz", timeout=5).status_code == 200
    answer = requests.get(f"{url}/readyz", timeout=5)
    assert (answer.status_code, "No worker is ready" in answer.json()["detail"]) == (503, True)
    process.terminate()
    process.communicate(timeout=30)


def test_children_do_not_outlive_a_killed_service(service: tuple[subprocess.Popen[str], str], until: Until) -> None:
    process, _url = service
    everybody = descendants(process.pid)
    process.kill()
    until(lambda: not any(runs(pid) for pid in everybody))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "[::]", "example.org"])
def test_an_address_for_strangers_is_refused(tmp_path: Path, host: str) -> None:
    process = serve("--bind", f"{host}:0", "--data", str(tmp_path))
    told = process.communicate(timeout=30)[1]
    assert process.returncode == 2
    assert "keys" in told
    assert "Listen on 127.0.0.1" in told


def test_with_keys_strangers_may_knock(tmp_path: Path) -> None:
    key = "a-key-of-sixteen"
    process = serve("--bind", "0.0.0.0:0", "--data", str(tmp_path), WHYGRAD_KEYS=key)
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    assert requests.get(f"{url}/diagnoses", timeout=5).status_code == 401
    assert Client(url, key=key).rules()
    worker = worker_of(process.pid)
    assert key.encode() not in Path(f"/proc/{worker}/environ").read_bytes()
    process.terminate()
    assert key not in process.communicate(timeout=30)[1]


def test_an_address_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = serve("--bind", f"127.0.0.1:{taken.getsockname()[1]}", "--data", str(tmp_path))
        told = process.communicate(timeout=30)[1]
    assert process.returncode == 2
    assert "Address already in use" in told


def test_every_bad_setting_is_told(tmp_path: Path) -> None:
    process = serve("--data", str(tmp_path), WHYGRAD_ATTEMPTS="many", WHYGRAD_JOB_SECONDS="-1")
    told = process.communicate(timeout=30)[1]
    assert process.returncode == 2
    assert "WHYGRAD_ATTEMPTS" in told
    assert "WHYGRAD_JOB_SECONDS" in told


@pytest.mark.parametrize(
    ("data", "database", "why"),
    [
        ("file/below", "", "Choose a folder with --data DIR"),
        ("data", "nonsense", "sqlite:////var/lib/whygrad/whygrad.db"),
        ("data", "sqlite:////proc/none/whygrad.db", "No such file or directory"),
        ("data", "sqlite:///{file}", "file is not a database"),
    ],
)
def test_where_nothing_can_be_kept_is_told(tmp_path: Path, data: str, database: str, why: str) -> None:
    file = tmp_path / "file"
    file.write_text("neither a folder nor a database")
    address = {"WHYGRAD_DATABASE_URL": database.format(file=file)} if database else {}
    process = serve("--bind", "127.0.0.1:0", "--data", str(tmp_path / data), **address)
    told = process.communicate(timeout=30)[1]
    assert process.returncode == 2
    assert why in told
    assert "Traceback" not in told


def test_it_does_not_start_where_it_cannot_confine_programs(tmp_path: Path) -> None:
    (tmp_path / "pyseccomp.py").write_text("raise RuntimeError('Unable to find libseccomp')\n")
    process = serve("--bind", "127.0.0.1:0", "--data", str(tmp_path / "data"), PYTHONPATH=str(tmp_path))
    out, told = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, "")
    assert "apt install libseccomp2" in told
    assert "--insecure-no-sandbox" in told
    assert "Traceback" not in told


def test_slack_without_its_part_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "slack_bolt", None)
    settings = Settings(data=tmp_path, slack_signing_secret="s" * 16, slack_bot_token="xoxb-1")
    with pytest.raises(ServeError, match=r"pip install 'whygrad\[service,slack\]'"):
        whygrad_serve.serve(settings)
