"""Without extras there is a client, and nothing else is needed for it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]
DEPENDENCIES = ("click", "marshmallow", "requests")
BROUGHT = ("certifi", "charset_normalizer", "idna", "urllib3")
LARGEST_WHEEL = 1_500_000
ALONE = f"""
import sys
from importlib.machinery import PathFinder

class Alone:
    def find_spec(self, name, path=None, target=None):
        known = sys.stdlib_module_names | {{"whygrad", "whygrad_client", *{DEPENDENCIES + BROUGHT!r}}}
        return PathFinder.find_spec(name, path, target) if name.partition(".")[0] in known else None

sys.meta_path[sys.meta_path.index(PathFinder)] = Alone()
"""
"""Nothing is installed but what the wheel asks for without extras."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, as a release builds it."""
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("dist")))))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what is in it."""
    folder = tmp_path_factory.mktemp("installed")
    with ZipFile(wheel) as held:
        held.extractall(folder)
    return folder


@pytest.fixture(autouse=True)
def imported(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes import what is there."""
    monkeypatch.setenv("PYTHONPATH", str(installed))


def without_extras(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", ALONE + program], capture_output=True, text=True, timeout=60)


def loaded_by(program: str) -> set[str]:
    """What of others a program loads."""
    told = without_extras(f"{program}\nprint(*sys.modules, sep='\\n')")
    assert told.returncode == 0, told.stderr
    return {name.partition(".")[0] for name in told.stdout.split()} & {*DEPENDENCIES, *BROUGHT, "whygrad"}


def test_the_wheel_is_whole_small_and_asks_for_little(wheel: Path) -> None:
    assert wheel.stat().st_size < LARGEST_WHEEL
    with ZipFile(wheel) as held:
        names = {name for name in held.namelist() if ".dist-info/" not in name}
        told = {name.rpartition("/")[2]: held.read(name).decode() for name in held.namelist() if ".dist-info/" in name}
    packages = {"whygrad": ROOT / "service", "whygrad_client": ROOT / "clients"}
    files = [file for name, folder in packages.items() for file in (folder / name).rglob("*") if file.is_file()]
    own = {file for file in files if "__pycache__" not in file.parts}
    assert names == {str(file.relative_to(ROOT / file.relative_to(ROOT).parts[0])) for file in own}
    assert {"whygrad/py.typed", "whygrad_client/py.typed", "whygrad/web/dashboard/templates/base.html"} <= names
    asked = [
        line.split()[1] for line in told["METADATA"].splitlines() if re.match("Requires-Dist: (?!.*extra ==)", line)
    ]
    assert tuple(re.match(r"[\w-]+", line)[0] for line in asked) == DEPENDENCIES  # type: ignore[index]
    assert "whygrad = whygrad_client.cli:main" in told["entry_points.txt"]
    assert "[pytest11]\nwhygrad = whygrad_client.pytest_plugin" in told["entry_points.txt"]
    assert "Apache License" in told["LICENSE"]


def test_nothing_is_loaded_before_it_is_wanted(installed: Path) -> None:
    assert loaded_by(f"import whygrad_client; assert whygrad_client.__file__.startswith({str(installed)!r})") == set()
    assert loaded_by("import whygrad_client.defaults") == set(), "the plugin of pytest does, in every run"
    assert not loaded_by("from whygrad_client import Client") & {"click", "marshmallow"}


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
