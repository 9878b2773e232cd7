"""How gunicorn runs the web: many slow connections in few processes, nothing outside the data folder."""

from __future__ import annotations

import os

from whygrad import logs

wsgi_app = "whygrad.web.app:create_app()"
worker_class = "gevent"
graceful_timeout = 5
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
loglevel = "warning"


def post_worker_init(_worker: object) -> None:
    """Log as the rest of the service does, and answer also what is no HTTP as a problem."""
    # Here, in the worker: the process that starts the workers stays small, and gevent has patched what this imports.
    from whygrad.web import server

    logs.configure()
    server.answer_with_problems()
