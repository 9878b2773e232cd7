"""The command line. Data goes to stdout, all else to stderr; 0 is clean, 1 found something, 2 could not judge."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

import whygrad
from whygrad.engine import catalogue
from whygrad.engine.explain import explain
from whygrad.engine.rule import Rule
from whygrad.render.explanation import render_explanation, render_rule, render_rules
from whygrad_client import local, watching
from whygrad_client.checking import INSECURE, check
from whygrad_client.diffing import diff
from whygrad_client.errors import WhygradError
from whygrad_client.watching import CLEAN, FOUND, UNJUDGED

_LONGEST_TEXT = 1_000_000


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(whygrad.__version__, prog_name="whygrad")
def cli() -> None:
    """Why is my gradient missing? A model and its input shapes in; the root cause, the line and the fix out."""


cli.add_command(check)
cli.add_command(diff)


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
    click.echo(render_explanation(explained, **watching.terminal(sys.stdout)), nl=False)
    return CLEAN if explained["recognised"] else UNJUDGED


@cli.command()
@click.argument("code", required=False)
def rules(code: str | None) -> int:
    """List what can be found, or tell all about one CODE (or its name)."""
    known = catalogue.rules()
    wanted = next((rule for rule in known if code and code.lower() in (rule.code.lower(), rule.name)), None)
    if code is None:
        page = render_rules([_summary(rule) for rule in known], color=watching.terminal(sys.stdout)["color"])
    elif wanted is not None:
        page = render_rule(_summary(wanted) | asdict(wanted.documentation), **watching.terminal(sys.stdout))
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
def slack() -> int:
    """Answer in Slack, by Socket Mode where WHYGRAD_SLACK_APP_TOKEN is set; docs/in-slack.md tells how it is set up.

    WHYGRAD_SERVER is the service that it asks, WHYGRAD_DATA the folder where it keeps what it has still to say.
    """
    local.require("slack", ("slack_bolt", "sqlalchemy", "alembic", "environs"), "whygrad slack")
    from whygrad_client.slack import process  # only here: it needs the extra

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
        watching.complain(str(error))
        sys.exit(UNJUDGED)
    except click.Abort:
        watching.complain("interrupted")
        sys.exit(130)


def _summary(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in ("code", "name", "family", "severity", "summary")}


if __name__ == "__main__":
    main()
