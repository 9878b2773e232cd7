"""What stands in the outbox: what is to be done, and the conversation that hears of it. JSON both ways."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Protocol

RESPONSE_SECONDS = 30 * 60 - 30.0
"""How long Slack takes answers to a `response_url`; a little is kept for the way there."""
RESPONSE_POSTS = 5

Do = Literal["run", "rerun", "show", "follow", "link", "await", "mute", "unmute", "tell"]


class Claim(Protocol):
    """A sender's right to a task."""

    @property
    def key(self) -> str:
        """The same however often the task is tried."""

    @property
    def task(self) -> dict[str, Any]:
        """The task as JSON."""

    @property
    def attempts(self) -> int:
        """How many steps failed since the last one that did not."""


class Outbox(Protocol):
    """Where tasks are kept until they are done; `whygrad.jobs.outbox` keeps them in a database."""

    def put(self, key: str, task: dict[str, Any]) -> bool:
        """Keep a task, due at once; False where one with this key came before."""

    def claim(self, lease_seconds: float) -> Any:
        """A Claim, or None where nothing is due."""

    def keep(self, claim: Any, task: dict[str, Any]) -> bool:
        """Write down what has been done; False where the claim is lost."""

    def renew(self, claim: Any, lease_seconds: float) -> bool:
        """Hold it for another lease; False where the claim is lost."""

    def postpone(self, claim: Any, task: dict[str, Any], seconds: float, *, attempts: int = 0) -> bool:
        """Put it back for so many seconds."""

    def end(self, claim: Any) -> bool:
        """It is done."""

    def wait(self, seconds: float) -> None:
        """Sleep until there may be something to do, at most so long."""


@dataclass(frozen=True)
class Conversation:
    """Where the one message goes, and by which way it went: a `channel`, or the `response_url` of an interaction.

    What is answered by the address `replaces` the message that was interacted with; a command left none. What is
    `whispered` goes by the address alone, and only who did it sees it.
    """

    channel: str
    user: str = ""
    thread: str | None = None
    response_url: str | None = None
    response_posts: int = 0
    since: float = field(default_factory=time.time)
    message: str | None = None
    responded: bool = False
    replaces: bool = False
    whispered: bool = False
    shown: str = ""

    @property
    def may_respond(self) -> bool:
        """Whether the `response_url` still takes an answer."""
        fresh = time.time() - self.since < RESPONSE_SECONDS
        return bool(self.response_url) and self.response_posts < RESPONSE_POSTS and fresh


@dataclass(frozen=True)
class Source:
    """The program: a file in Slack (`file` and its `url`, if it is known), or one that the service has."""

    name: str = ""
    file: str | None = None
    url: str | None = None
    size: int | None = None
    sha256: str | None = None
    diagnosis: str | None = None


@dataclass(frozen=True)
class Task:
    """One thing that somebody asked for, as far as it has come.

    `request` is of the request document what was given, `reason` why a finding is muted, or what is to be told.
    """

    do: Do
    conversation: Conversation
    source: Source = field(default_factory=Source)
    request: dict[str, Any] = field(default_factory=dict)
    diagnosis: str | None = None
    link: str | None = None
    fingerprint: str | None = None
    reason: str = ""
    by: str = ""
    looks: int = 0

    def json(self) -> dict[str, Any]:
        """As it stands in the outbox."""
        return asdict(self)

    @classmethod
    def read(cls, task: Mapping[str, Any]) -> Task:
        """The task of a row."""
        inner = {"conversation": Conversation(**task["conversation"]), "source": Source(**task["source"])}
        return cls(**{**task, **inner})

    def now(self, **changes: Any) -> Task:
        """The task with these fields changed."""
        return replace(self, **changes)
