"""Files out of Slack: from its own hosts alone, with the bot's token, no larger than is allowed, and no web page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from whygrad_client.slack.methods import NO_ANSWER
from whygrad_client.slack.speaking import Unheard, Wait, pause
from whygrad_client.slack.tasks import Source

_CHUNK = 256 * 1024
_SECONDS = 20.0
_ZIP, _BLANK = b"PK", b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"

Origin = tuple[str, str, int | None]


class FileRefused(Exception):  # noqa: N818 - named after what happened
    """The file cannot be had: why, and what to do, in words for whoever asked."""


class Files:
    """The files that one bot may see."""

    def __init__(self, client: WebClient) -> None:
        """Files come from the file host of the Slack that `client` speaks to."""
        self.client = client
        self.origins = _origins(client.base_url)

    @contextmanager
    def fetched(self, source: Source, limit: int) -> Iterator[Path]:
        """The file, of `limit` bytes at most, as a temporary one. Raises FileRefused, Wait or Unheard."""
        known = source if source.url else self._asked(source)
        if known.size and known.size > limit:
            raise FileRefused(_too_large(limit))
        with tempfile.NamedTemporaryFile(prefix="whygrad-slack-") as file:
            path = Path(file.name)
            self._download(str(known.url), path, limit)
            yield path

    def _asked(self, source: Source) -> Source:
        """The source with its address, which Slack is asked for."""
        try:
            answer = self.client.files_info(file=str(source.file))
        except SlackApiError as error:
            if error.response.status_code == 429:
                raise Wait(pause(error.response.headers)) from error
            raise FileRefused(_refusal(str(error.response.get("error")))) from error
        except NO_ANSWER as error:
            raise Unheard(str(error)) from error
        file = answer["file"]
        url = file.get("url_private_download") or file.get("url_private")
        if not url:
            raise FileRefused("Slack does not keep this file itself. Send it as a file, or by /diagnose upload.")
        return replace(source, url=url, size=file.get("size"))

    def _download(self, url: str, path: Path, limit: int) -> None:
        if _origin(url) not in self.origins:
            raise FileRefused("This file is not kept by Slack, and is not fetched from elsewhere.")
        headers = {"Authorization": f"Bearer {self.client.token}"}
        try:
            with requests.get(url, headers=headers, stream=True, timeout=_SECONDS, allow_redirects=False) as answer:
                _judge(answer)
                _write(answer, path, limit)
        except requests.RequestException as error:
            raise Unheard(f"a file could not be read from Slack: {type(error).__name__}") from error


def _judge(answer: requests.Response) -> None:
    """Raise where the answer is not the file."""
    if answer.status_code == 429:
        raise Wait(pause(answer.headers))
    if answer.status_code >= 500:
        raise Unheard(f"Slack's file host answers {answer.status_code}")
    if answer.is_redirect or answer.status_code in (401, 403):
        raise FileRefused(_LOGIN)
    if answer.status_code in (404, 410):
        raise FileRefused("The file is gone from Slack. Send it again.")
    if answer.status_code != 200:
        raise FileRefused(f"Slack does not give the file: status {answer.status_code}.")


def _write(answer: requests.Response, path: Path, limit: int) -> None:
    """Keep what comes; its first bytes tell a login page from a program, its last whether all of it came."""
    size = 0
    with path.open("wb") as file:
        for chunk in answer.iter_content(_CHUNK):
            if not size and _is_page(answer, chunk):
                raise FileRefused(_LOGIN)
            size += len(chunk)
            if size > limit:
                raise FileRefused(_too_large(limit))
            file.write(chunk)
    told = answer.headers.get("Content-Length", "")
    if told.isdecimal() and int(told) > size and "Content-Encoding" not in answer.headers:
        raise Unheard("a file broke off on its way from Slack")
    if not size:
        raise FileRefused("The file is empty.")


def _is_page(answer: requests.Response, begin: bytes) -> bool:
    """Whether it is no archive, but a page, by what is told of it or by its own first mark."""
    told = answer.headers.get("Content-Type", "").startswith("text/html")
    return not begin.startswith(_ZIP) and (told or begin.lstrip(_BLANK).startswith(b"<"))


_LOGIN = (
    "Slack sent its login page in place of the file: the app may not read files here. Its bot token needs the scope "
    "files:read; after a change of scopes the app is to be installed again, and gets another token."
)


def _refusal(reason: str) -> str:
    if reason in ("file_not_found", "file_deleted"):
        return "The file is gone from Slack. Send it again."
    if reason in ("invalid_auth", "token_revoked", "token_expired", "account_inactive", "missing_scope", "not_authed"):
        return _LOGIN
    return f"Slack does not give the file: {reason}."


def _too_large(limit: int) -> str:
    return f"The file is larger than {limit:,} bytes, which is all that the service takes."


def _origins(api_url: str) -> frozenset[Origin]:
    """Where files may come from: `files.` of the host of the API, and what stands in for Slack, where that is set."""
    host = urlsplit(api_url).hostname
    others = () if host in ("slack.com", "slack-gov.com") else (_origin(api_url),)
    return frozenset((("https", f"files.{host}", None), *others))


def _origin(url: str) -> Origin | None:
    try:
        parts = urlsplit(url)
        port = None if (parts.scheme, parts.port) == ("https", 443) else parts.port
        return None if parts.username is not None else (parts.scheme, (parts.hostname or "").lower(), port)
    except ValueError:
        return None
