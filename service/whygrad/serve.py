"""The whole service on one machine: `python -m whygrad.serve --bind 127.0.0.1:8000 --data DIR`.

It brings the tables up to date, starts gunicorn and the workers as children of its own, and ends them with itself.
"""

from __future__ import annotations

import argparse
import http.client
import ipaddress
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from whygrad import logs
from whygrad.jobs import worker
from whygrad.jobs.presence import Presence
from whygrad.jobs.store import Store
from whygrad.sandbox import lockdown
from whygrad.sandbox.limits import die_with_parent
from whygrad.settings import Settings, SettingsError
from whygrad.storage.database import Database, UnusableDatabase

NEEDED = ("flask", "gevent", "gunicorn", "torch")
BACKLOG = 512
START_SECONDS = 60.0
STOP_SECONDS = 15.0
RESTART_SECONDS = 1.0
LOOK_SECONDS = 0.1

log = logging.getLogger(__name__)

Started = tuple[subprocess.Popen[bytes], float]
"""A process, and when it began."""


class ServeError(Exception):
    """Why the service cannot start or go on: what is wrong, and what to do."""


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; nothing that it started is left when it returns or raises.

    Raises ServeError, UnusableDatabase, or SettingsError.
    """
    _refuse_a_half_installation(settings)
    _refuse_strangers(settings)
    _refuse_without_a_jail(settings)
    _have_a_folder(settings)
    database = Database(settings.database_url)
    database.migrate()
    with _listen(settings) as listener:
        _Household(settings, Store(database), listener).run()


class _Household:
    """The web and the workers, from their start to their end."""

    def __init__(self, settings: Settings, store: Store, listener: socket.socket) -> None:
        self.settings = settings
        self.store = store
        self.presence = Presence(store.database)
        self.listener = listener
        self.stopping = False
        self.workers: list[Started] = []
        self.chat: list[Started] = []
        self.first: list[subprocess.Popen[bytes]] = []

    def run(self) -> None:
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, self._stop)
        self.web = self._start_web()
        try:
            self.workers = [self._start_worker() for _ in range(self.settings.workers)]
            self.first = [process for process, _started in self.workers]
            if self._becomes_ready():
                self.chat = [self._start_chat()] if self.settings.slack_signing_secret else []
                print(f"whygrad listens on http://{_authority(self.listener)}", flush=True)
            self._watch()
        finally:
            self._end()

    def _stop(self, *_signal: object) -> None:
        self.stopping = True

    def _start_web(self) -> subprocess.Popen[bytes]:
        descriptor = self.listener.fileno()
        options = ["--config", "python:whygrad.gunicorn_conf", "--bind", f"fd://{descriptor}"]
        workers = ["--workers", str(self.settings.web_workers)]
        return self._start(["gunicorn", *options, *workers], self.settings, descriptor)

    def _start_worker(self) -> Started:
        secretless = self.settings.without_secrets()  # it runs strangers' programs
        return self._start(["whygrad.jobs.worker"], secretless), time.monotonic()

    def _start_chat(self) -> Started:
        """What answers in Slack; it asks the service as any client does."""
        settings = self.settings.without_secrets("slack_bot_token")
        access = {"WHYGRAD_SERVER": _loopback(self.listener), "WHYGRAD_KEY": next(iter(self.settings.keys), "")}
        return self._start(["whygrad_client.slack.process"], settings, **access), time.monotonic()

    def _start(self, module: list[str], settings: Settings, *descriptors: int, **more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", *module],
            env=os.environ | settings.environment() | more,
            stdin=subprocess.DEVNULL,
            pass_fds=descriptors,
            preexec_fn=partial(die_with_parent, os.getpid(), signal.SIGTERM),
        )

    def _becomes_ready(self) -> bool:
        """True once the web answers, False where it is to stop before that."""
        deadline = time.monotonic() + START_SECONDS
        while not self.stopping:
            self._look_at_the_web()
            if _answers(self.listener):
                return True
            if time.monotonic() > deadline:
                raise ServeError(f"The web did not answer within {START_SECONDS:.0f} s. The log above says why.")
            time.sleep(LOOK_SECONDS)
        return False

    def _watch(self) -> None:
        told = not self.workers
        while not self.stopping:
            told = told or self._tells_that_it_is_ready()
            self._look_at_the_web()
            self.workers = [self._living(*started) for started in self.workers]
            self.chat = [self._talking(*started) for started in self.chat]
            time.sleep(LOOK_SECONDS)

    def _tells_that_it_is_ready(self) -> bool:
        """Whether a worker is there; what was sent before waits for one."""
        try:
            ready = self.presence.anybody()
        except SQLAlchemyError:
            return False  # it may answer in a moment; until then nobody is told to send anything
        if ready:
            print("whygrad is ready: a worker diagnoses what is sent", flush=True)
        return ready

    def _look_at_the_web(self) -> None:
        if self.web.poll() is not None:
            raise ServeError(f"The web ended with status {self.web.returncode}. The log above says why.")

    def _talking(self, process: subprocess.Popen[bytes], started: float) -> Started:
        """What answers in Slack, or another in its place; what it had not said yet stands in the outbox."""
        if process.poll() is None or time.monotonic() - started < RESTART_SECONDS:
            return process, started
        log.warning("what answers in Slack ended with status %d: it is started again", process.returncode)
        return self._start_chat()

    def _living(self, process: subprocess.Popen[bytes], started: float) -> Started:
        """The worker, or a new one in its place; one that cannot even start is tried once a second."""
        if process.poll() is None or time.monotonic() - started < RESTART_SECONDS:
            return process, started
        if process in self.first and process.returncode == worker.NO_SANDBOX:
            raise ServeError("The sandbox does not work here. The log above says why; whygrad doctor tells more.")
        told = "worker %d ended with status %d: another is started, and %s"
        log.warning(told, process.pid, process.returncode, self._bury(worker.name(process.pid)))
        return self._start_worker()

    def _bury(self, name: str) -> str:
        """What becomes of the jobs of a dead worker; a database that is away too is no reason to end."""
        try:
            freed = self.store.bury(name)
            self.presence.leave(name)
        except SQLAlchemyError as error:
            return f"its jobs begin anew when their leases end: the database does not answer ({type(error).__name__})"
        return f"{freed} jobs begin anew"

    def _end(self) -> None:
        processes = [self.web, *(process for process, _started in (*self.workers, *self.chat))]
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in processes:
            try:
                process.wait(max(deadline - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _refuse_a_half_installation(settings: Settings) -> None:
    if sys.platform != "linux":
        raise ServeError(
            "The service runs programs in a sandbox that only Linux has. Run it in a Linux container, for which "
            "SECURITY.md has the line; the client works everywhere."
        )
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise ServeError(f"The service is not installed ({', '.join(missing)} missing): pip install 'whygrad[service]'")
    if settings.slack_signing_secret and find_spec("slack_bolt") is None:
        raise ServeError("Slack is set up, and its part is not installed: pip install 'whygrad[service,slack]'")


def _refuse_strangers(settings: Settings) -> None:
    host, _port = settings.address
    if not (settings.locked or _is_loopback(host)):
        raise ServeError(
            f"whygrad does not listen on {host}: whoever reaches it may run programs on this machine, and it has no "
            "keys to tell who that is. Listen on 127.0.0.1, or set WHYGRAD_KEYS (and WHYGRAD_ALLOWED_HOSTS, the names "
            "by which people reach it)."
        )


def _refuse_without_a_jail(settings: Settings) -> None:
    if not settings.insecure_no_sandbox and (missing := lockdown.missing_here()):
        raise ServeError(
            f"whygrad cannot confine programs on this host: {missing}. With --insecure-no-sandbox it starts all the "
            "same; send it only programs that you would run yourself."
        )


def _have_a_folder(settings: Settings) -> None:
    try:
        settings.uploads.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.uploads):
            pass
    except OSError as error:
        raise ServeError(
            f"whygrad cannot keep its data in {settings.data}: {error.strerror}. Choose a folder with --data DIR."
        ) from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ServeError(
            f"whygrad cannot listen on {settings.bind}: {os.strerror(error.errno or 0)}. "
            "Choose another address with --bind HOST:PORT; port 0 takes a free one."
        ) from None


def _authority(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _loopback(listener: socket.socket) -> str:
    """The address by which this machine reaches it."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _answers(listener: socket.socket) -> bool:
    connection = http.client.HTTPConnection(_authority(listener), timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main(arguments: list[str] | None = None) -> int:
    """Serve with the settings of the environment and of the command line; the exit status."""
    parser = argparse.ArgumentParser(prog="whygrad serve", description="Run the service on this machine.")
    parser.add_argument("--bind", metavar="HOST:PORT", help="where to listen; port 0 takes a free one")
    parser.add_argument("--data", type=Path, metavar="DIR", help="the folder for the database and the uploads")
    parser.add_argument("--insecure-no-sandbox", action="store_true", default=None, help="run programs unconfined")
    options = parser.parse_args(arguments)
    logs.configure()
    try:
        serve(Settings.from_environment(**vars(options)))
    except (ServeError, SettingsError, UnusableDatabase) as error:
        print(f"whygrad serve: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
