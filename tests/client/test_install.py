"""Without extras there is a client, and nothing else is needed for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

BLOCKED = "torch flask werkzeug sqlalchemy alembic gunicorn gevent apispec webargs environs yaml numpy"
PREAMBLE = f"""
import sys
from importlib.machinery import PathFinder

class Without:
    def find_spec(self, name, path=None, target=None):
        absent = name.partition(".")[0] in {BLOCKED.split()!r}
        return None if absent else PathFinder.find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Without()
"""


def without_extras(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", PREAMBLE + program], capture_output=True, text=True, timeout=60)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return without_extras(f"from whygrad_client.cli import main; main({list(arguments)!r})")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--version"], "whygrad, version"),
        (["rules"], "CUT101  detached"),
        (["rules", "cut101"], "What happened"),
        (["explain", "RuntimeError: grad can be implicitly created only for scalar outputs"], "BWD402"),
    ],
)
def test_what_needs_no_extra_works_without(arguments: list[str], says: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == 0, ended.stderr
    assert says in ended.stdout


def test_the_python_client_works_without() -> None:
    ended = without_extras("from whygrad_client import Client; Client('http://127.0.0.1:8000').close(); print('fine')")
    assert ended.stdout == "fine\n", ended.stderr


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [(["check", __file__], "worker"), (["worker"], "worker"), (["serve"], "service")],
)
def test_what_needs_an_extra_names_it(arguments: list[str], extra: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert f'pip install "whygrad[{extra}]"' in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
