"""The service from Python."""

from __future__ import annotations

import ipaddress
import json
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.auth import AuthBase

from whygrad.engine.shapes import parse_shapes
from whygrad_client.errors import ConnectionFailed, NotAService, ProblemError
from whygrad_client.report import Report
from whygrad_client.upload import Form

_ONE_WAIT = 30.0
_PAUSE = 0.2
_CONNECT_SECONDS = 10.0

Model = str | os.PathLike[str] | bytes
Inputs = str | list[Any]


class Client:
    """A whygrad service at `base_url`. Close it, or use it in a `with`.

    `key` is sent where the service asks for one; by default that of the environment, WHYGRAD_KEY. `timeout` is how many
    seconds the service may be silent, beyond what it is asked to wait. Every method raises WhygradError:
    ConnectionFailed, NotAService or ProblemError, which holds the service's own words.
    """

    def __init__(self, base_url: str, *, key: str | None = None, timeout: float = 30.0) -> None:
        """Raises ValueError where `base_url` is no http address."""
        address = urlsplit(base_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError(f"{base_url!r} is no address of a service; for example http://127.0.0.1:8000")
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self._session = requests.Session()
        self._session.auth = _Bearer(key or os.environ.get("WHYGRAD_KEY"))
        self._session.trust_env = not _is_loopback(address.hostname)  # no proxy reaches this machine's own loopback

    def diagnose(
        self, model: Model, inputs: Inputs | None = None, *, name: str | None = None, **request: Any
    ) -> Report:
        """The finished diagnosis of a program: a path, or its bytes.

        `inputs` is the short form (`"1x3x224x224; 2:int64[0,10)"`) or a list as in the contract; None takes what the
        file recorded. `request` is the rest of the request document: `loss`, `mode`, `steps` … Raises also OSError
        where the file cannot be read, ShapeSyntaxError (a ValueError) where the short form is none, and TypeError where
        `model` is neither a path nor bytes.
        """
        return self._finish(self._post(model, inputs, name, request, wait=_ONE_WAIT))

    def submit(self, model: Model, inputs: Inputs | None = None, *, name: str | None = None, **request: Any) -> Report:
        """As `diagnose`, but without waiting: the report names its `id`."""
        return self._post(model, inputs, name, request, wait=0)

    def get(self, id: str, *, wait: float = 0) -> Report:
        """A diagnosis as it stands, after at most `wait` seconds of waiting for its end (the service caps them)."""
        return Report(self._json("GET", f"/diagnoses/{quote(id, safe='')}", wait=wait))

    def wait(self, id: str, *, seconds: float | None = None) -> Report:
        """The finished diagnosis; after `seconds`, as it stands then (see `Report.finished`)."""
        return self._finish(self.get(id), seconds)

    def explain(self, text: str) -> dict[str, Any]:
        """What an error message or a traceback can mean: `candidates`, `recognised`, `message`, `hint`."""
        return self._json("POST", "/explain", json={"text": text})

    def rules(self) -> list[dict[str, Any]]:
        """Every rule in short."""
        listed: list[dict[str, Any]] = self._json("GET", "/rules")["rules"]
        return listed

    def rule(self, code: str) -> dict[str, Any]:
        """A rule with its documentation."""
        return self._json("GET", f"/rules/{quote(code, safe='')}")

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _post(
        self, model: Model, inputs: Inputs | None, name: str | None, request: dict[str, Any], wait: float
    ) -> Report:
        document = dict(request)
        if inputs is not None:
            document["inputs"] = parse_shapes(inputs) if isinstance(inputs, str) else inputs
        program = model if isinstance(model, bytes) else _path(model)
        form = Form(json.dumps(document), program, name or ("model" if isinstance(program, bytes) else program.name))
        return Report(self._json("POST", "/diagnose", wait=wait, data=form, content_type=form.content_type))

    def _finish(self, report: Report, seconds: float | None = None) -> Report:
        deadline = None if seconds is None else time.monotonic() + seconds
        while not report.finished and report.id:
            left = _ONE_WAIT if deadline is None else min(_ONE_WAIT, deadline - time.monotonic())
            if left <= 0:
                break
            asked = time.monotonic()
            report = self.get(report.id, wait=left)
            time.sleep(0 if report.finished else max(0.0, _PAUSE - (time.monotonic() - asked)))
        return report

    def _json(
        self, method: str, path: str, *, wait: float = 0, content_type: str | None = None, **body: Any
    ) -> dict[str, Any]:
        headers = {"Accept": "application/json", "Prefer": f"wait={wait:.0f}"}
        if content_type:
            headers["Content-Type"] = content_type
        timeout = (_CONNECT_SECONDS, self.timeout + wait)
        try:
            answer = self._session.request(method, self.base_url + path, headers=headers, timeout=timeout, **body)
        except requests.RequestException as error:
            raise ConnectionFailed(f"no answer from {self.base_url}: {_reason(error)}") from error
        return _content(answer)


class _Bearer(AuthBase):
    """A session that says how it authenticates takes no password of a .netrc for it."""

    def __init__(self, key: str | None) -> None:
        self.key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.key:
            request.headers["Authorization"] = f"Bearer {self.key}"
        return request


def _path(model: str | os.PathLike[str]) -> Path:
    """Raises TypeError for all that is no path: a module has to be saved first."""
    if not isinstance(model, str | os.PathLike):
        kind = type(model).__name__
        raise TypeError(f'a path or bytes, not {kind}: torch.jit.script(model).save("model.pt"), and send "model.pt"')
    return Path(model)


def _content(answer: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises ProblemError or NotAService."""
    try:
        document = answer.json()
    except ValueError:
        document = None
    if isinstance(document, dict) and answer.ok:
        return document
    if isinstance(document, dict) and "detail" in document:
        raise ProblemError(answer.status_code, str(document["detail"]), document.get("errors") or [])
    raise NotAService(f"{answer.url} answers {answer.status_code} {answer.reason}, but not as a whygrad service would")


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "it took too long"
    if isinstance(error, requests.ConnectionError):
        return "nothing listens there, or it broke off"
    return str(error) or type(error).__name__


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
