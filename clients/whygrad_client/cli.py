"""The command line. Data goes to stdout, all else to stderr; 0 is clean, 1 found something, 2 could not judge."""

from __future__ import annotations

import io
import json
import os
import sys
import webbrowser
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import click
from click.shell_completion import get_completion_class

import whygrad
from whygrad.engine import catalogue
from whygrad.engine.explain import explain
from whygrad.engine.rule import Rule
from whygrad.render.explanation import render_explanation, render_rule, render_rules
from whygrad.request.fields import nearest
from whygrad_client import asking, local, watching
from whygrad_client.checking import INSECURE, check, connected
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
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def explain_command(message: str | None, form: str) -> int:
    """Say what an error message, a traceback or a symptom can mean.

    TEXT is quoted, or comes from a pipe.

    \b
    whygrad explain "RuntimeError: mat1 and mat2 shapes cannot be multiplied"
    python train.py 2>&1 | whygrad explain
    whygrad explain "loss is nan after 3 steps"

    Ends with 0 where something in it is known, else 2.
    """
    piped = message == "-" or (message is None and not sys.stdin.isatty())
    given = _end_of(sys.stdin) if piped else message or ""
    if not given.strip():
        raise click.UsageError('nothing to explain; for example whygrad explain "RuntimeError: …"')
    explained = explain(given)
    page = render_explanation(explained, **watching.terminal(sys.stdout))
    watching.tell(page if form == "text" else json.dumps(explained, indent=2) + "\n")
    return CLEAN if explained["recognised"] else UNJUDGED


@cli.command("open")
@click.argument("id")
@click.option("--server", envvar="WHYGRAD_SERVER", metavar="URL", help="Whose id it is [env WHYGRAD_SERVER].")
def open_command(id: str, server: str | None) -> int:
    """Show the diagnosis ID of a service in a browser.

    Where there is no browser to start, its address is printed.
    """
    if not server:
        raise click.UsageError(watching.whose(id))
    with connected(server) as client:
        page = client.page(client.get(id).id or id)
    if not webbrowser.open(page):
        watching.tell(f"{page}\n")
    return CLEAN


@cli.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> int:
    """Print what makes a shell complete commands and codes.

    \b
    In ~/.bashrc:                   eval "$(whygrad completion bash)"
    In ~/.zshrc:                    eval "$(whygrad completion zsh)"
    In ~/.config/fish/config.fish:  whygrad completion fish | source
    """
    kind = get_completion_class(shell)
    assert kind is not None
    watching.tell(kind(cli, {}, "whygrad", "_WHYGRAD_COMPLETE").source() + "\n")
    return CLEAN


@cli.command()
@click.argument("code", required=False, shell_complete=asking.codes)
def rules(code: str | None) -> int:
    """List what can be found, or tell all about one CODE or name."""
    known = catalogue.rules()
    wanted = next((rule for rule in known if code and code.lower() in (rule.code.lower(), rule.name)), None)
    if code is None:
        page = render_rules([_summary(rule) for rule in known], color=watching.terminal(sys.stdout)["color"])
    elif wanted is not None:
        page = render_rule(_summary(wanted) | asdict(wanted.documentation), **watching.terminal(sys.stdout))
    else:
        meant = nearest(code, [name for rule in known for name in (rule.code, rule.name)])
        told = f"did you mean {meant}?" if meant else "`whygrad rules` lists those that there are"
        raise click.UsageError(f"there is no rule {code!r}; {told}")
    watching.tell(page)
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
    """Answer in Slack; docs/in-slack.md tells how it is set up.

    By Socket Mode where WHYGRAD_SLACK_APP_TOKEN is set, else what came in over HTTP is answered from the same database.
    WHYGRAD_SERVER is the service that it asks, WHYGRAD_DATA the folder where it keeps what it has still to say.
    """
    local.require("slack", ("slack_bolt", "sqlalchemy", "alembic", "environs"), "whygrad slack")
    from whygrad_client.slack import process  # only here: it needs the extra

    return process.main()


@cli.command()
def doctor() -> int:
    """Say what confines programs on this machine, and try it.

    Ends with 0 where all that must hold does, else 1.
    """
    confined, lines = local.doctor()
    watching.tell("\n".join([*lines, ""]))
    return CLEAN if confined else FOUND


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point: runs the command and ends the process with its status."""
    _open_closed()
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a log may hold any bytes, and a terminal may not know every letter
    try:
        sys.exit(_ended(arguments))
    except click.ClickException as error:
        with watching.heard(sys.stderr):
            error.show()
        sys.exit(UNJUDGED)
    except (WhygradError, OSError) as error:
        watching.complain(str(error))
        sys.exit(UNJUDGED)
    except click.Abort:
        watching.complain("interrupted")
        sys.exit(130)


def _ended(arguments: Sequence[str] | None) -> int:
    """The status of the command. click ends by itself where whoever reads its help, or its version, has left."""
    try:
        status: int = cli.main(arguments, prog_name="whygrad", standalone_mode=False)
    except SystemExit:
        return CLEAN
    return status


def _open_closed() -> None:
    """Where a stream was closed by whoever started us there is nothing to read, and nobody to write to."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - until the end


def _end_of(stream: TextIO) -> str:
    """The end of a log, which is where an error stands; never more in memory than twice that."""
    text = ""
    while piece := stream.read(_LONGEST_TEXT):
        text = (text + piece)[-_LONGEST_TEXT:]
    return text


def _summary(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in ("code", "name", "family", "severity", "summary")}


if __name__ == "__main__":
    main()
