"""What a request says of how a program is run, in the words of Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from whygrad.engine.shapes import ShapeSyntaxError, parse_shapes
from whygrad.request.losses import LOSSES, WAYS
from whygrad_client.errors import NotARequest
from whygrad_client.examples import Description

FUNCTIONAL = "torch.nn.functional"

Inputs = Any
"""A list or tuple of arguments, or the only one: each a tensor, its short form or description, or a plain value."""


class Options(TypedDict, total=False):
    """The rest of a request, as the service documents it; what is left out has the service's default."""

    mode: str
    method: str
    loss: str | dict[str, Any] | Callable[..., Any]
    steps: int
    seed: int
    passes: list[str]
    device: str
    verify: bool
    expect_frozen: list[str]
    ignore: list[str]


def request(inputs: Inputs, options: Mapping[str, Any], target: Any = None) -> tuple[dict[str, Any], list[str]]:
    """The request document, and a sentence for each thing that it does not keep of what is given.

    Raises NotARequest, or NotAnInput where a value cannot be described.
    """
    lost: list[str] = []
    asked = dict(options)
    if inputs is not None:
        asked["inputs"] = [described(value, str(number), lost) for number, value in enumerate(listed(inputs), 1)]
    if "loss" in options or target is not None:
        asked["loss"] = lossed(options.get("loss", "auto"), target, lost)
    return asked, lost


def listed(inputs: Inputs) -> list[Any]:
    """One value for each argument. Raises NotARequest where a string is no short form."""
    if isinstance(inputs, str):
        try:
            return list(parse_shapes(inputs))
        except ShapeSyntaxError as error:
            raise NotARequest(f"inputs {inputs!r}: {error}") from None
    return list(inputs) if isinstance(inputs, list | tuple) else [] if inputs is None else [inputs]


def described(value: Any, name: str, lost: list[str]) -> Any:
    """An input as a request says it; what is not kept of it is added to `lost`.

    Raises NotARequest, or NotAnInput where it cannot be described.
    """
    try:
        description = Description(value, f"input {name}")
    except ShapeSyntaxError as error:
        raise NotARequest(f"input {name}, {value!r}: {error}") from None
    lost += description.lost
    return description.entry


def lossed(loss: Any, target: Any, lost: list[str]) -> Any:
    """A loss, by its name, its function or its description, with its target. Raises as `described`."""
    kind = getattr(loss, "__name__", loss)
    if not isinstance(kind, str | dict) or (callable(loss) and loss.__module__ != FUNCTIONAL):
        own = kind if isinstance(kind, str) else type(loss).__name__
        raise NotARequest(f"a loss is a name or a function of {FUNCTIONAL}, and {own} is neither: {_instead(own)}")
    if target is None:
        return kind
    if kind in WAYS:
        raise NotARequest(
            f"a target goes with a loss of {FUNCTIONAL}, as cross_entropy is one; loss {kind!r} takes none"
        )
    return (kind if isinstance(kind, dict) else {"kind": kind}) | {"target": described(target, "of the loss", lost)}


def _instead(own: str) -> str:
    """What to ask for in the place of an own loss, or of a module such as CrossEntropyLoss."""
    functions = {name.replace("_", "").removesuffix("loss"): name for name in LOSSES}
    function = functions.get(own.lower().replace("bce", "binarycrossentropy").removesuffix("loss"))
    if function:
        return f"ask for its function, loss={function!r}"
    return "call your own loss at the end of the forward, and ask for loss='output'"
