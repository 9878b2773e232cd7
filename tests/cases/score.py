"""The score of the service on the cases: `python -m tests.cases.score [--url URL] [--cases FOLDER] [--write] [-v]`.

Without a URL the engine is asked on this machine. `--write` keeps the figures in `score.json`, for README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

from tests.cases.case import FOLDER, TITLES, Case, cases, digest
from tests.cases.judge import ASPECTS, HEALTHY, judged

from whygrad.engine.examine import REQUEST
from whygrad.engine.observation import Json
from whygrad.jobs.examination import examine
from whygrad.sandbox import Limits
from whygrad_client import Client

STORED = FOLDER / "score.json"
LIMITS = Limits(seconds=120, memory_bytes=2**31)
HEADER = ("family", "programs", *ASPECTS)

Rows = dict[str, dict[str, bool]]
Ask = Callable[[Case], dict[str, Json]]


def stored() -> dict[str, Json]:
    """The figures that were kept: `cases`, what tells the set that they are of, and `rows`."""
    told: dict[str, Json] = json.loads(STORED.read_text())
    return told


def write(chosen: list[Case], rows: Rows) -> None:
    """Keeps the figures, one line for each case."""
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(rows[name])}" for name in sorted(rows))
    STORED.write_text(f'{{\n "cases": "{digest(chosen)}",\n "rows": {{\n{lines}\n }}\n}}\n')


def table(chosen: list[Case], rows: Mapping[str, Mapping[str, bool]]) -> list[tuple[str, ...]]:
    """One row for each family, one for all faults, and one for the healthy programs."""
    faults = [case for case in chosen if not case.healthy]
    lines = [
        _line(f"{letters}: {title}", [c for c in faults if c.family == letters], rows)
        for letters, title in TITLES.items()
    ]
    lines.append(_line("all faults", faults, rows))
    healthy = [case for case in chosen if case.healthy]
    alone = sum(rows.get(case.id, {}).get(HEALTHY, False) for case in healthy)
    lines.append(("healthy, and called so", str(len(healthy)), f"{alone}/{len(healthy)}", *[""] * (len(ASPECTS) - 1)))
    return [line for line in lines if line[1] != "0"]


def _line(title: str, chosen: list[Case], rows: Mapping[str, Mapping[str, bool]]) -> tuple[str, ...]:
    return (
        title,
        str(len(chosen)),
        *(_share(aspect, [rows.get(case.id, {}) for case in chosen]) for aspect in ASPECTS),
    )


def _share(aspect: str, rows: list[Mapping[str, bool]]) -> str:
    asked = [row[aspect] for row in rows if aspect in row]
    return f"{sum(asked)}/{len(asked)}" if asked else ""


def score(chosen: list[Case], ask: Ask, *, verbose: bool = False) -> Rows:
    """What the diagnosis of each case has right; each miss is told."""
    rows = {}
    for case in chosen:
        document = ask(case)
        rows[case.id] = judged(case, document)
        missed = [aspect for aspect, right in rows[case.id].items() if not right]
        if verbose or missed not in ([], ["fix verified"]):
            codes = " ".join(f["code"] for f in document.get("findings", [])) or "nothing"
            wanted = " ".join(case.truth["codes"]) or "nothing"
            print(f"{case.id}: wanted {wanted}, got {codes}; wrong: {', '.join(missed) or 'nothing'}")
    return rows


def sandboxed(case: Case) -> dict[str, Json]:
    """What the engine says, asked without a service: in a child of its own, as some programs crash what runs them."""
    return examine(case.folder / case.model, {**REQUEST, **case.request}, limits=LIMITS)


def over_http(url: str, stack: ExitStack) -> Ask:
    """A running service."""
    client = stack.enter_context(Client(url))

    def ask(case: Case) -> dict[str, Json]:
        request = dict(case.request)
        return client.diagnose(case.upload(), request.pop("inputs"), name=case.model, **request).document

    return ask


def lines(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """A table, as Markdown."""
    for row in rows:
        yield f"| {' | '.join(row)} |"


def main(arguments: list[str]) -> int:
    """Scores, prints the table, and returns 1 where something is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.cases.score")
    parser.add_argument("--url", help="a running service; the engine on this machine where there is none")
    parser.add_argument("--cases", help="only this folder, or these ids, separated by commas")
    parser.add_argument("--write", action="store_true", help="keep the figures for README.md")
    parser.add_argument("-v", action="store_true", dest="verbose", help="tell every case, not only the misses")
    told = parser.parse_args(arguments)
    wanted = set(told.cases.split(",")) if told.cases else None
    chosen = [c for c in cases() if wanted is None or wanted & {c.id, c.folder.name}]
    with ExitStack() as stack:
        ask = over_http(told.url, stack) if told.url else sandboxed
        rows = score(chosen, ask, verbose=told.verbose)
    print("\n".join(lines([HEADER, *table(chosen, rows)])))
    if told.write:
        write(chosen, rows)
    return int(any(not row.get("root cause", row.get(HEALTHY, False)) for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
