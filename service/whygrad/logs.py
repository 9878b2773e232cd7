"""The log: one line of JSON for each event, on standard error."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

request: ContextVar[str | None] = ContextVar("request", default=None)
"""The id of the request that this process is answering, where it is one that does."""


class OneLine(logging.Formatter):
    """Whatever a message holds, a line break too, it stays on its line."""

    def format(self, record: logging.LogRecord) -> str:
        """The event as JSON, with the traceback where there is one."""
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": record.process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if asked := request.get():
            event["request"] = asked
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event)


def configure(*loggers: str) -> None:
    """Send the log of this process to standard error, and that of `loggers` which had a way of their own."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for name in loggers:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
