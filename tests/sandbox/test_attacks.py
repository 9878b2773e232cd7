"""Code that has taken over a child, behind the real parent, zygote and jail: it gets nothing.

Without the jail each attack gets what it wants, or it would show nothing that the jail holds.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.processes import runs
from tests.sandbox import taken
from tests.sandbox.attacks.aim import Aim

from whygrad.sandbox import Outcome

TEXT = "hunter2-of-another-process"
IN_JAIL = pytest.mark.parametrize("jail", ["jailed"], indirect=True)
FREE = pytest.mark.parametrize("jail", [taken.FREE], indirect=True)
PRIVILEGED = {
    *("go_first", "be_root", "be_root_by_groups", "hold_capabilities", "enter_a_namespace", "change_its_root"),
    *("mount", "mount_by_the_new_calls", "have_a_network_of_its_own", "load_a_filter_of_packets", "name_the_host"),
    *("measure_the_processor", "read_the_log_of_the_kernel"),
}
VICTIM = """
import ctypes, os, sys, time
if os.getuid() == 0:  # the same user as the child, whom no rights of files keep out
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # and he may look inside
kept = ctypes.create_string_buffer(sys.argv[1].encode())
print(ctypes.addressof(kept), flush=True)
time.sleep(600)
"""


@pytest.fixture
def aim() -> Iterator[Aim]:
    folder = Path(tempfile.mkdtemp())
    secret, room = folder / "secret", folder / "room"
    secret.write_text(TEXT)
    room.mkdir()
    for path, mode in ((folder, 0o777), (secret, 0o666), (room, 0o777)):
        path.chmod(mode)
    victim = subprocess.Popen([sys.executable, "-IS", "-c", VICTIM, TEXT], stdout=subprocess.PIPE, text=True)
    assert victim.stdout is not None
    with victim, socket.create_server(("127.0.0.1", 0)) as listener:
        address = int(victim.stdout.readline())
        yield Aim(str(secret), str(room), listener.getsockname()[1], victim.pid, address, TEXT)
        victim.kill()
    shutil.rmtree(folder)


def loot(outcome: Outcome, aim: Aim | None = None) -> object:
    """What an attack got, by its own account or by what it left."""
    told = (outcome.document or {}).get("got", {}).get("loot")
    return told or (aim is not None and traces(aim))


def traces(aim: Aim) -> list[str]:
    left = os.listdir(aim.folder)
    if not os.path.exists(aim.secret) or Path(aim.secret).read_text() != TEXT:
        left.append("another secret")
    if not runs(aim.victim):
        left.append("a dead victim")
    return left


@IN_JAIL
@pytest.mark.parametrize("attack", taken.ATTACKS)
def test_in_the_jail_an_attack_gets_nothing(
    attack: str, aim: Aim, take_over: Callable[..., Outcome], still_diagnosed: Callable[[], bool]
) -> None:
    outcome = take_over(attack, aim=asdict(aim))
    assert not loot(outcome, aim), outcome
    assert outcome.ending in ("finished", "forbidden"), outcome
    assert still_diagnosed()


@FREE
@pytest.mark.parametrize("attack", taken.ATTACKS)
def test_without_it_the_attack_would_bite(attack: str, aim: Aim, take_over: Callable[..., Outcome]) -> None:
    outcome = take_over(attack, aim=asdict(aim))
    refused = (outcome.document or {}).get("got", {}).get("refused")
    if refused == "ENOSYS":
        pytest.skip("this kernel, or this architecture, has no such call")
    if refused in ("EPERM", "EACCES") and attack in PRIVILEGED:
        pytest.skip("it takes rights that this user does not have")
    assert loot(outcome, aim), outcome
