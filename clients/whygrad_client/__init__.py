"""The clients of a whygrad service: Python and the command line.

from whygrad_client import Client

with Client("http://127.0.0.1:8000") as client:
    print(client.diagnose("model.pt", "1x3x224x224"))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whygrad_client.client import Client
    from whygrad_client.errors import ConnectionFailed, NotAService, ProblemError, WhygradError
    from whygrad_client.report import Report

__all__ = ["Client", "ConnectionFailed", "NotAService", "ProblemError", "Report", "WhygradError"]

_MODULES = {
    "Client": "client",
    "ConnectionFailed": "errors",
    "NotAService": "errors",
    "ProblemError": "errors",
    "Report": "report",
    "WhygradError": "errors",
}

if not TYPE_CHECKING:

    def __getattr__(name):
        """The public names, loaded when they are first asked for: pytest imports a part of this package every time."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
