"""The command `whygrad diff`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

from whygrad.render import differences
from whygrad.render.comparison import compare
from whygrad.request import strict_json
from whygrad_client.checking import connected
from whygrad_client.errors import NotADiagnosis
from whygrad_client.report import Report
from whygrad_client.watching import CLEAN, FAIL_ON, FOUND, UNJUDGED, terminal

_ID = re.compile("[0-9a-f]{32}")

Document = dict[str, Any]


@click.command()
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option("--server", envvar="WHYGRAD_SERVER", metavar="URL", help="Whose ids they are [env WHYGRAD_SERVER].")
@click.option("--format", "form", type=click.Choice(differences.FORMATS), default="text", show_default=True)
@FAIL_ON
def diff(before: str, after: str, server: str | None, form: str, fail_on: str) -> int:
    """Tell what is new, fixed and still there between two diagnoses: files of --format json, or ids of a service.

    Ends with 0 where nothing new counts, 1 where something new at or above --fail-on is there, 2 where one of the two
    could not be judged.
    """
    compared = compare(_diagnosis(before, server), _diagnosis(after, server))
    click.echo(differences.render(form, compared, **terminal(sys.stdout)), nl=False)
    if not compared.judged:
        return UNJUDGED
    return FOUND if compared.counted(fail_on) else CLEAN


def _diagnosis(named: str, server: str | None) -> Document:
    """What a file holds, or what the service answers for an id."""
    if Path(named).exists():
        return _read(Path(named))
    if not _ID.fullmatch(named):
        raise click.UsageError(f"{named} is neither a file nor the id of a diagnosis")
    if not server:
        raise click.UsageError(f"whose diagnosis is {named}? Say --server URL, or WHYGRAD_SERVER")
    with connected(server) as client:
        return client.get(named).document


def _read(path: Path) -> Document:
    try:
        document = strict_json.parse(path.read_bytes())
    except strict_json.JsonError as error:
        raise NotADiagnosis(f"{path} cannot be read: {error}") from error
    if isinstance(document, list):
        if len(document) != 1:
            told = f"{path} holds {len(document)} diagnoses; a diff is of two, each in a file of its own"
            raise NotADiagnosis(told)
        (document,) = document
    if not isinstance(document, dict) or "findings" not in document:
        raise NotADiagnosis(f"{path} holds no diagnosis, as whygrad check --format json writes it")
    return _typed(document, path)


def _typed(document: Document, path: Path) -> Document:
    try:
        return Report.read(document).document
    except NotADiagnosis as error:
        raise NotADiagnosis(f"{path}: {error}") from error
