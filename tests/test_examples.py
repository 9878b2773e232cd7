"""What `make demo` and `make serve` run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[1] / "examples" / "demo.py"


def test_the_demo_diagnoses_its_programs_and_leaves_nothing_behind(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, DEMO], capture_output=True, text=True, timeout=100, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    told = [line for line in ended.stdout.splitlines() if line.startswith(("warning[", "error[", "healthy: "))]
    assert [line.partition(":")[0] for line in told] == ["warning[CUT101]", "error[SHP701]", "healthy"]
    assert "detached_encoder.py line 13" in told[0]
    assert "linear_mismatch.py line 15" in told[1]
    assert list(tmp_path.iterdir()) == []
