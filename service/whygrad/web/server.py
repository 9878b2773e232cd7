"""What is between the application and its clients: gunicorn, which parses HTTP, and gevent, which shares out time."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import gevent
from gunicorn import util
from gunicorn.http.errors import ParseException
from gunicorn.workers.base import Worker
from werkzeug.exceptions import BadRequest

from whygrad.request.faults import LONGEST_MESSAGE
from whygrad.web import errors

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_workers: list[Worker] = []


def giving_way(application: WSGIApplication) -> WSGIApplication:
    """The application, which lets others run whenever it reads from its client.

    A greenlet gives way only where it waits for its socket, and a fast upload makes it wait for nothing.
    """

    def run(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"] = _Body(environ["wsgi.input"])
        return application(environ, start_response)

    return run


def live_in(worker: Worker) -> None:
    """This process is a worker of gunicorn: it answers what is no HTTP, which no application sees, with a problem."""
    _workers.append(worker)
    util.write_error = _write_problem


def stopping() -> bool:
    """True once this process is asked to end: whoever waits is to come to an end too."""
    return not all(worker.alive for worker in _workers)


class _Body:
    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def read(self, size: int = -1) -> bytes:
        return self._give(self.stream.read, size)

    def readline(self, size: int = -1) -> bytes:
        return self._give(self.stream.readline, size)

    def _give(self, read: Callable[[int], bytes], size: int) -> bytes:
        gevent.sleep(0)
        try:
            return read(size)
        except (OSError, ParseException) as error:
            raise BadRequest("The body broke off, or its chunks are none.") from error


def _write_problem(client: socket.socket, status: int, reason: str, message: str) -> None:
    body = errors.answer(status, f"This is no HTTP request: {message[:LONGEST_MESSAGE]}").get_data()
    head = {"Connection": "close", "Content-Type": errors.CONTENT_TYPE, "Content-Length": str(len(body))}
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in head.items()), "", ""]
    util.write_nonblock(client, "\r\n".join(lines).encode("latin-1") + body)
