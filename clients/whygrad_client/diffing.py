"""The command `whygrad diff`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from whygrad.render import differences
from whygrad.render.comparison import compare, match
from whygrad.request import strict_json
from whygrad_client import documents
from whygrad_client.checking import connected
from whygrad_client.errors import NotADiagnosis
from whygrad_client.report import Report
from whygrad_client.watching import CLEAN, FAIL_ON, FOUND, UNJUDGED, tell, terminal, whose

_ID = re.compile("[0-9a-f]{32}")

Document = dict[str, Any]


@click.command()
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option("--server", envvar="WHYGRAD_SERVER", metavar="URL", help="Whose ids they are [env WHYGRAD_SERVER].")
@click.option("--format", "form", type=click.Choice(differences.FORMATS), default="text", show_default=True)
@FAIL_ON
def diff(before: str, after: str, server: str | None, form: str, fail_on: str) -> int:
    """Tell what is new, fixed or still there between diagnoses.

    BEFORE and AFTER are files that --format json or jsonl wrote, - for standard input, or ids of a service. Where a
    file holds several diagnoses, each is held against that of the program with the same name.

    Ends with 0 where nothing new counts, 1 where something new at or above --fail-on is there, or something that BEFORE
    did not reach, 2 where a program could not be judged.
    """
    if before == after == documents.STDIN:
        raise click.UsageError("standard input can be read only once")
    earlier, later = _diagnoses(before, server), _diagnoses(after, server)
    look = terminal(sys.stdout)
    if len(earlier) == len(later) == 1:
        compared = compare(earlier[0], later[0])
        page, judged, worse = differences.render(form, compared, **look), compared.judged, compared.counted(fail_on)
    else:
        matched = match(earlier, later)
        page, judged, worse = (
            differences.render_matched(form, matched, **look),
            matched.judged,
            matched.counted(fail_on),
        )
    tell(page)
    return (FOUND if worse else CLEAN) if judged else UNJUDGED


def _diagnoses(named: str, server: str | None) -> Sequence[Document]:
    """What a file holds, or what the service answers for an id."""
    if named == documents.STDIN or Path(named).exists():
        return _read(named)
    if not _ID.fullmatch(named):
        raise click.UsageError(f"{named} is neither a file nor the id of a diagnosis")
    if not server:
        raise click.UsageError(whose(named))
    with connected(server) as client:
        return [client.get(named).document]


def _read(file: str) -> Sequence[Document]:
    try:
        held = documents.read(file)
    except strict_json.JsonError as error:
        raise NotADiagnosis(f"{file} cannot be read: {error}") from error
    if not held or not all(isinstance(document, dict) and "findings" in document for document in held):
        raise NotADiagnosis(f"{file} holds no diagnosis, as whygrad check --format json writes it")
    return [_checked(document, file) for document in held]


def _checked(document: Document, file: str) -> Document:
    try:
        return Report.read(document).document
    except NotADiagnosis as error:
        raise NotADiagnosis(f"{file}: {error}") from error
