"""What a request says of how a program is run, in the words of Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from whygrad.engine.shapes import ShapeSyntaxError, parse_shapes
from whygrad_client.errors import NotARequest

Inputs = str | list[Any]


class Options(TypedDict, total=False):
    """The rest of a request, as the service documents it; what is left out has the service's default."""

    mode: str
    method: str
    loss: str | dict[str, Any]
    steps: int
    seed: int
    passes: list[str]
    device: str
    verify: bool
    expect_frozen: list[str]
    ignore: list[str]


def request(inputs: Inputs | None, options: Mapping[str, Any]) -> dict[str, Any]:
    """The request document. Raises NotARequest where the short form of the inputs is none."""
    try:
        asked = {} if inputs is None else {"inputs": parse_shapes(inputs) if isinstance(inputs, str) else inputs}
    except ShapeSyntaxError as error:
        raise NotARequest(f"inputs {inputs!r}: {error}") from error
    return dict(options) | asked
