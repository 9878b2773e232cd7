"""The command `whygrad check`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import click

from whygrad.engine.shapes import EXAMPLE
from whygrad.render import counting, formats
from whygrad_client import asking, baseline, local
from whygrad_client.client import Client
from whygrad_client.errors import ProblemError
from whygrad_client.report import Report
from whygrad_client.sources import Sources
from whygrad_client.watching import CLEAN, FOUND, UNJUDGED, complain, terminal

FILE = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True, path_type=Path)
INSECURE = "Run programs also on a host that cannot confine them: only such as you trust."
_STDIN = Path("-")

Document = dict[str, Any]
Diagnose = Callable[[Path], Report]


@click.command()
@click.argument("models", metavar="MODEL…", nargs=-1, required=True, type=FILE)
@click.option("--input", "shapes", multiple=True, metavar="SHAPE", help=f"One argument of the model: {EXAMPLE}.")
@click.option("--loss", metavar="LOSS", help="auto, output, sum, mean, a function of torch.nn.functional, or JSON.")
@click.option("--target", metavar="SHAPE", help="What the loss compares with: 8:int64[0,10).")
@click.option("--eval", "evaluate", is_flag=True, help="Run in eval mode; the default is train.")
@click.option("--request", "request_file", type=click.File("rb"), help="All inputs and options as JSON; see README.")
@click.option(
    "--ignore", "ignored", multiple=True, metavar="CODE", help="A code, or several with commas, to leave out."
)
@click.option("--server", envvar="WHYGRAD_SERVER", metavar="URL", help="The service [env WHYGRAD_SERVER]; else here.")
@click.option("--format", "form", type=click.Choice(formats.FORMATS), default="text", show_default=True)
@click.option(
    "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write the result there."
)
@click.option(
    "--fail-on",
    type=click.Choice([*counting.SEVERITIES, counting.NEVER]),
    default="error",
    show_default=True,
    help="What counts.",
)
@click.option("--baseline", "before", type=FILE, help="What --format json wrote before: only what is new counts.")
@click.option("--insecure-no-sandbox", "insecure", is_flag=True, envvar="WHYGRAD_INSECURE_NO_SANDBOX", help=INSECURE)
def check(
    models: tuple[Path, ...],
    shapes: tuple[str, ...],
    loss: str | None,
    target: str | None,
    evaluate: bool,
    request_file: BinaryIO | None,
    ignored: tuple[str, ...],
    server: str | None,
    form: str,
    output: Path | None,
    fail_on: str,
    before: Path | None,
    insecure: bool,
) -> int:
    """Diagnose each MODEL, a TorchScript file; - is standard input.

    Ends with 0 where nothing was found, 1 where something at or above --fail-on was, 2 where it could not be judged.
    """
    request = asking.asked(request_file, shapes, loss, target, evaluate, ignored)
    known = baseline.read(before) if before else None
    with _engine(request, server, insecure) as diagnose:
        documents = list(_documents(models, diagnose, known))
    if documents:
        _write(formats.render(form, documents, fail_on=fail_on, **_look(output)), output)
    return UNJUDGED if len(documents) < len(models) else _status(documents, fail_on)


@contextmanager
def _engine(request: Document, server: str | None, insecure: bool) -> Iterator[Diagnose]:
    """What diagnoses a file: the service, or this machine."""
    complete = asking.complete(request, None if server else local.MEMORY_BYTES)
    if not server:
        with local.engine(insecure=insecure) as examine:
            yield lambda model: examine(model, complete)
        return
    try:
        client = Client(server)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with client:
        yield lambda model: client.diagnose(model, **request)


def _documents(models: Sequence[Path], diagnose: Diagnose, known: frozenset[str] | None) -> Iterator[Document]:
    """The diagnosis of each program; where the service refuses one, that is said, and the next is tried."""
    sources = Sources(Path.cwd())
    for model in models:
        try:
            document = _diagnosed(model, diagnose)
        except ProblemError as error:
            complain(f"{model}: {error}" if len(models) > 1 else str(error))
            continue
        located = sources.located(document, None if model == _STDIN else model)
        yield located if known is None else baseline.marked(located, known)


def _diagnosed(model: Path, diagnose: Diagnose) -> Document:
    with ExitStack() as stack:
        if model == _STDIN:
            model = Path(stack.enter_context(TemporaryDirectory()), "stdin")
            with model.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        return diagnose(model).document


def _look(output: Path | None) -> dict[str, Any]:
    return {} if output else terminal(sys.stdout)


def _write(page: str, output: Path | None) -> None:
    if output is None:
        click.echo(page, nl=False)
        return
    try:
        output.write_text(page, encoding="utf-8")
    except OSError as error:
        raise click.BadParameter(f"cannot write {output}: {error.strerror}", param_hint="--output") from error


def _status(documents: Sequence[Document], fail_on: str) -> int:
    if not all(map(counting.judged, documents)):
        return UNJUDGED
    return FOUND if any(counting.counted(document, fail_on) for document in documents) else CLEAN
