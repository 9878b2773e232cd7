"""What trying the fixes costs, over all programs whose truth is known."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from pathlib import Path

from whygrad.engine.examine import examine
from whygrad.engine.observation import Json

CASES = Path(__file__).parents[1] / "tests" / "cases"


def measure() -> Iterator[str]:
    """One line: the mean ratio, over the programs where a fix was tried."""
    timings = [timing for timing in _timings() if "verify_ms" in timing and "structure_ms" in timing]
    ratio = statistics.mean(timing["verify_ms"] / timing["structure_ms"] for timing in timings)
    yield f"verification / structure pass, mean over {len(timings)} programs: {ratio:.2f}"


def _timings() -> Iterator[dict[str, float]]:
    for file in sorted(CASES.glob("*/cases.json")):
        for entry in json.loads(file.read_text()):
            documents: list[dict[str, Json]] = []
            examine(file.parent / entry["model_file"], entry["request"], emit=documents.append)
            yield documents[-1]["timing"]
