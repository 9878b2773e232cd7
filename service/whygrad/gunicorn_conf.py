"""How gunicorn runs the web: many slow connections in few processes, nothing outside the data folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from whygrad import logs

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.http.message import Request
    from gunicorn.workers.base import Worker

wsgi_app = "whygrad.front:create_app()"
worker_class = "gevent"
graceful_timeout = 5
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
loglevel = "error"  # what is no HTTP is logged where it is answered, under its id
limit_request_fields = 64
forwarded_allow_ips = ""  # nobody's word is taken for where a request came from
forwarder_headers = ""


def on_starting(_arbiter: Arbiter) -> None:
    """Log as the rest of the service does."""
    logs.configure("gunicorn.error")


def post_worker_init(worker: Worker) -> None:
    """Tell the application where it lives."""
    # Here, in the worker: the process that starts the workers stays small, and gevent has patched what this imports.
    from whygrad.web import server

    server.live_in(worker)


def pre_request(_worker: Worker, request: Request) -> None:
    """The head of a request was read."""
    from whygrad.web import server

    server.begin(request)


def post_request(_worker: Worker, request: Request, environ: dict[str, Any], _answer: object) -> None:
    """A request was answered."""
    from whygrad.web import server

    server.end(request, environ)
