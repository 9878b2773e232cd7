"""The cells of a notebook are called as they are there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from whygrad.engine.places import cell
from whygrad_client import cells

KERNEL = "/tmp/ipykernel_4711/3549781654.py"


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """What a notebook runs its cells in; it calls their files as the kernel of a notebook does."""
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.compile.get_code_name = lambda _raw, _code, _number: KERNEL
    yield shell
    InteractiveShell.clear_instance()


def test_a_cell_has_its_number(shell: InteractiveShell) -> None:
    shell.run_cell("x = 1", store_history=True)
    assert cells.called(KERNEL) == "cell In[1]"
    found = {"headline": "a detach in notebook cell 3549781654 line 2", "findings": [{"file": cell(KERNEL), "line": 2}]}
    assert cells.respelt(found) == {
        "headline": "a detach in cell In[1] line 2",
        "findings": [{"file": "cell In[1]", "line": 2}],
    }


def test_where_nobody_tells_it_is_a_cell_all_the_same() -> None:
    assert cells.called(KERNEL) == "notebook cell 3549781654"
    assert cells.called("/home/ada/ipykernel_x/model.py") == "model.py"
