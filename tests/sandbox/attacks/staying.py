"""Not to end, to take all there is, and to lie: what the parent has to stand, whatever the jail allows."""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import stat
import threading
import time
from collections.abc import Callable

from tests.sandbox.attacks.aim import call

from whygrad.sandbox.page import Progress

Emit = Callable[[object], None]
DEEP = 100_000


def ignore_every_signal(_emit: Emit, _progress: Progress) -> None:
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    _wait()


def close_the_pipe_and_stay(_emit: Emit, _progress: Progress) -> None:
    os.closerange(0, 64)
    _wait()


def leave_threads_behind(_emit: Emit, _progress: Progress) -> None:
    """The first thread ends alone, as no library would do it: the process goes on without it."""
    threading.Thread(target=_wait).start()
    call("exit", 0)


def burn_in_threads(_emit: Emit, _progress: Progress) -> None:
    for _ in range(7):
        threading.Thread(target=_burn).start()
    _burn()


def lie_about_its_place(_emit: Emit, progress: Progress) -> None:
    progress.enter("\x1b[2J")
    progress.at(2**62)
    _wait()


def burn_on_after_the_warning(_emit: Emit, _progress: Progress) -> None:
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    _burn()


def say_nothing(_emit: Emit, _progress: Progress) -> None:
    _wait()


def take_much_at_once(emit: Emit, _progress: Progress) -> None:
    emit({"got": {"loot": len(bytearray(b"x") * 2**28)}})


def take_much_in_pieces(emit: Emit, _progress: Progress) -> None:
    kept = [b"%d" % piece * 2**13 for piece in range(2**14)]
    emit({"got": {"loot": len(kept)}})


def take_much_in_threads(emit: Emit, _progress: Progress) -> None:
    kept: list[bytearray] = []

    def take() -> None:
        kept.append(bytearray(b"x") * 2**25)

    threads = [threading.Thread(target=take) for _ in range(16)]
    try:
        for thread in threads:
            thread.start()
    except RuntimeError:  # no memory for the stack of another
        raise MemoryError from None
    for thread in threads:
        thread.join()
    if len(kept) < len(threads):
        raise MemoryError
    emit({"got": {"loot": len(kept)}})


def exit_as_if_it_were_done(_emit: Emit, _progress: Progress) -> None:
    os._exit(0)


def exit_as_if_memory_were_short(_emit: Emit, _progress: Progress) -> None:
    os._exit(80)


def exit_as_if_it_were_not_locked_in(_emit: Emit, _progress: Progress) -> None:
    os._exit(82)


def crash(_emit: Emit, _progress: Progress) -> None:
    ctypes.string_at(1)


def send_something_else(emit: Emit, _progress: Progress) -> None:
    emit({"verdict": "healthy"})


def send_not_json(_emit: Emit, _progress: Progress) -> None:
    _send(b"\x00\xff{]\n")


def send_what_is_deep(_emit: Emit, _progress: Progress) -> None:
    _send(b'{"document":' + b'{"a":' * DEEP + b"1" + b"}" * (DEEP + 1) + b"\n")


def send_no_number(_emit: Emit, _progress: Progress) -> None:
    _send(b'{"document":{"norm":NaN}}\n')


def send_a_number_of_5000_digits(_emit: Emit, _progress: Progress) -> None:
    _send(b'{"document":{"norm":' + b"9" * 5000 + b"}}\n")


def send_a_million_lines(_emit: Emit, _progress: Progress) -> None:
    _send(b"{}\n" * 1_000_000)


def send_a_line_without_end(_emit: Emit, _progress: Progress) -> None:
    while True:
        _send(b"x" * 2**16)


def send_half_a_line(_emit: Emit, _progress: Progress) -> None:
    _send(b'{"document":')
    os._exit(0)


def _send(data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(_pipe(), left) :]


def _pipe() -> int:
    return next(number for number in range(3, 64) if _is_a_pipe(number))


def _is_a_pipe(number: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(number).st_mode)
    except OSError:
        return False


def _burn() -> None:
    while True:
        hashlib.pbkdf2_hmac("sha256", b"burn", b"ing", 10**6)


def _wait() -> None:
    while True:
        time.sleep(1)
