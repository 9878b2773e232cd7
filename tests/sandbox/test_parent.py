from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.processes import arguments_of, children_of, confined, runs

from whygrad import sandbox
from whygrad.sandbox import Limits, Outcome, Task, nursery

Save = Callable[[str | bytes], Path]
Until = Callable[[Callable[[], bool]], None]

INPUT = {"shape": [2, 4], "dtype": "float32", "fill": "normal", "low": 0, "high": 2, "requires_grad": False}
REQUEST: dict[str, Any] = {"inputs": [INPUT]}
LIMITS = Limits(seconds=20, memory_bytes=2**30)


GREEDY = "return self.linear(x) + torch.ones(1 << 36).sum()"
CRASHING = """
smallest = -9223372036854775807 - 1
return self.linear(x) * (smallest // (1 - x.dim()))
"""
WIDE = """
y = torch.ones(600, 600)
for _ in range(3):
    y = torch.matmul(y, y).sigmoid()
return self.linear(x) + y.mean()
"""


@pytest.fixture
def save(tmp_path: Path, program: Callable[[str], bytes]) -> Save:
    def save(content: str | bytes) -> Path:
        path = tmp_path / "model.pt"
        path.write_bytes(content if isinstance(content, bytes) else program(content))
        return path

    return save


def examine(upload: Path, limits: Limits = LIMITS, **watched: Any) -> Outcome:
    return sandbox.run(Task("examine", upload, REQUEST), limits=limits, **watched)


def living_children_of(pid: int) -> set[int]:
    """Without the one that has ended and keeps its number until the next is born."""
    return {child for child in children_of(pid) if runs(child)}


def zygotes() -> set[int]:
    sandbox.warm()
    return {pid for pid in children_of(os.getpid()) if b"whygrad.sandbox.zygote" in arguments_of(pid)}


def zygote() -> int:
    """The one that serves: where another one is about to take over, that is the older."""
    return min(zygotes(), key=started)


def started(pid: int) -> int:
    """When a process was started, in the ticks of the kernel."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def test_a_healthy_program_is_diagnosed(save: Save, healthy: bytes) -> None:
    documents: list[dict[str, Any]] = []
    outcome = examine(save(healthy), on_document=lambda document, _isolation: documents.append(document))
    assert outcome.ending == "finished", outcome.detail
    assert outcome.document is not None
    assert outcome.document["verdict"] == "healthy"
    assert documents[-1] == outcome.document
    assert len(documents) > 1
    assert outcome.pass_name == "replay"
    assert outcome.node is None  # torch itself ran it, without probes
    assert outcome.seconds < LIMITS.seconds


def test_a_program_that_never_ends_is_ended(save: Save, endless: bytes) -> None:
    outcome = examine(save(endless), Limits(seconds=1, memory_bytes=2**30))
    assert outcome.ending == "timed-out"
    assert 1 <= outcome.seconds < 3
    assert (outcome.pass_name, type(outcome.node)) == ("structure", int)
    assert not any(confined(child) for child in children_of(zygote()))


def test_what_came_in_time_counts_however_late_it_is_read(save: Save, healthy: bytes) -> None:
    documents: list[dict[str, Any]] = []

    def linger(document: dict[str, Any], _isolation: object) -> None:
        documents.append(document)
        time.sleep(1.1 if len(documents) == 1 else 0)

    outcome = examine(save(healthy), Limits(seconds=1, memory_bytes=2**30), on_document=linger)
    assert outcome.ending == "finished", outcome.detail
    assert documents[-1] == outcome.document
    assert len(documents) > 1


def test_a_program_that_wants_all_memory_gets_none(save: Save) -> None:
    outcome = examine(save(GREEDY))
    assert outcome.ending == "out-of-memory", outcome
    assert outcome.node is not None


def test_a_program_that_crashes_takes_nobody_with_it(save: Save, healthy: bytes, until: Until) -> None:
    before = zygotes()
    outcome = examine(save(CRASHING))
    assert (outcome.ending, outcome.detail) == ("crashed", "ended by SIGFPE")
    assert outcome.node is not None
    assert examine(save(healthy)).ending == "finished"
    until(lambda: examine(save(healthy)).ending == "finished" and not zygotes() & before)
    assert len(zygotes()) == 1


def test_many_threads_work_in_a_child_of_one(save: Save) -> None:
    assert examine(save(WIDE)).ending == "finished"


def test_a_fault_of_ours_is_told_to_the_log(save: Save, healthy: bytes) -> None:
    outcome = sandbox.run(Task("examine", save(healthy), {"inputs": 5}), limits=LIMITS)
    assert outcome.ending == "failed"
    assert "Traceback" in outcome.detail


def test_an_upload_that_is_gone_is_told_to_the_log(tmp_path: Path) -> None:
    outcome = examine(tmp_path / "gone.pt")
    assert (outcome.ending, outcome.document) == ("failed", None)


def test_a_program_is_described_and_its_nodes_located(save: Save, healthy: bytes) -> None:
    upload = save(healthy)
    described = sandbox.run(Task("describe", upload, {}), limits=LIMITS)
    assert described.document is not None, described
    observed = sandbox.run(Task("examine", upload, REQUEST | {"passes": ["numeric"]}), limits=LIMITS)
    node = observed.node
    located = sandbox.run(Task("locate", upload, REQUEST | {"node": node}), limits=LIMITS)
    assert located.document is not None, located
    assert located.document["op"].startswith("aten::")


def test_whoever_watches_can_stop_it(save: Save, endless: bytes) -> None:
    started = time.monotonic()

    def pulse() -> None:
        if time.monotonic() - started > 0.3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        examine(save(endless), pulse=pulse)
    assert not any(confined(child) for child in children_of(zygote()))


def test_a_dead_zygote_is_replaced_by_one_that_knows_nothing_of_its_parent(
    save: Save, healthy: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHYGRAD_SECRET", "hunter2")
    dead = zygote()
    os.kill(dead, signal.SIGKILL)
    assert examine(save(healthy)).ending == "finished"
    assert zygote() != dead
    environment = Path(f"/proc/{zygote()}/environ").read_bytes()
    names = {variable.partition(b"=")[0] for variable in environment.split(b"\0") if variable}
    assert names <= {b"OPENBLAS_NUM_THREADS", b"OMP_WAIT_POLICY", b"GLIBC_TUNABLES", b"LC_CTYPE"}


def test_a_zygote_that_dies_while_it_warms_takes_nobodys_place(save: Save, healthy: bytes, until: Until) -> None:
    until(lambda: examine(save(healthy)).ending == "finished" and len(zygotes()) == 1)
    serving = zygotes()
    assert examine(save(CRASHING)).ending == "crashed"
    until(lambda: zygotes() > serving)
    (fallen,) = zygotes() - serving
    os.kill(fallen, signal.SIGKILL)
    until(lambda: not runs(fallen))
    assert examine(save(healthy)).ending == "finished"
    assert serving < zygotes()
    until(lambda: examine(save(healthy)).ending == "finished" and not zygotes() & serving)


REFUSING = """
import socket, sys, time
from whygrad.sandbox import seccomp, zygote

def build():
    raise seccomp.Unavailable("the filter is not here")

seccomp.build = build
zygote.main(socket.socket(fileno=int(sys.argv[1])), insecure=False)
time.sleep(60)
"""


def test_why_it_did_not_start_is_told_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery, "PROGRAM", (sys.executable, "-I", "-c", REFUSING))
    fresh = nursery.Nursery()
    for _ in range(2):
        with pytest.raises(sandbox.SandboxError, match="did not start: the filter is not here"):
            fresh.warm()


def test_a_zygote_that_is_not_ready_in_time_is_told_to_be_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nursery, "PROGRAM", (sys.executable, "-I", "-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(nursery, "START_SECONDS", 0.2)
    late = nursery.Nursery()
    with pytest.raises(sandbox.SandboxError, match=r"did not start: it was not ready after 0\.2 s"):
        late.warm()
    late.close()


def test_a_zygote_that_dies_under_its_child_is_a_crash(save: Save, endless: bytes, healthy: bytes) -> None:
    pid, born = zygote(), []

    def pulse() -> None:
        if not born and (children := children_of(pid)):
            born.extend(children)
            os.kill(pid, signal.SIGKILL)

    assert examine(save(endless), pulse=pulse).ending == "crashed"
    assert examine(save(healthy)).ending == "finished"
    assert not any(runs(child) for child in born)


def test_the_time_of_its_processors_is_bounded_too(save: Save, endless: bytes) -> None:
    outcome = examine(save(endless), Limits(seconds=20, memory_bytes=2**30, cpu_seconds=1))
    assert outcome.ending == "timed-out"
    assert outcome.seconds < 15


def test_a_call_that_is_forbidden_is_told_from_a_crash(save: Save, endless: bytes, until: Until) -> None:
    pid = zygote()

    def pulse() -> None:
        for child in children_of(pid):
            os.kill(child, signal.SIGSYS)  # as the kernel does it

    assert examine(save(endless), pulse=pulse).ending == "forbidden"
    until(lambda: zygote() != pid)


def test_the_first_word_of_a_child_says_what_holds_it(save: Save, healthy: bytes) -> None:
    told: list[object] = []
    outcome = examine(save(healthy), on_document=lambda _document, isolation: told.append(isolation))
    assert outcome.isolation is not None
    assert outcome.isolation.seccomp
    assert set(told) == {outcome.isolation}


def test_a_child_waits_before_it_is_wanted_and_has_one_task(save: Save, healthy: bytes, until: Until) -> None:
    pid, used = zygote(), set[int]()
    until(lambda: len(living_children_of(pid)) == 1)
    waiting = living_children_of(pid)
    assert examine(save(healthy), pulse=lambda: used.update(living_children_of(pid))).ending == "finished"
    assert used == waiting
    until(lambda: len(living_children_of(pid) - waiting) == 1)


def test_a_waiting_child_that_is_killed_is_missed_by_nobody(save: Save, healthy: bytes, until: Until) -> None:
    pid = zygote()
    until(lambda: len(living_children_of(pid)) == 1)
    (waiting,) = living_children_of(pid)
    os.kill(waiting, signal.SIGKILL)
    until(lambda: not runs(waiting))
    assert examine(save(healthy)).ending == "finished"
