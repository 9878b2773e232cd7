"""The command `whygrad check`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from whygrad.render import counting, formats
from whygrad_client import asking, baseline, configuration, defaults, freezing, local
from whygrad_client.asking import FILE
from whygrad_client.client import Client
from whygrad_client.configuration import Project
from whygrad_client.errors import (
    ConnectionFailed,
    Forbidden,
    Invalid,
    Misconfigured,
    NotAService,
    TimedOut,
    Unauthorized,
    WhygradError,
)
from whygrad_client.report import Report
from whygrad_client.sources import Sources
from whygrad_client.watching import CLEAN, FAIL_ON, FOUND, UNJUDGED, Watch, complain, tell, terminal
from whygrad_client.wishes import Request, Wishes, complete

INSECURE = "Run programs also on a host that cannot confine them: only such as you trust."
LONGER = "--timeout SECONDS gives it longer"
_MODEL = click.Path(allow_dash=True, path_type=Path)
_HERE = "without --server and WHYGRAD_SERVER this machine judges"
_STDIN = Path("-")
_HOPELESS = (ConnectionFailed, NotAService, Unauthorized, Forbidden)
"""What goes wrong with one program in this way does so with the next."""

Document = dict[str, Any]
Diagnose = Callable[["Program", Watch], Report]


@dataclass(frozen=True)
class Program:
    """A file to be diagnosed, what is wished for it, and the request that is made of that, with all its defaults."""

    model: Path
    wishes: Wishes
    request: Request


def _seconds(_context: click.Context, _parameter: click.Parameter, given: str | None) -> float | None:
    try:
        return None if given is None else local.parse_seconds(given)
    except ValueError as error:
        raise click.BadParameter(f"{given}: {error}") from error


@click.command()
@click.argument("models", metavar="[MODEL…]", nargs=-1, type=_MODEL)
@asking.request_options
@click.option("--server", envvar="WHYGRAD_SERVER", metavar="URL", help="The service [env WHYGRAD_SERVER]; else here.")
@click.option(
    "--format",
    "form",
    type=click.Choice(formats.FORMATS),
    default="text",
    show_default=True,
    help="How the result is written.",
)
@click.option(
    "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write the result there."
)
@click.option(
    "--timeout",
    callback=_seconds,
    metavar="SECONDS",
    help=f"How long a program may take: here {local.SECONDS:.0f} [env {local.JOB_SECONDS}], "
    f"in a service {defaults.SERVER_SECONDS:.0f}, its queue included.",
)
@FAIL_ON
@click.option("--baseline", "before", type=FILE, help="What --format json wrote before: only what is new counts.")
@click.option("-q", "--quiet", is_flag=True, help="No progress, and no page where nothing counts.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    is_eager=True,
    expose_value=False,
    callback=configuration.apply,
    help="Options of the project; else the nearest whygrad.toml, or pyproject.toml with [tool.whygrad].",
)
@click.option("--insecure-no-sandbox", "insecure", is_flag=True, envvar="WHYGRAD_INSECURE_NO_SANDBOX", help=INSECURE)
@click.pass_context
def check(
    context: click.Context,
    /,
    models: tuple[Path, ...],
    server: str | None,
    form: str,
    output: Path | None,
    timeout: float | None,
    fail_on: str,
    before: Path | None,
    quiet: bool,
    insecure: bool,
    **_wishes: Any,
) -> int:
    """Diagnose each MODEL, a TorchScript file or a .pt2; - is standard input. Without any, those of the project's file.

    \b
    whygrad check model.pt --input 1x3x224x224
    whygrad check model.pt --input 8x3x224x224 --loss cross_entropy --target "8:int64[0,10)"

    Ends with 0 where nothing counts, 1 where something at or above --fail-on does, 2 where it could not be judged.
    """
    project: Project | None = context.meta.get(configuration.PROJECT)
    if not models and not (project and project.models):
        context.fail("no MODEL is given, and no table of a project's file names one")
    _require_readable([*models, context.params["request_file"]])
    programs = list(_programs(context, models, project, server))
    known = baseline.read(before) if before else None
    if output:
        _empty(output, [before, *(file for p in programs for file in (p.model, p.wishes.request_file))])
    with _engine(server, insecure, timeout) as diagnose:
        sources = Sources(Path.cwd(), here=Path.cwd() if form == "text" else None)
        documents = list(_documents(programs, diagnose, sources, known, quiet=quiet))
    missing = list(project.unmatched()) if project and not models else []
    for remark in (*missing, *freezing.unmatched(documents)):
        complain(remark)
    shown = [d for d in documents if not (quiet and form == "text") or _status([d], fail_on)]
    if shown:
        look = {} if output else terminal(sys.stdout)
        _write(formats.render(form, shown, fail_on=fail_on, listed=len(programs) > 1, **look), output)
    return UNJUDGED if missing or len(documents) < len(programs) else _status(documents, fail_on)


def _programs(
    context: click.Context, models: Sequence[Path], project: Project | None, server: str | None
) -> Iterator[Program]:
    """What is to be diagnosed, and how. Raises NotARequest, or what is wrong with the file of the project."""
    limit = None if server else local.MEMORY_BYTES
    typed = asking.typed(context)
    for model in models or (project.programs() if project else []):
        wishes = Wishes(typed, *(project.said(model) if project else ()))
        yield Program(model, wishes, complete(wishes.request(), limit, wishes.told))


@contextmanager
def _engine(server: str | None, insecure: bool, timeout: float | None) -> Iterator[Diagnose]:
    """What diagnoses a program: the service, or this machine."""
    if not server:
        with local.engine(insecure=insecure, seconds=timeout) as examine:
            yield lambda program, watch: _examined(examine, program, watch)
        return
    with connected(server) as client:
        yield lambda program, watch: _sent(client, program, watch, timeout or defaults.SERVER_SECONDS)


@contextmanager
def connected(server: str) -> Iterator[Client]:
    """The service of an option. Raises click.UsageError where that is no address."""
    try:
        client = Client(server)
    except Misconfigured as error:
        raise click.UsageError(str(error)) from error
    with client:
        yield client


def _examined(examine: local.Examine, program: Program, watch: Watch) -> Report:
    watch.say("is examined")
    report = examine(program.model, program.request)
    if any(finding.code == "RUN001" for finding in report.findings):
        watch.complain(LONGER)
    return report


def _sent(client: Client, program: Program, watch: Watch, seconds: float) -> Report:
    """The diagnosis of a service, which tells what it refuses in the words of whoever said it."""
    try:
        return client.diagnose(
            program.model, progress=watch.sent, watch=watch.asked, seconds=seconds, **program.wishes.request()
        )
    except TimedOut as error:
        raise TimedOut(f"{error}; {LONGER}") from error
    except Invalid as error:
        faults = [(str(e.get("pointer")).removeprefix("/request"), str(e.get("message"))) for e in error.errors]
        told = program.wishes.told
        lines = [message if at == "/model" else told(at, message, program.request) for at, message in faults]
        raise WhygradError("\n".join(lines) or str(error)) from error


def _documents(
    programs: Sequence[Program], diagnose: Diagnose, sources: Sources, known: frozenset[str] | None, *, quiet: bool
) -> Iterator[Document]:
    """The diagnosis of each program; where there is none for one, that is said, and the next is tried."""
    for program in programs:
        model = program.model
        try:
            with Watch(model.name, quiet=quiet) as watch:
                document = _diagnosed(program, diagnose, watch)
        except (WhygradError, OSError) as error:
            if isinstance(error, _HOPELESS):
                complain(f"{error}; {_HERE}" if isinstance(error, ConnectionFailed) else str(error))
                return
            complain(f"{model}: {error}")
            continue
        located = sources.located(document, None if model == _STDIN else model)
        yield located if known is None else baseline.marked(located, known)


def _diagnosed(program: Program, diagnose: Diagnose, watch: Watch) -> Document:
    with ExitStack() as stack:
        if program.model == _STDIN:
            program = replace(program, model=Path(stack.enter_context(TemporaryDirectory()), "stdin"))
            with program.model.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        _require_file(program.model)
        return diagnose(program, watch).document


def _require_file(model: Path) -> None:
    if not model.exists():
        raise WhygradError("there is no such file")
    if model.is_dir():
        raise WhygradError("is a folder, and a program is a file")
    if not model.stat().st_size:
        raise WhygradError("the file is empty")


def _require_readable(given: Sequence[Path | None]) -> None:
    if given.count(_STDIN) > 1:
        raise click.UsageError("standard input can be read only once")


def _empty(output: Path, read: Sequence[Path | None]) -> None:
    """Let it never tell of an earlier run; that it cannot be written is told before the programs are run."""
    if any(path and path.exists() and output.exists() and output.samefile(path) for path in read):
        raise click.BadParameter(f"{output} is read as well: write the result elsewhere", param_hint="--output")
    _write("", output)


def _write(page: str, output: Path | None) -> None:
    if output is None:
        tell(page)
        return
    try:
        output.write_text(page, encoding="utf-8")
    except OSError as error:
        raise click.BadParameter(f"cannot write {output}: {error.strerror}", param_hint="--output") from error


def _status(documents: Sequence[Document], fail_on: str) -> int:
    if not all(map(counting.judged, documents)):
        return UNJUDGED
    return FOUND if any(counting.counted(document, fail_on) for document in documents) else CLEAN
