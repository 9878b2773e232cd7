"""How gunicorn runs the web: many slow connections in few processes, nothing outside the data folder."""

from __future__ import annotations

import os

wsgi_app = "whygrad.web.app:create_app()"
worker_class = "gevent"
graceful_timeout = 5
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
loglevel = "warning"
