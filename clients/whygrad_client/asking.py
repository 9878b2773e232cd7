"""The request document that the options of `whygrad check` make, checked before a program is sent or run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem
from marshmallow import ValidationError

from whygrad.engine.codes import CODES
from whygrad.engine.passes import PASSES
from whygrad.engine.shapes import EXAMPLE, ShapeSyntaxError, parse_shapes
from whygrad.request import strict_json
from whygrad.request.document import LOSSES, DiagnosisRequest, needs_target
from whygrad.request.faults import faults
from whygrad.request.sizes import refuse_larger
from whygrad_client import configuration

FILE = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True, path_type=Path)

Request = dict[str, Any]
Telling = Callable[[str, str, Request], str]


def codes(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The codes that begin so, or the names, for a shell that completes."""
    found = [CompletionItem(code, help=name) for code, name in CODES.items() if code.startswith(begun.upper())]
    return found or [CompletionItem(name, help=code) for code, name in CODES.items() if name.startswith(begun.lower())]


_OPTIONS = (
    click.option("--input", "shapes", multiple=True, metavar="SHAPE", help=f"One argument of the model: {EXAMPLE}."),
    click.option("--loss", metavar="LOSS", help="auto, output, sum, mean, a function of torch.nn.functional, or JSON."),
    click.option("--target", metavar="SHAPE", help="What the loss compares with: 8:int64[0,10)."),
    click.option("--eval/--train", "evaluate", default=None, help="Run in this mode; the default is train."),
    click.option("--method", metavar="NAME", help="The method to call; the default is forward."),
    click.option("--steps", type=int, metavar="N", help="Training steps to run; the default is 2."),
    click.option("--seed", type=int, metavar="N", help="For the random numbers of inputs; the default is 0."),
    click.option("--passes", multiple=True, metavar="PASS", help=f"Only these of {', '.join(PASSES)}."),
    click.option("--device", metavar="DEVICE", help="auto, cpu or cuda; the default is auto."),
    click.option(
        "--expect-frozen", "frozen", multiple=True, metavar="GLOB", help="Parameters meant to get no gradient."
    ),
    click.option(
        *("--ignore", "ignored"),
        multiple=True,
        metavar="RULE",
        shell_complete=codes,
        help="A rule that is not to count, by its code or name; several with commas.",
    ),
    click.option("--request", "request_file", type=FILE, help="Inputs and options as JSON; - is standard input."),
)


def request_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say how a program is run; it is called with all of them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True)
class Wishes:
    """What the options say; what is None, or empty, they leave to the request file and the defaults."""

    shapes: Sequence[str] = ()
    loss: str | None = None
    target: str | None = None
    evaluate: bool | None = None
    method: str | None = None
    steps: int | None = None
    seed: int | None = None
    passes: Sequence[str] = ()
    device: str | None = None
    frozen: Sequence[str] = ()
    ignored: Sequence[str] = ()
    request_file: Path | None = None
    project: Path | None = None
    typed: frozenset[str] = frozenset()
    """What the command line says itself; all else that is not left out is of the file of the `project`."""

    @classmethod
    def of(cls, context: click.Context) -> Wishes:
        """Those of a command; what a project's file says yields to what the command line says of the same matter."""
        names = {field.name for field in fields(cls)} - {"project", "typed"}
        typed = frozenset(name for name in names if _is_typed(context, name))
        yielding = names - typed if "request_file" in typed else set()
        yielding |= {"target"} - typed if "loss" in typed else set()
        given = {name: context.params[name] for name in names - yielding}
        return cls(**given, project=context.meta.get(configuration.PROJECT), typed=typed)

    def request(self) -> Request:
        """The document, on top of what the request file says. Raises click.UsageError, which names the option."""
        request = {} if self.request_file is None else _document(self.request_file)
        plain = {"method": self.method, "steps": self.steps, "seed": self.seed, "device": self.device}
        request |= {name: value for name, value in plain.items() if value is not None}
        request |= {"inputs": _inputs(self.shapes)} if self.shapes else {}
        request |= {} if self.evaluate is None else {"mode": "eval" if self.evaluate else "train"}
        request |= {} if self.loss is None else {"loss": _loss(self.loss)}
        request |= {} if self.target is None else {"loss": _with_target(request.get("loss"), self.target)}
        lists = {"passes": _split(self.passes), "expect_frozen": list(self.frozen), "ignore": _split(self.ignored)}
        return request | {name: _joined(request.get(name), more) for name, more in lists.items() if more}

    def told(self, pointer: str, message: str, request: Request) -> str:
        """A fault in the words of the command line."""
        if pointer == "/loss" and self.loss in LOSSES:
            message = needs_target(self.loss, "--target {}".format)
        if pointer.startswith("/ignore/"):
            message = f"{message} `whygrad rules` lists them."
        return f"{self._spelt(pointer, request)}: {message}"

    def _spelt(self, pointer: str, request: Request) -> str:
        """The place of a fault: the option where there is one, else the pointer."""
        name, *steps = pointer.lstrip("/").split("/")
        option, given = _SPELT.get(name, ("", "")), self.request_file
        if not option[0] or getattr(self, option[1]) in (None, ()):
            return f"{given}: {pointer}" if given else pointer.lstrip("/") or "the request"
        value = request.get(name)
        entry = value[int(steps[0])] if steps and steps[0].isdecimal() and isinstance(value, list) else value
        said = option[0]
        if self.project and option[1] not in self.typed:
            key = said.removeprefix("--")
            said = f"{configuration.place(self.project, key)}: {key}"
        return f"{said} {entry}" if isinstance(entry, str | int) else said


_SPELT = {
    "inputs": ("--input", "shapes"),
    "loss": ("--loss", "loss"),
    "method": ("--method", "method"),
    "steps": ("--steps", "steps"),
    "seed": ("--seed", "seed"),
    "device": ("--device", "device"),
    "passes": ("--passes", "passes"),
    "expect_frozen": ("--expect-frozen", "frozen"),
    "ignore": ("--ignore", "ignored"),
}


def complete(request: Request, limit: int | None, told: Telling) -> Request:
    """The request with every default filled in; its tensors take at most `limit` bytes, where it is this side's to say.

    Raises click.UsageError, with every fault as it is `told`: from its pointer, its message and the request.
    """
    try:
        loaded = dict(DiagnosisRequest().load(request))
        if limit is not None:
            refuse_larger(loaded, limit)
        return loaded
    except ValidationError as error:
        lines = [told(fault["pointer"], fault["message"], request) for fault in faults(error)]
        raise click.UsageError("\n".join(lines)) from error


def _is_typed(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) in (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


def _joined(given: Any, more: list[str]) -> Any:
    """What the request file lists and the options add; what is no list is left to be refused."""
    if given is None:
        return more
    return [*given, *more] if isinstance(given, list) else given


def _split(texts: Sequence[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",")]


def _inputs(shapes: Sequence[str], option: str = "--input") -> list[Request]:
    try:
        return [entry for shape in shapes for entry in parse_shapes(shape)]
    except ShapeSyntaxError as error:
        raise click.BadParameter(error.message, param_hint=option) from error


def _with_target(loss: Any, target: str) -> Request:
    """A loss of torch.nn.functional with its target."""
    kind = loss.get("kind") if isinstance(loss, Mapping) else loss
    if not kind:
        raise click.UsageError("--target goes with a loss: --loss cross_entropy --target 8:int64[0,10)")
    entries = _inputs([target], "--target")
    if len(entries) != 1:
        raise click.BadParameter("a loss takes one target", param_hint="--target")
    return (dict(loss) if isinstance(loss, Mapping) else {"kind": kind}) | {"target": entries[0]}


def _loss(loss: str) -> Any:
    try:
        return strict_json.parse(loss) if loss.lstrip().startswith("{") else loss
    except strict_json.JsonError as error:
        raise click.BadParameter(str(error), param_hint="--loss") from error


def _document(path: Path) -> Request:
    try:
        with click.open_file(str(path), "rb") as file:
            document = strict_json.parse(file.read())
    except strict_json.JsonError as error:
        raise click.BadParameter(f"{path}: {error}", param_hint="--request") from error
    if not isinstance(document, dict):
        raise click.BadParameter(f"{path} holds no JSON object", param_hint="--request")
    return document
