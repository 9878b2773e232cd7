"""The house rules: who may import what, how long a file or a function may be, what names and words are not ours."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = (ROOT / "service/whygrad", ROOT / "clients/whygrad_client")
LONGEST_FILE = 300
LONGEST_FUNCTION = 50
VAGUE = re.compile(r"(^|_)(utils?|helpers?|core|managers?|misc|common)(_|$)")

JOINING = {
    "catalogue",
    "describe",
    "diagnose",
    "document",
    "ending",
    "examine",
    "explain",
    "locate",
    "observe",
    "rules",
}

ELSEWHERE = (
    ("/wo" + "rk/", "a folder of one machine"),
    ("/tmp/" + "w/", "a folder of one machine"),
    (r"\bshared/(?:" + "DESIGN|CASES|score)", "a folder of one machine"),
    (
        r"\b(?:DES" + r"IGN|CONT" + r"RACT|CATA" + r"LOGUE|FA" + r"CTS|SAND" + r"BOX|ST" + r"YLE|BR" + r"IEF)\.md",
        "a plan",
    ),
    (r"\bissues? " + r"(?:show|#?\d{1,3}\b)", "a list of tasks"),
    (r"\b(?:this|the|a later|next|previous) " + r"session\b", "who wrote it, and when"),
    (r"\bheld" + r"-out\b", "how it is judged"),
)
"""Words of the place where a file was written, each in two pieces so that this file does not hold them."""


def modules() -> Iterator[Path]:
    """Every Python file of the two packages."""
    for package in PACKAGES:
        yield from sorted(package.rglob("*.py"))


MODULES = list(modules())
RULES = sorted((ROOT / "service/whygrad/engine/rules").glob("[a-z]*.py"))


def test_imports_keep_to_the_walls() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


def test_rules_read_facts_alone() -> None:
    assert not [(name(file), strays) for file in RULES if (strays := sorted(strays_of(file)))]


@pytest.mark.parametrize(
    "module", ["whygrad_client", "whygrad_client.cli", "whygrad.render.text", "whygrad.engine.skeleton"]
)
def test_client_is_light(module: str) -> None:
    heavy = "{'torch', 'numpy', 'flask', 'sqlalchemy', 'alembic', 'gevent', 'gunicorn', 'environs'}"
    loaded = run_python(f"import sys, {module}; print(*sorted({heavy} & sys.modules.keys()))")
    assert loaded == ""


def test_importing_the_package_loads_no_library() -> None:
    libraries = "{'requests', 'click', 'marshmallow'}"
    assert run_python(f"import sys, whygrad_client; print(*sorted({libraries} & sys.modules.keys()))") == ""


def test_web_process_never_loads_torch() -> None:
    assert run_python("import sys, whygrad.web.app; print(*sorted({'torch', 'numpy'} & sys.modules.keys()))") == ""


def test_files_are_short() -> None:
    long = {name(file): lines for file in MODULES if (lines := file.read_text().count("\n")) > LONGEST_FILE}
    assert not long


def test_functions_are_short() -> None:
    every = ((f"{name(file)}: {node.name}", length(node)) for file in MODULES for node in functions(file))
    assert not {where: lines for where, lines in every if lines > LONGEST_FUNCTION}


def test_files_say_what_they_are_for() -> None:
    assert not [name(file) for file in MODULES if VAGUE.search(file.stem)]
    assert not [name(file) for file in MODULES if not ast.get_docstring(ast.parse(file.read_text()))]


def test_files_speak_of_the_project_alone() -> None:
    stray = [
        f"{file}:{number}: {line.strip()[:80]!r} ({what})"
        for file in tracked()
        for number, line in enumerate((ROOT / file).read_text().splitlines(), 1)
        for pattern, what in ELSEWHERE
        if re.search(pattern, line)
    ]
    assert not stray, "\n".join(stray)


def test_no_folder_is_a_drawer() -> None:
    folders = {part for file in MODULES for part in file.relative_to(ROOT).parts[:-1]}
    assert not [folder for folder in folders if VAGUE.search(folder)]


def name(file: Path) -> str:
    """How a file is called in this repository."""
    return str(file.relative_to(ROOT))


def strays_of(rule: Path) -> Iterator[str]:
    """What a rule imports that is neither a fact nor what judges facts."""
    for module in imported(rule):
        ours = module.split(".")
        if ours[0] == "whygrad":
            if ours[1] != "engine" or ours[2] in JOINING:
                yield module
        elif ours[0] not in sys.stdlib_module_names:
            yield module


def imported(file: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, methods and inner ones too."""
    return (n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function from its `def` to its end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def tracked() -> list[str]:
    """The text files under version control."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    binary = (".pt", ".png", ".ico", ".woff2")
    return [name for name in listed.split("\0") if name and not name.endswith(binary) and (ROOT / name).is_file()]


def run_python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
