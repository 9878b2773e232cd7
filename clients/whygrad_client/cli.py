"""The command line. Data goes to stdout, all else to stderr; 0 is clean, 1 found something, 2 could not judge."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import click

import whygrad
from whygrad.engine import catalogue
from whygrad.engine.explain import explain
from whygrad.engine.rule import Rule
from whygrad.engine.shapes import EXAMPLE
from whygrad.render import text
from whygrad.render.explanation import render_explanation, render_rule, render_rules
from whygrad_client import asking, local
from whygrad_client.client import Client
from whygrad_client.errors import WhygradError
from whygrad_client.report import Report

CLEAN, FOUND, UNJUDGED = 0, 1, 2
SEVERITIES = ("error", "warning", "note")
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
INSECURE = "Run programs also on a host that cannot confine them: only such as you trust."
_LONGEST_TEXT = 1_000_000
_LOSS = '{"kind": "cross_entropy", "target": {"shape": [4], "dtype": "int64", "high": 10}}'


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(whygrad.__version__, prog_name="whygrad")
def cli() -> None:
    """Why is my gradient missing? A model and its input shapes in; the root cause, the line and the fix out."""


@cli.command()
@click.argument("model", type=FILE)
@click.option("--input", "shapes", multiple=True, metavar="SHAPE", help=f"One argument of the model: {EXAMPLE}.")
@click.option("--loss", metavar="LOSS", help=f"auto, output, sum, mean, or an object: {_LOSS}.")
@click.option("--eval", "evaluate", is_flag=True, help="Run in eval mode; the default is train.")
@click.option("--request", "request_file", type=click.File("rb"), help="All inputs and options as JSON; see README.")
@click.option("--server", envvar="WHYGRAD_SERVER", metavar="URL", help="The service [env WHYGRAD_SERVER]; else here.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write the result there."
)
@click.option(
    "--fail-on", type=click.Choice([*SEVERITIES, "never"]), default="error", show_default=True, help="What counts."
)
@click.option("--insecure-no-sandbox", "insecure", is_flag=True, envvar="WHYGRAD_INSECURE_NO_SANDBOX", help=INSECURE)
def check(
    model: Path,
    shapes: tuple[str, ...],
    loss: str | None,
    evaluate: bool,
    request_file: BinaryIO | None,
    server: str | None,
    form: str,
    output: Path | None,
    fail_on: str,
    insecure: bool,
) -> int:
    """Diagnose MODEL, a TorchScript file.

    Ends with 0 where nothing was found, 1 where something at or above --fail-on was, 2 where it could not be judged.
    """
    report = _diagnose(model, asking.asked(request_file, shapes, loss, evaluate), server, insecure)
    _write(report, form, output)
    return _status(report, fail_on)


@cli.command("explain")
@click.argument("message", metavar="[TEXT]", required=False)
def explain_command(message: str | None) -> int:
    """Say what an error message or a traceback can mean.

    TEXT is quoted, or comes from a pipe: python train.py 2>&1 | whygrad explain
    Ends with 2 where nothing in it is known.
    """
    piped = message == "-" or (message is None and not sys.stdin.isatty())
    given = sys.stdin.read(_LONGEST_TEXT) if piped else message or ""
    if not given.strip():
        raise click.UsageError('nothing to explain; for example whygrad explain "RuntimeError: …"')
    explained = explain(given)
    click.echo(render_explanation(explained, **_terminal(sys.stdout)), nl=False)
    return CLEAN if explained["recognised"] else UNJUDGED


@cli.command()
@click.argument("code", required=False)
def rules(code: str | None) -> int:
    """List what can be found, or tell all about one CODE (or its name)."""
    known = catalogue.rules()
    wanted = next((rule for rule in known if code and code.lower() in (rule.code.lower(), rule.name)), None)
    if code is None:
        page = render_rules([_summary(rule) for rule in known], color=_terminal(sys.stdout)["color"])
    elif wanted is not None:
        page = render_rule(_summary(wanted) | asdict(wanted.documentation), **_terminal(sys.stdout))
    else:
        raise click.UsageError(f"there is no rule {code!r}; `whygrad rules` lists those that there are")
    click.echo(page, nl=False)
    return CLEAN


@cli.command()
@click.option("--bind", metavar="HOST:PORT", help="Where to listen; port 0 takes a free one.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The folder for all that is kept.")
@click.option("--insecure-no-sandbox", "insecure", is_flag=True, help=INSECURE)
def serve(bind: str | None, data: Path | None, insecure: bool) -> int:
    """Run the whole service on this machine."""
    local.require("service", ("flask", "gunicorn", "gevent", "sqlalchemy", "environs", "torch"), "whygrad serve")
    from whygrad import serve as service  # only here: it needs the extra

    options = [*(["--bind", bind] if bind else []), *(["--data", str(data)] if data else [])]
    options += ["--insecure-no-sandbox"] if insecure else []
    return service.main(options)


@cli.command()
def worker() -> int:
    """Run one worker of a service; WHYGRAD_… variables say which."""
    local.require("worker", ("sqlalchemy", "environs", "torch"), "whygrad worker")
    from whygrad.jobs import worker as process  # only here: it needs the extra

    return process.main()


@cli.command()
def doctor() -> int:
    """Say what confines a program on this machine, and try it; ends with 0 where all that must hold does, else 1."""
    confined, lines = local.doctor()
    click.echo("\n".join(lines))
    return CLEAN if confined else FOUND


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point: runs the command and ends the process with its status."""
    try:
        sys.exit(cli.main(arguments, prog_name="whygrad", standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(UNJUDGED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on; nor shall the flush at exit
        sys.exit(UNJUDGED)
    except (WhygradError, OSError) as error:
        _complain(str(error))
        sys.exit(UNJUDGED)
    except click.Abort:
        _complain("interrupted")
        sys.exit(130)


def _diagnose(model: Path, request: dict[str, Any], server: str | None, insecure: bool) -> Report:
    complete = asking.complete(request, None if server else local.MEMORY_BYTES)
    if not server:
        return local.diagnose(model, complete, insecure=insecure)
    try:
        client = Client(server)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with client:
        return client.diagnose(model, **request)


def _write(report: Report, form: str, output: Path | None) -> None:
    settings = {"color": False, "width": 80} if output else _terminal(sys.stdout)
    page = json.dumps(report.document, indent=2) + "\n" if form == "json" else text.render(report.document, **settings)
    if output:
        try:
            output.write_text(page, encoding="utf-8")
        except OSError as error:
            raise click.BadParameter(f"cannot write {output}: {error.strerror}", param_hint="--output") from error
    else:
        click.echo(page, nl=False)


def _status(report: Report, fail_on: str) -> int:
    if report.document.get("status", "done") != "done" or report.verdict in (None, "undetermined"):
        return UNJUDGED
    if _never_begun(report):
        return UNJUDGED
    counted = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on in SEVERITIES else ()
    return FOUND if any(finding.get("severity") in counted for finding in report.findings) else CLEAN


def _never_begun(report: Report) -> bool:
    """Whether nothing ran because of what was sent: `--input` forgotten, or one too many."""
    ran = any(done.get("ran") for done in report.document.get("passes") or ())
    return not ran and {finding.get("code") for finding in report.findings} == {"TYP804"}


def _summary(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in ("code", "name", "family", "severity", "summary")}


def _terminal(stream: Any) -> dict[str, Any]:
    """Colours and width where somebody is watching."""
    watched = stream.isatty()
    return {
        "color": watched and not os.environ.get("NO_COLOR"),
        "width": min(shutil.get_terminal_size().columns, 100) if watched else 80,
    }


def _complain(problem: str) -> None:
    click.echo(f"whygrad: {problem}", err=True)


if __name__ == "__main__":
    main()
