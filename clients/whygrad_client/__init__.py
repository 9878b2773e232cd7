"""The clients of a whygrad service: Python and the command line.

from whygrad_client import Client

with Client("http://127.0.0.1:8000") as client:
    print(client.diagnose("model.pt", "1x3x224x224"))
"""

from __future__ import annotations

from whygrad_client.client import Client
from whygrad_client.errors import ConnectionFailed, NotAService, ProblemError, WhygradError
from whygrad_client.report import Report

__all__ = ["Client", "ConnectionFailed", "NotAService", "ProblemError", "Report", "WhygradError"]
