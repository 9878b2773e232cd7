from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import logging
from whygrad import logs
logs.configure()
log = logging.getLogger("worker")
log.info("two\\nlines of %s", "it")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("it failed")
"""


def test_an_event_is_one_line_whatever_it_holds() -> None:
    told = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stderr
    first, second = map(json.loads, told.splitlines())
    assert (first["level"], first["logger"], first["message"]) == ("info", "worker", "two\nlines of it")
    assert "exception" not in first
    assert second["message"] == "it failed"
    assert second["exception"].endswith("ZeroDivisionError: division by zero")
