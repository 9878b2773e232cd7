"""What Slack sends, as far as it is read here, with its types.

So what Slack never sends, or what a button of an older version holds, is told apart from a fault of ours: each of these
is read by `read`, which raises MisreadError.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from whygrad_client.reading import MisreadError, Told, read


@dataclass(frozen=True, kw_only=True)
class User(Told):
    """Who did it."""

    id: str
    name: str = ""
    username: str = ""

    @property
    def called(self) -> str:
        """The name that people know."""
        return (self.name or self.username or self.id)[:80]


@dataclass(frozen=True, kw_only=True)
class Channel(Told):
    """A conversation."""

    id: str


@dataclass(frozen=True, kw_only=True)
class File(Told):
    """A file; of one that is deleted, or too old for the plan of the workspace, only little is told."""

    id: str | None = None
    name: str | None = None
    size: int | None = None
    mode: str | None = None
    url_private: str | None = None
    url_private_download: str | None = None


@dataclass(frozen=True, kw_only=True)
class Posted(Told):
    """A message that stands in a conversation."""

    ts: str | None = None
    thread_ts: str | None = None
    files: tuple[File, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Container(Told):
    """What a button stands on."""

    channel_id: str | None = None
    message_ts: str | None = None
    is_ephemeral: bool = False


@dataclass(frozen=True, kw_only=True)
class Typed(Told):
    """A command."""

    channel_id: str
    user_id: str
    trigger_id: str
    text: str = ""
    response_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Interaction(Told):
    """Something that was done to a message."""

    user: User
    trigger_id: str
    channel: Channel | None = None
    container: Container = Container()
    response_url: str | None = None

    @property
    def where(self) -> str:
        """The conversation of the message. Raises MisreadError."""
        place = self.channel.id if self.channel else self.container.channel_id
        if not place:
            raise MisreadError("the object has no channel")
        return place


@dataclass(frozen=True, kw_only=True)
class Shortcut(Interaction):
    """A shortcut on a message."""

    message: Posted


@dataclass(frozen=True, kw_only=True)
class Action(Told):
    """A button, with what it holds."""

    value: str


@dataclass(frozen=True, kw_only=True)
class Press(Interaction):
    """A button was pressed."""

    actions: tuple[Action, ...]
    message: Posted = Posted()

    @property
    def on(self) -> str | None:
        """The message that it stands on."""
        return self.container.message_ts or self.message.ts

    @property
    def held(self) -> dict[str, Any]:
        """What the button holds. Raises MisreadError."""
        return unpacked(self.actions[0].value)


@dataclass(frozen=True, kw_only=True)
class Known(Told):
    """What a button holds of a diagnosis."""

    id: str
    shapes: str | None = None
    mode: str | None = None
    loss: str | None = None


@dataclass(frozen=True, kw_only=True)
class KnownFinding(Told):
    """What a button holds of a finding."""

    id: str
    fingerprint: str
    title: str = "this finding"


@dataclass(frozen=True, kw_only=True)
class State(Told):
    """What somebody filled in: by the block, and in it by the field."""

    values: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True)
class Option(Told):
    """One of several."""

    value: str


@dataclass(frozen=True, kw_only=True)
class Filled(Told):
    """A field of a form as somebody filled it in."""

    value: str | None = None
    selected_option: Option | None = None
    files: tuple[File, ...] = ()


@dataclass(frozen=True, kw_only=True)
class View(Told):
    """A form."""

    id: str
    private_metadata: str
    state: State = State()

    def filled(self, name: str) -> Filled:
        """One of its fields. Raises MisreadError."""
        block = self.state.values.get(name) or {}
        return read(Filled, block.get(name) or {} if isinstance(block, dict) else block, f"state/values/{name}")


@dataclass(frozen=True, kw_only=True)
class Submission(Told):
    """A form was sent."""

    user: User
    view: View


def unpacked(text: str) -> dict[str, Any]:
    """What a button or a form was given to hold. Raises MisreadError."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MisreadError("what is held is no JSON") from error
    if not isinstance(held, dict):
        raise MisreadError("what is held is no JSON object")
    return held
