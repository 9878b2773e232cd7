"""What is said beside diagnoses: a link to upload by, and what went wrong."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from whygrad.engine.shapes import write_shapes
from whygrad.render.terminal import safe
from whygrad_client.answers import UploadLink
from whygrad_client.slack import blocks, explaining, forms
from whygrad_client.slack.blocks import Message


def upload(link: UploadLink, public_url: str, request: Mapping[str, Any]) -> Message:
    """The one-time link, and the command lines that do the same."""
    url, until = str(link.url), f"{link.expires_at:%H:%M} UTC"
    curl = f"curl -F model=@model.pt {shlex.quote(url)}"
    server = ["--server", public_url] if public_url else []
    check = shlex.join(["whygrad", "check", "model.pt", *_options(request), *server])
    return Message.of(
        "A one-time link to upload a program by",
        blocks.rich(
            blocks.line(
                blocks.link(url, "Upload one program"),
                blocks.word(
                    f" by {until}, in a browser or from a shell; the answer comes here. {_reach(url)}".rstrip()
                ),
            ),
            blocks.code([curl]),
            blocks.line(blocks.word("Or have the answer in your terminal:")),
            blocks.code([check]),
        ),
    )


def _options(request: Mapping[str, Any]) -> list[str]:
    """The options of the command line that say the same as a request."""
    shapes = write_shapes(request.get("inputs") or []) or "1x3x224x224"
    loss, _, target = (forms.write_loss(request.get("loss")) or "").partition(" ")
    told = [*(("--input", entry) for entry in shapes.split("; ")), ("--loss", loss), ("--target", target)]
    return [
        *(word for pair in told if pair[1] for word in pair),
        *(["--eval"] if request.get("mode") == "eval" else []),
    ]


def _reach(url: str) -> str:
    """Who can use a link, where it is not everybody."""
    if urlsplit(url).hostname not in ("127.0.0.1", "::1", "localhost"):
        return ""
    return "It works on the machine of the service alone, as WHYGRAD_PUBLIC_URL is not set there."


def expired() -> Message:
    """Nobody used the link."""
    return _said(f"The upload link is over, and nothing came. {explaining.COMMAND} upload makes another.", "hourglass")


def refused(why: str) -> Message:
    """What was asked for cannot be done."""
    return _said(safe(why, 900), "warning")


def given_up() -> Message:
    """The service does not answer, after many tries."""
    return _said("The service does not answer, so this was given up. Its log tells why; try again later.", "warning")


def _said(text: str, picture: str) -> Message:
    return Message.of(text, blocks.rich(blocks.line(blocks.emoji(picture), blocks.word(f" {text}"))))
