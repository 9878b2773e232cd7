"""What is between the application and its clients: gunicorn, which parses HTTP, and gevent, which shares out time."""

from __future__ import annotations

import logging
import resource
import socket
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import gevent
from gunicorn import util
from gunicorn.http.body import ChunkedReader
from gunicorn.http.errors import ParseException
from gunicorn.http.message import Request
from gunicorn.workers.base import Worker
from werkzeug.exceptions import BadRequest, RequestTimeout

from whygrad.engine.spelling import spelt
from whygrad.web import errors, headers, trace

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PIECE_BYTES = 64 * 1024
PIECE_SECONDS = 20.0
"""A body comes in pieces of this size, each within this time: 3 kB/s is the slowest client that is waited for."""
PIECES = 1024
LEAST_BYTES = 64 * 1024
TRAILER_BYTES = 8 * 1024
CRUMBS = (
    f"The body comes in crumbs: {PIECES:,} pieces in a row hold less than {LEAST_BYTES:,} bytes. "
    "Send it with a Content-Length, or in larger chunks."
)
BROKEN = "The body broke off, its chunks are none, or what follows the last is too long."
WRITE_SECONDS = 60.0
LINGER_SECONDS = 10.0
SILENCE_SECONDS = 2.0

NO_HTTP = {
    400: "This is no HTTP request that can be read for certain: its first line, a header or its framing is malformed.",
    403: "This connection is not taken.",
    414: "The address of the request is too long.",
    417: "The only expectation that is met is 100-continue.",
    431: "The request has too many headers, or one that is too long.",
    500: "The service failed on this request.",
    501: "A body is sent as it is or chunked, in no other transfer coding.",
}

log = logging.getLogger(__name__)

_workers: list[Worker] = []
_request: ContextVar[Request | None] = ContextVar("request", default=None)
_wants_a_word: ContextVar[bool] = ContextVar("wants_a_word", default=False)


def giving_way(application: WSGIApplication) -> WSGIApplication:
    """The application, which lets others run before it begins and whenever it reads, and waits for no client for ever.

    A greenlet gives way only where it waits for its socket, and a fast upload, or one request sent right behind the
    other, makes it wait for nothing. Where the application leaves a body unread, the connection ends with the answer:
    the next request's start is not known.
    """

    def run(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        gevent.sleep(0)
        body = environ["wsgi.input"] = _Body(environ)
        answer = application(environ, start_response)
        if body.unread and (request := _request.get()):
            request.force_close()
        return answer

    return run


def live_in(worker: Worker) -> None:
    """This process is a worker of gunicorn: it answers what is no HTTP, which no application sees, with a problem."""
    _workers.append(worker)
    util.write_error = _write_problem
    logging.getLogger("gunicorn.error").addFilter(_is_no_slow_reader)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a connection each, and a file for each upload


def stopping() -> bool:
    """True once this process is asked to end: whoever waits is to come to an end too."""
    return not all(worker.alive for worker in _workers)


def begin(request: Request) -> None:
    """A request's head was read. "100 Continue" waits until the body is wanted: a refused one is never sent."""
    _request.set(request)
    _wants_a_word.set(request._expected_100_continue)
    request._expected_100_continue = False
    if isinstance(reader := request.body.reader, ChunkedReader):
        reader.limit_trailer_section = TRAILER_BYTES
        reader.parser = _in_turn(reader.parser)


def end(request: Request, environ: WSGIEnvironment) -> None:
    """A request was answered. Where its body was not read, the client is given time to hear of it."""
    if request.must_close and environ:
        _linger(environ["gunicorn.socket"])


def _in_turn(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What the chunks of a body hold. Others run after each: whatever it holds, its frame takes as long to read.

    Raises BadRequest where that is most of what there is to read.
    """
    held = 0
    for number, piece in enumerate(pieces, 1):
        gevent.sleep(0)
        held += len(piece)
        if number % PIECES == 0:
            if held < LEAST_BYTES:
                raise BadRequest(CRUMBS)
            held = 0
        yield piece


class _Body:
    """The body of one request. Each read gives a piece at most, as WSGI allows; `given` bytes were read so far."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        self.stream = environ["wsgi.input"]
        self.socket: Any = environ.get("gunicorn.socket")
        length = environ.get("CONTENT_LENGTH") or ""
        self.given = 0
        self.left = int(length) if length.isdecimal() else 0
        self.unread = self.left > 0 or bool(environ.get("HTTP_TRANSFER_ENCODING"))
        if self.socket is not None:
            self.socket.settimeout(WRITE_SECONDS)

    def read(self, size: int = -1) -> bytes:
        return self._give(self.stream.read, size)

    def readline(self, size: int = -1) -> bytes:
        return self._give(self.stream.readline, size)

    def _give(self, read: Callable[[int], bytes], size: int) -> bytes:
        gevent.sleep(0)
        self._say_go_on()
        try:
            with gevent.Timeout(PIECE_SECONDS):
                piece = read(PIECE_BYTES if size < 0 else min(size, PIECE_BYTES))
        except (gevent.Timeout, TimeoutError) as error:
            raise RequestTimeout(
                f"The body came slower than {PIECE_BYTES:,} bytes in {PIECE_SECONDS:.0f} s."
            ) from error
        except (OSError, ParseException) as error:
            raise BadRequest(BROKEN) from error
        if not piece and size and self.left > 0:
            raise BadRequest(BROKEN)
        self.given += len(piece)
        self.left -= len(piece)
        self.unread = self.unread and self.left != 0 and bool(piece or not size)
        return piece

    def _say_go_on(self) -> None:
        if self.unread and _wants_a_word.get():
            _wants_a_word.set(False)
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def _is_no_slow_reader(event: logging.LogRecord) -> bool:
    """That a client did not read its answer is no error of ours, and no reason for a traceback."""
    return not (event.exc_info and isinstance(event.exc_info[1], TimeoutError))


def _write_problem(client: socket.socket, status: int, _reason: str, message: str) -> None:
    trace.begin()
    log.warning("no HTTP, %d: %s", status, spelt(message))
    answer = headers.protect(errors.answer(status, NO_HTTP.get(status, HTTPStatus(status).phrase)))
    answer.headers["Connection"] = "close"
    lines = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in answer.headers), "", ""]
    client.settimeout(WRITE_SECONDS)
    client.sendall("\r\n".join(lines).encode("latin-1") + answer.get_data())
    _linger(client)


def _linger(client: socket.socket) -> None:
    """Read on for a while and drop it: to close on unread bytes would reset the connection, and lose the answer."""
    try:
        client.shutdown(socket.SHUT_WR)
        client.settimeout(SILENCE_SECONDS)
        with gevent.Timeout(LINGER_SECONDS, False):
            while client.recv(PIECE_BYTES):
                gevent.sleep(0)
    except OSError:
        pass
