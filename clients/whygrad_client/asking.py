"""The options of the command line that say how a program is run, what a shell completes of them, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from whygrad.engine.codes import CODES
from whygrad.engine.passes import PASSES
from whygrad.engine.shapes import EXAMPLE
from whygrad.request.losses import LOSSES, WAYS
from whygrad_client.wishes import NAMES, Said

FILE = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True, path_type=Path)

Completion = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def codes(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The codes that begin so, or the names, for a shell that completes."""
    found = [CompletionItem(code, help=name) for code, name in CODES.items() if code.startswith(begun.upper())]
    return found or [CompletionItem(name, help=code) for code, name in CODES.items() if name.startswith(begun.lower())]


def _one_of(names: Iterable[str]) -> Completion:
    """Completes one of the names."""
    return lambda _context, _parameter, begun: [CompletionItem(name) for name in names if name.startswith(begun)]


def _listed(complete: Completion) -> Completion:
    """Completes the last of several with commas between them."""

    def last(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        before, comma, word = begun.rpartition(",")
        return [CompletionItem(before + comma + i.value, help=i.help) for i in complete(context, parameter, word)]

    return last


_OPTIONS = (
    click.option("--input", "shapes", multiple=True, metavar="SHAPE", help=f"One argument of the model: {EXAMPLE}."),
    click.option(
        "--loss",
        metavar="LOSS",
        shell_complete=_one_of((*WAYS, *LOSSES)),
        help="auto, output, sum, mean, a function of torch.nn.functional, or JSON.",
    ),
    click.option("--target", metavar="SHAPE", help="What the loss compares with: 8:int64[0,10)."),
    click.option("--eval/--train", "evaluate", default=None, help="Run in this mode; the default is train."),
    click.option("--method", metavar="NAME", help="The method to call; the default is forward."),
    click.option("--steps", type=int, metavar="N", help="Training steps to run; the default is 2."),
    click.option("--seed", type=int, metavar="N", help="For the random numbers of inputs; the default is 0."),
    click.option(
        "--passes",
        multiple=True,
        metavar="PASS",
        shell_complete=_listed(_one_of(PASSES)),
        help=f"Only these of {', '.join(PASSES)}.",
    ),
    click.option(
        "--device",
        metavar="DEVICE",
        shell_complete=_one_of(("auto", "cpu", "cuda")),
        help="auto, cpu or cuda; the default is auto.",
    ),
    click.option(
        "--expect-frozen", "frozen", multiple=True, metavar="GLOB", help="Parameters meant to get no gradient."
    ),
    click.option(
        *("--ignore", "ignored"),
        multiple=True,
        metavar="RULE",
        shell_complete=_listed(codes),
        help="A rule that is not to count, by its code or name; several with commas.",
    ),
    click.option("--request", "request_file", type=FILE, help="Inputs and options as JSON; - is standard input."),
)


def request_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say how a program is run; it is called with all of them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def typed(context: click.Context) -> Said:
    """What the command line itself says of how a program is run."""
    named = {option.removeprefix("--"): p.name or "" for p in context.command.params for option in p.opts}
    given = {name: named[name] for name in NAMES}
    typed = ParameterSource.COMMANDLINE
    return Said({n: context.params[p] for n, p in given.items() if context.get_parameter_source(p) is typed})
