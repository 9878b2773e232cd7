"""Files out of Slack: what is fetched, from where, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from slack_sdk import WebClient
from tests.client.slack.fake_slack import BOT_TOKEN, FakeSlack
from tests.client.slack.workspace import Json

from whygrad_client.reading import read
from whygrad_client.slack import forms
from whygrad_client.slack.files import FileRefused, Files
from whygrad_client.slack.payloads import File
from whygrad_client.slack.speaking import Unheard, Wait
from whygrad_client.slack.tasks import Source

Answer = Callable[[BaseHTTPRequestHandler], None]
LIMIT = 1_000_000


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    slack = FakeSlack()
    yield slack
    slack.close()


@pytest.fixture
def files(fake: FakeSlack) -> Files:
    return Files(WebClient(BOT_TOKEN, fake.api_url))


def source(told: Json) -> Source:
    return forms.source(read(File, told))


def fetched(files: Files, source: Source, limit: int = LIMIT) -> bytes:
    with files.fetched(source, limit) as path:
        return path.read_bytes()


def answering(status: int, body: bytes = b"", length: int | None = None, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body) if length is None else length), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    return answer


def test_a_file_comes_as_it_is(fake: FakeSlack, files: Files) -> None:
    program = b"PK\x03\x04" + bytes(300_000)
    told = fake.upload("net.pt", program)
    assert fetched(files, source(told)) == program
    assert fake.calls == []


def test_slack_is_asked_for_an_address_that_is_not_known(fake: FakeSlack, files: Files) -> None:
    told = fake.upload("net.pt", b"PK\x03\x04")
    assert fetched(files, Source(file=told["id"])) == b"PK\x03\x04"
    assert fake.calls == ["files.info"]


def test_what_is_gone_is_told(fake: FakeSlack, files: Files) -> None:
    told = fake.upload("net.pt", b"PK")
    fake.files.clear()
    for gone in (source(told), Source(file=told["id"])):
        with pytest.raises(FileRefused, match="gone from Slack"):
            fetched(files, gone)


def test_a_login_page_is_told_as_such(fake: FakeSlack, files: Files) -> None:
    told = fake.upload("net.pt", b"PK")
    fake.revoked = True
    for given in (source(told), Source(file=told["id"])):
        with pytest.raises(FileRefused, match=r"login page .* scope files:read"):
            fetched(files, given)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/files/F1",
        "http://files.slack.com/F1",
        "https://files.slack.com.evil.example/F1",
        "https://files.slack.com@evil.example/F1",
        "https://files.slack.com:8443/F1",
        "https://slack.com/F1",
        "file:///etc/passwd",
        "http://127.0.0.1:9/files/F1",
        "http://[::1",
    ],
)
def test_no_file_comes_from_elsewhere(files: Files, url: str) -> None:
    with pytest.raises(FileRefused, match="not kept by Slack"):
        fetched(files, Source(file="F1", url=url))


def test_slack_itself_has_one_host_for_files() -> None:
    assert Files(WebClient(BOT_TOKEN)).origins == {("https", "files.slack.com", None)}
    gov = WebClient(BOT_TOKEN, "https://slack-gov.com/api/")
    assert Files(gov).origins == {("https", "files.slack-gov.com", None)}


@pytest.mark.parametrize(
    ("answer", "error", "why"),
    [
        (answering(302, Location="https://evil.example/"), FileRefused, "login page"),
        (answering(403), FileRefused, "login page"),
        (answering(404), FileRefused, "gone"),
        (answering(200), FileRefused, "empty"),
        (answering(200, b"\xef\xbb\xbf\r\n<!-- sign in --><html>"), FileRefused, "login page"),
        (answering(200, "\ufeff<head><title>Sign in".encode("utf-16-le")), FileRefused, "login page"),
        (answering(200, b"You need to sign in", Content_Type="text/html; charset=utf-8"), FileRefused, "login page"),
        (answering(418), FileRefused, "418"),
        (answering(200, b"PK" + bytes(2 * LIMIT)), FileRefused, "1,000,000 bytes"),
        (answering(200, b"PK\x03\x04", length=100), Unheard, "could not be read|broke off"),
        (answering(503), Unheard, "503"),
        (answering(429, Retry_After="9"), Wait, "9"),
    ],
)
def test_other_answers_are_told(
    fake: FakeSlack, files: Files, answer: Answer, error: type[Exception], why: str
) -> None:
    told = fake.upload("net.pt", b"PK")
    fake.file_answers[told["id"]] = answer
    with pytest.raises(error, match=why):
        fetched(files, source(told))


def test_a_file_that_says_that_it_is_too_large_is_not_fetched(fake: FakeSlack, files: Files) -> None:
    told = fake.upload("net.pt", b"PK") | {"size": LIMIT + 1}
    with pytest.raises(FileRefused, match="1,000,000 bytes"):
        fetched(files, source(told))
