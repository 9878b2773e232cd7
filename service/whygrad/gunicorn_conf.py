"""How gunicorn runs the web: many slow connections in few processes, nothing outside the data folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from whygrad import logs

if TYPE_CHECKING:
    from gunicorn.workers.base import Worker

wsgi_app = "whygrad.web.app:create_app()"
worker_class = "gevent"
graceful_timeout = 5
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
loglevel = "warning"


def post_worker_init(worker: Worker) -> None:
    """Log as the rest of the service does, and tell the application where it lives."""
    # Here, in the worker: the process that starts the workers stays small, and gevent has patched what this imports.
    from whygrad.web import server

    logs.configure()
    server.live_in(worker)
