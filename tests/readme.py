"""The parts of README.md that are generated, and its blocks that are run. `python -m tests.readme` writes it anew."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

from tests.cases import score
from tests.cases.case import cases
from whygrad import settings
from whygrad.engine import catalogue

README = Path(__file__).parents[1] / "README.md"


def written() -> str:
    """README.md with its generated parts made anew."""
    text = README.read_text()
    for name, rows in (("rules", _rules()), ("benchmark", _benchmark()), ("settings", _settings())):
        part = re.compile(rf"(<!-- {name} -->\n\|[^\n]*\n\|[-|]+\n).*?(<!-- /{name} -->)", re.DOTALL)
        text = part.sub(lambda match, rows=rows: match[1] + "".join(f"{row}\n" for row in rows) + match[2], text)
    return text


def blocks(kind: str) -> list[str]:
    """The code blocks that are marked to be run in that way."""
    return re.findall(rf"<!-- run: {kind} -->\n```\w+\n(.*?)```", README.read_text(), re.DOTALL)


def _rules() -> list[str]:
    return [f"| {r.code} | {r.name} | {' '.join(r.summary.split())} |" for r in catalogue.rules()]


def _benchmark() -> list[str]:
    return list(score.lines(score.table(cases(), score.stored()["rows"])))


def _settings() -> list[str]:
    """One row for each field of the settings, with the docstring below it."""
    body = ast.parse(inspect.getsource(settings.Settings)).body[0]
    assert isinstance(body, ast.ClassDef)
    rows = []
    for field, after in zip(body.body, [*body.body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            told = ast.literal_eval(after.value) if isinstance(after, ast.Expr) else ""
            default = getattr(settings.Settings, field.target.id) or ""
            rows.append(f"| `{settings.PREFIX}{field.target.id.upper()}` | `{default}` | {' '.join(told.split())} |")
    return rows


if __name__ == "__main__":
    README.write_text(written())
