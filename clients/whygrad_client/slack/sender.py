"""The sender: takes tasks from the outbox, does their next step at the service, and says in Slack what came of it.

Every step may be done twice, where a sender died in the middle of it, and none is forgotten.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from slack_sdk import WebClient

from whygrad_client.errors import (
    Conflict,
    Forbidden,
    NotFound,
    ProblemError,
    RateLimited,
    Unauthorized,
    Unavailable,
    WhygradError,
)
from whygrad_client.slack import notices
from whygrad_client.slack.answer import answer
from whygrad_client.slack.backend import Backend
from whygrad_client.slack.blocks import Message
from whygrad_client.slack.files import FileRefused, Files
from whygrad_client.slack.speaking import Silenced, Speaker, Unheard, Wait
from whygrad_client.slack.tasks import Claim, Outbox, Source, Task

THREADS = 8
LOOK_SECONDS = 0.5
AT_ONCE, FIRST_PAUSE, LONGEST_PAUSE = 0.0, 0.5, 5.0
MOST_ATTEMPTS = 8
LONGEST_BACKOFF = 60.0
LONGEST_SECONDS = 24 * 3_600.0
"""Whoever asked for something does not wait for it longer than a day."""

log = logging.getLogger(__name__)

Step = tuple[Task | None, float]


class Sender:
    """Some threads that do one step each at a time."""

    def __init__(
        self, outbox: Outbox, slack: WebClient, backend: Backend, *, public_url: str = "", lease_seconds: float = 30.0
    ) -> None:
        self.outbox = outbox
        self.backend = backend
        self.speaker = Speaker(slack)
        self.files = Files(slack)
        self.public_url = public_url
        self.lease_seconds = lease_seconds
        self._stopping = threading.Event()

    def run(self) -> None:
        """Work until `stop`."""
        threads = [threading.Thread(target=self._work, name=f"sender-{n}") for n in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def stop(self) -> None:
        """End after the steps that are under way."""
        self._stopping.set()

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                claim = self.outbox.claim(self.lease_seconds)
                if claim is None:
                    self.outbox.wait(LOOK_SECONDS)
                elif task := self._read(claim):
                    self._do(claim, task)
            except Exception:
                log.exception("a task could not be taken from the outbox, or what became of it not be kept there")
                self._stopping.wait(LONGEST_PAUSE)

    def _read(self, claim: Claim) -> Task | None:
        """The task; None, and it is over, where this version knows no such task: the next try would fail as well."""
        try:
            return Task.read(claim.task)
        except (KeyError, TypeError) as error:
            log.error("%s: given up, written by another version: %s", claim.key, error)
            self.outbox.end(claim)
            return None

    def _do(self, claim: Claim, task: Task) -> None:
        """Take the task on, step by step, until it can rest, waits for somebody, or is over."""
        if time.time() - task.conversation.since > LONGEST_SECONDS:
            log.error("%s: given up after a day", claim.key)
            self.outbox.end(claim)
            return
        try:
            with self._held(claim):
                left, pause = self._step(task, claim.key)
        except Wait as error:
            self.outbox.postpone(claim, task.json(), error.seconds, attempts=claim.attempts)
        except Silenced as error:
            log.warning("%s: nobody in Slack hears of it: %s", claim.key, error)
            self.outbox.end(claim)
        except Exception as error:
            self._again(claim, task, error)
        else:
            self._put_back(claim, left, pause)

    def _put_back(self, claim: Claim, left: Task | None, pause: float) -> None:
        if left is None:
            self.outbox.end(claim)
        elif pause:
            self.outbox.postpone(claim, left.json(), pause)
        elif self.outbox.keep(claim, left.json()):
            self._do(claim, left)

    def _again(self, claim: Claim, task: Task, error: Exception) -> None:
        """Try the step later, or give it up and say so."""
        if not isinstance(error, Unheard | WhygradError):
            log.exception("%s: a step failed", claim.key)
        if claim.attempts < MOST_ATTEMPTS:
            pause = min(2.0**claim.attempts, LONGEST_BACKOFF)
            self.outbox.postpone(claim, task.json(), pause, attempts=claim.attempts + 1)
            return
        log.error("%s: given up after %d tries: %s", claim.key, claim.attempts + 1, error)
        self.outbox.end(claim)
        try:
            self._say(task, notices.given_up())
        except (Wait, Unheard, Silenced) as unsaid:
            log.warning("%s: nor could that be said: %s", claim.key, unsaid)

    @contextmanager
    def _held(self, claim: Claim) -> Iterator[None]:
        """Keep the lease while a step takes its time: a large file does."""
        done = threading.Event()

        def hold() -> None:
            while not done.wait(self.lease_seconds / 3):
                try:
                    self.outbox.renew(claim, self.lease_seconds)
                except Exception as error:  # there is time for another try
                    log.warning("%s: the lease could not be renewed: %s", claim.key, error)

        holder = threading.Thread(target=hold, daemon=True)
        holder.start()
        try:
            yield
        finally:
            done.set()
            holder.join()

    def _step(self, task: Task, key: str) -> Step:
        """Do what is next; the task that is left, None where it is over, and for how long it can rest."""
        steps = {
            "run": self._run,
            "rerun": self._rerun,
            "show": self._show,
            "follow": self._follow,
            "link": self._link,
            "await": self._await,
            "mute": self._mute,
            "unmute": self._unmute,
            "tell": self._tell,
        }
        try:
            return steps[task.do](task, key)
        except FileRefused as error:
            self._say(task, notices.refused(str(error)))
        except ProblemError as error:
            if isinstance(error, Unavailable | RateLimited | Conflict):
                raise
            if isinstance(error, Unauthorized | Forbidden):
                log.error("the service refuses this sender: %s", error)
            self._say(task, notices.refused(str(error)))
        return None, AT_ONCE

    def _run(self, task: Task, key: str) -> Step:
        source = task.source
        if not (source.file or source.url):
            return self._known(task), AT_ONCE
        with self.files.fetched(source, self.backend.largest()) as program:
            id = self.backend.run(program, source.name, task.request, key)
        return task.now(do="follow", diagnosis=id), AT_ONCE

    def _known(self, task: Task) -> Task:
        """The task for a program that the service has, with its name and how it was run the last time.

        It is kept before it is asked for: what it makes is the newest diagnosis itself, and whoever asks again has to
        ask for the same.
        """
        sha256 = str(task.source.sha256)
        id = task.source.diagnosis or self.backend.newest(sha256)
        if id is None:
            return task.now(do="rerun", source=Source(name=sha256[:12], sha256=sha256))
        last = self.backend.get(id).document
        source = Source(name=last["model"]["name"], sha256=last["model"]["sha256"])
        return task.now(do="rerun", source=source, request=(last["request"] or {}) | task.request)

    def _rerun(self, task: Task, key: str) -> Step:
        id = self.backend.rerun(str(task.source.sha256), task.source.name, task.request, key)
        return task.now(do="follow", diagnosis=id), AT_ONCE

    def _show(self, task: Task, _key: str) -> Step:
        id = task.source.diagnosis or self.backend.newest(str(task.source.sha256))
        return task.now(do="follow", diagnosis=id) if id else task.now(do="run"), AT_ONCE

    def _follow(self, task: Task, _key: str) -> Step:
        document = self.backend.get(str(task.diagnosis), wait=0 if task.looks else 1).document
        finished = document.get("status") not in ("queued", "running")
        here = task.conversation  # in a thread it is plain who asked; who presses a button need not be the one
        asked_by = None if here.thread or here.replaces else here.user or None
        left = self._say(task, answer(document, public_url=self.public_url, asked_by=asked_by), final=finished)
        if finished:
            return None, AT_ONCE
        return left.now(looks=task.looks + 1), min(FIRST_PAUSE * 1.3 ** min(task.looks, 20), LONGEST_PAUSE)

    def _link(self, task: Task, _key: str) -> Step:
        link = self.backend.upload_link(**task.request)
        said = self._say(task, notices.upload(link, self.public_url, task.request))
        return said.now(do="await", link=link.id), LONGEST_PAUSE

    def _await(self, task: Task, _key: str) -> Step:
        link = self.backend.link(str(task.link))
        if link.diagnosis:
            return task.now(do="follow", diagnosis=link.diagnosis), AT_ONCE
        if link.status == "expired":
            self._say(task, notices.expired())
            return None, AT_ONCE
        return task, LONGEST_PAUSE if link.status == "open" else FIRST_PAUSE

    def _mute(self, task: Task, _key: str) -> Step:
        self.backend.mute(str(task.fingerprint), by=task.by, reason=task.reason)
        return task.now(do="follow"), AT_ONCE

    def _unmute(self, task: Task, _key: str) -> Step:
        with suppress(NotFound):  # it was not muted
            self.backend.unmute(str(task.fingerprint))
        return task.now(do="follow"), AT_ONCE

    def _tell(self, task: Task, _key: str) -> Step:
        self._say(task, notices.refused(task.reason))
        return None, AT_ONCE

    def _say(self, task: Task, message: Message, *, final: bool = True) -> Task:
        return task.now(conversation=self.speaker.say(task.conversation, message, final=final))
