"""What trying the fixes costs, over all programs whose truth is known, each in a child of its own as in the service."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from pathlib import Path

from whygrad.engine.examine import REQUEST
from whygrad.sandbox import parent
from whygrad.sandbox.task import Limits, Task

CASES = Path(__file__).parents[1] / "tests" / "cases"
LIMITS = Limits(seconds=60.0, memory_bytes=4 << 30)


def measure() -> Iterator[str]:
    """One line: of the programs where a fix was tried, all together, and the mean of the ratios."""
    timings = [timing for timing in _timings() if "verify_ms" in timing and "structure_ms" in timing]
    together = sum(timing["verify_ms"] for timing in timings) / sum(timing["structure_ms"] for timing in timings)
    mean = statistics.mean(timing["verify_ms"] / timing["structure_ms"] for timing in timings)
    yield (
        f"verification / structure pass, over {len(timings)} programs: {together:.2f} together, "
        f"{mean:.2f} the mean of the ratios"
    )


def _timings() -> Iterator[dict[str, float]]:
    for file in sorted(CASES.glob("*/cases.json")):
        for entry in json.loads(file.read_text()):
            task = Task("examine", file.parent / entry["model_file"], {**REQUEST, **entry["request"]})
            document = parent.run(task, limits=LIMITS).document
            if document is not None:
                yield document["timing"]
    parent.close()
