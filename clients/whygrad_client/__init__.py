"""The clients of a whygrad service: Python and the command line.

from whygrad_client import Client

with Client("http://127.0.0.1:8000") as client:
    print(client.diagnose("model.pt", "1x3x224x224"))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whygrad_client.answers import Candidate, Explanation, Question, Rule, RulePage, Summary, UploadLink
    from whygrad_client.asserting import GradientWarning, assert_gradients_flow
    from whygrad_client.client import Client
    from whygrad_client.errors import (
        Conflict,
        ConnectionFailed,
        Forbidden,
        Invalid,
        Misconfigured,
        NotADiagnosis,
        NotARequest,
        NotAService,
        NotFound,
        ProblemError,
        RateLimited,
        TimedOut,
        TooLarge,
        Unauthorized,
        Unavailable,
        Unreadable,
        WhygradError,
    )
    from whygrad_client.live import diagnose
    from whygrad_client.report import (
        Environment,
        Finding,
        Fix,
        Frame,
        Location,
        Model,
        Module,
        Mute,
        Operand,
        Parameter,
        Pass,
        Phase,
        Raised,
        Related,
        Report,
        SourceLine,
        Tensor,
    )

__all__ = [
    "Candidate",
    "Client",
    "Conflict",
    "ConnectionFailed",
    "Environment",
    "Explanation",
    "Finding",
    "Fix",
    "Forbidden",
    "Frame",
    "GradientWarning",
    "Invalid",
    "Location",
    "Misconfigured",
    "Model",
    "Module",
    "Mute",
    "NotADiagnosis",
    "NotARequest",
    "NotAService",
    "NotFound",
    "Operand",
    "Parameter",
    "Pass",
    "Phase",
    "ProblemError",
    "Question",
    "Raised",
    "RateLimited",
    "Related",
    "Report",
    "Rule",
    "RulePage",
    "SourceLine",
    "Summary",
    "Tensor",
    "TimedOut",
    "TooLarge",
    "Unauthorized",
    "Unavailable",
    "Unreadable",
    "UploadLink",
    "WhygradError",
    "assert_gradients_flow",
    "diagnose",
]

_ROOMS = ("errors", "report", "answers", "client", "live", "asserting")

if not TYPE_CHECKING:

    def __getattr__(name):
        """The public names, loaded when they are first asked for: pytest imports a part of this package every time."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        rooms = (import_module(f"{__name__}.{room}") for room in _ROOMS)
        return next(vars(room)[name] for room in rooms if name in vars(room))
