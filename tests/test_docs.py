"""Every page of docs/ is true: each of its code blocks is run, in their order, against the real thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from examples import demo

from tests import readme
from tests.pages import Reader

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(DOCS.glob("*.md"))

each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("service")
    with ExitStack() as stack:
        log = stack.enter_context((folder / "log").open("w+"))
        yield stack.enter_context(demo.running("127.0.0.1:0", folder / "data", log))[1]


def test_the_command_line_is_told_as_it_tells_itself() -> None:
    assert readme.commands() == readme.COMMANDS.read_text(), "python -m tests.readme writes it anew"


@each_page
def test_every_block_is_run(path: Path) -> None:
    unmarked = [f"{path.name}:{block.line}" for block in readme.page(path) if not block.kind]
    assert not unmarked


@each_page
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


@each_page
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_page_works(path: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    blocks = readme.page(path)
    if blocks:
        reader = Reader(tmp_path, request.getfixturevalue("address"))
        for block in blocks:
            reader.do(block)
        if reader.cells:
            shown = reader.notebook()
            assert "<" in shown[0], "a page"
            assert "proj gets no gradient" in shown[0]
            assert "cell In[1]" in shown[0]
            assert "suspect [('CUT101', ('proj.weight', 'proj.bias'))]" in "".join(shown[1:])
