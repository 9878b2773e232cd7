"""In a test: the gradients of a model arrive, or the failure says why they do not."""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from whygrad.render import counting, phrases, text
from whygrad.render.parameters import shorten
from whygrad.render.terminal import safe
from whygrad_client import defaults, freezing, live
from whygrad_client.errors import NotARequest, WhygradError

if TYPE_CHECKING:
    from whygrad_client.capture import Module
    from whygrad_client.report import Report

_WIDTH = 72  # pytest sets eight columns before a failure


class GradientWarning(UserWarning):
    """Something was found that the assertion lets pass."""


def assert_gradients_flow(
    model: Module | str | os.PathLike[str],
    inputs: Any = None,
    *,
    frozen: Sequence[str] = (),
    fail_on: str | None = None,
    **options: Any,
) -> Report:
    """Fail with the diagnosis where a parameter of `model` gets no usable gradient; else give the report.

    `frozen` are globs of the parameters that are to get no gradient. One among them that gets a gradient fails, and so
    does one that is frozen and not among them, unless PAR201, which tells of it, is ignored or muted. `fail_on` is the
    least severity that fails: `error`, `warning` (the default), `note` or `never`; a fault below it is a
    GradientWarning. `inputs` and the other options are those of `diagnose`.

    Raises AssertionError, and WhygradError where nothing could be judged for another reason than the model.
    """
    __tracebackhide__ = True
    try:
        report, wrong = _judged(model, inputs, frozen, fail_on or defaults.current().fail_on, options)
    except WhygradError as error:
        raise error.with_traceback(None) from None
    if wrong:
        raise AssertionError("\n".join(wrong))
    if report.verdict != "healthy":
        warnings.warn(report.headline, GradientWarning, stacklevel=2)
    return report


class Whygrad:
    """What the fixture `whygrad` offers."""

    assert_gradients_flow = staticmethod(assert_gradients_flow)
    diagnose = staticmethod(live.diagnose)


def _judged(
    model: Any, inputs: Any, frozen: Sequence[str], fail_on: str, options: dict[str, Any]
) -> tuple[Report, list[str]]:
    """The report, and what fails the assertion in lines; none where it holds."""
    severities = (*counting.SEVERITIES, counting.NEVER)
    if fail_on not in severities:
        raise NotARequest(f"fail_on is one of {', '.join(severities)}, not {fail_on!r}")
    try:
        inspect.signature(live.diagnose).bind(model, inputs, frozen=frozen, **options)
    except TypeError as error:
        raise NotARequest(f"assert_gradients_flow {error}") from None
    report = live.diagnose(model, inputs, frozen=frozen, **options)
    document = report.document
    meant = document["request"]["expect_frozen"]
    misfrozen = list(_misfrozen(document, meant)) if fail_on != counting.NEVER else []
    unjudged = fail_on != counting.NEVER and not counting.judged(document)
    if misfrozen or unjudged or counting.counted(document, fail_on):
        return report, [*misfrozen, *([""] if misfrozen else []), text.render(document, width=_WIDTH)]
    return report, []


def _misfrozen(document: dict[str, Any], frozen: Sequence[str]) -> Iterator[str]:
    """What is frozen and should not be, and the other way round."""
    states = {p["name"]: p.get("gradient") for p in document.get("parameters") or []}
    meant = {name for name in states if any(fnmatchcase(name, glob) for glob in frozen)}
    passed = meant | _passed(document)
    stuck = [name for name, state in states.items() if state == "frozen" and name not in passed]
    moving = [name for name, state in states.items() if state == "ok" and name in meant]
    if stuck:
        yield f"frozen, and not named in frozen={list(frozen)}: {_shown(stuck, document)}"
    if moving:
        yield f"named in frozen={list(frozen)}, and yet trained: {_shown(moving, document)}"
    yield from freezing.unmatched([document])


def _passed(document: dict[str, Any]) -> set[str]:
    """The parameters of what is ignored or muted."""
    muted = [finding for finding in document.get("findings") or [] if not phrases.news(finding)]
    return {name for f in [*muted, *(document.get("ignored") or [])] for name in f.get("parameters") or []}


def _shown(names: Sequence[str], document: dict[str, Any]) -> str:
    every = [safe(parameter["name"], 120) for parameter in document["parameters"]]
    return shorten([safe(name, 120) for name in names], every, document.get("parameters_total"))
