"""The courier of one machine: a pipe with a name, by which the web says "look now" to the workers.

It carries no job and may be lost: the table is the truth, and workers look at it now and then anyway.
"""

from __future__ import annotations

import os
import select
from contextlib import suppress
from pathlib import Path


class Courier:
    """One end for both sides. Neither blocks: a pipe that is full says "look now" well enough."""

    def __init__(self, folder: Path) -> None:
        """The pipe `courier` in `folder`, made where it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "courier"
        with suppress(FileExistsError):
            os.mkfifo(path, 0o600)
        # Opened for both, as Linux allows: then it never ends for the reader, nor fails for a lone writer.
        self._pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def wake(self) -> None:
        """Tell the workers that there is something to do."""
        with suppress(BlockingIOError):
            os.write(self._pipe, b"!")

    def wait(self, timeout: float) -> bool:
        """Sleep until somebody calls `wake`, at most `timeout` seconds; True where somebody did."""
        select.select([self._pipe], [], [], timeout)
        with suppress(BlockingIOError):  # another worker may have been quicker
            return bool(os.read(self._pipe, 65536))
        return False

    def close(self) -> None:
        """Let go of the pipe; the file stays for the others."""
        os.close(self._pipe)
