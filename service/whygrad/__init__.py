"""Why is my gradient missing? The service: web, engine, sandbox, jobs, storage, render."""

from __future__ import annotations

__version__ = "0.1.0"
