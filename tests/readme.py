"""The parts of README.md and docs/ that are generated, and the blocks of them that are run.

`python -m tests.readme` writes them anew.
"""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner
from markdown_it import MarkdownIt

from tests.cases import score
from tests.cases.case import cases
from whygrad import settings
from whygrad.engine import catalogue
from whygrad_client.cli import cli

README = Path(__file__).parents[1] / "README.md"
COMMANDS = README.parent / "docs" / "command-line.md"
_MARK = re.compile(r"<!-- run: (?P<kind>[a-z]+)(?: (?P<name>\S+))? -->\s*")


@dataclass(frozen=True)
class Block:
    """A code block, and in which way it is to be run; `kind` is "" where its page does not say."""

    kind: str
    name: str
    text: str
    line: int


def written() -> str:
    """README.md with its generated parts made anew."""
    text = README.read_text()
    for name, rows in (("rules", _rules()), ("benchmark", _benchmark()), ("settings", _settings())):
        part = re.compile(rf"(<!-- {name} -->\n\|[^\n]*\n\|[-|]+\n).*?(<!-- /{name} -->)", re.DOTALL)
        text = part.sub(lambda match, rows=rows: match[1] + "".join(f"{row}\n" for row in rows) + match[2], text)
    return text


def commands() -> str:
    """docs/command-line.md with what each command says of itself made anew."""
    parts = "\n".join(
        f"## whygrad {name}\n\n<!-- run: help {name} -->\n```text\n{help_of(name)}```\n" for name in cli.commands
    )
    part = re.compile(r"(<!-- commands -->\n).*?(<!-- /commands -->)", re.DOTALL)
    return part.sub(lambda match: f"{match[1]}{parts}{match[2]}", COMMANDS.read_text())


def help_of(name: str) -> str:
    """What `whygrad NAME --help` prints on a terminal of 80 columns."""
    return CliRunner().invoke(cli, [name, "--help"], prog_name="whygrad", terminal_width=78).output


def blocks(kind: str) -> list[str]:
    """The code blocks of the README that are marked to be run in that way."""
    return [block.text for block in page(README) if block.kind == kind]


def page(path: Path) -> list[Block]:
    """The code blocks of a page, each with the mark before it: `<!-- run: shell -->`."""
    tokens = MarkdownIt("commonmark").parse(path.read_text())
    fences = [(before, token) for before, token in zip([None, *tokens], tokens, strict=False) if token.type == "fence"]
    return [_block(before.content if before else "", token.content, token.map[0] + 1) for before, token in fences]


def _block(before: str, text: str, line: int) -> Block:
    mark = _MARK.fullmatch(before)
    return Block(mark["kind"] if mark else "", mark["name"] or "" if mark else "", text, line)


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
    COMMANDS.write_text(commands())
