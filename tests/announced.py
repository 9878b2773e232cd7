"""The plugin as an installed distribution announces it to pytest, also where this checkout was installed before."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def announce(folder: Path) -> Path:
    """Make a folder that, on the path of Python, lets pytest find the plugins of pyproject.toml."""
    points = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
    information = folder / "announced.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: announced\nVersion: 1\n")
    lines = ["[pytest11]", *(f"{name} = {module}" for name, module in points.items())]
    (information / "entry_points.txt").write_text("\n".join(lines))
    return folder
