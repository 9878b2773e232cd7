"""What is wrong with a request, as a list of places and as a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from marshmallow import ValidationError

LONGEST_MESSAGE = 500
MOST_FAULTS = 100

Fault = dict[str, str]


def faults(error: ValidationError) -> list[Fault]:
    """Each fault with the JSON `pointer` of its place and its `message`."""
    return list(_flat(error.messages, ""))


def sentence(found: Sequence[Fault]) -> str:
    """The first fault, and how many more there are."""
    first = f"{found[0]['pointer']}: {found[0]['message']}" if found[0]["pointer"] else found[0]["message"]
    return first if len(found) == 1 else f"{first} And {len(found) - 1} more, see errors."


def _flat(messages: Any, pointer: str) -> Iterator[Fault]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            step = "" if key == "_schema" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            yield from _flat(inner, pointer + step)
    elif isinstance(messages, list):
        for message in messages:
            yield from _flat(message, pointer)
    else:
        yield {"pointer": pointer[:LONGEST_MESSAGE], "message": str(messages)[:LONGEST_MESSAGE]}
