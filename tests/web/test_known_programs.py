"""A program that is sent once and diagnosed often, as bytes to the real gunicorn; nobody works on the jobs here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from tests.web import raw
from tests.web.raw import Door, chunked, form, request

FORM = "multipart/form-data; boundary=x"
PROGRAM = bytes(range(256)) * 1_000
SHA256 = hashlib.sha256(PROGRAM).hexdigest()
PLACE = f"/models/{SHA256}"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with raw.running(tmp_path_factory.mktemp("door"), WHYGRAD_MAX_UPLOAD_BYTES="1000000") as door:
        yield door


@pytest.fixture
def door(running: Door) -> Door:
    """One that knows no program yet."""
    running.forget()
    return running


def diagnose(door: Door, *fields: tuple[str, str], **headers: str) -> raw.Reply:
    body = form(*((f'name="{name}"', value.encode()) for name, value in fields))
    return door.ask("POST", "/diagnose", body, Content_Type=FORM, **headers)


def test_it_is_sent_once(door: Door) -> None:
    assert door.ask("HEAD", PLACE).status == 404
    sent = door.ask("PUT", PLACE, PROGRAM)
    assert (sent.status, sent.headers["location"], sent.body) == (201, PLACE, b"")
    assert door.ask("PUT", PLACE, PROGRAM).status == 204
    with door.connect(request("HEAD", PLACE)) as connection, connection.makefile("rb") as stream:
        answer = stream.read().decode().lower()
    assert answer.startswith("http/1.1 200 ")
    assert f"content-length: {len(PROGRAM)}\r\n" in answer
    reply = diagnose(door, ("model_id", SHA256), ("name", "encoder.pt"), ("shapes", "2x4"))
    assert reply.status == 202
    assert reply.document["model"].items() >= {"sha256": SHA256, "name": "encoder.pt", "bytes": len(PROGRAM)}.items()


def test_it_comes_in_chunks(door: Door) -> None:
    head = request("PUT", PLACE, Transfer_Encoding="chunked", Content_Length="")
    assert door.send(head + chunked(PROGRAM[:100_000], PROGRAM[100_000:])).status == 201
    (kept,) = door.kept
    assert kept.read_bytes() == PROGRAM


def test_another_content_is_refused_and_not_kept(door: Door) -> None:
    reply = door.ask("PUT", PLACE, PROGRAM[:-1])
    assert (reply.status, hashlib.sha256(PROGRAM[:-1]).hexdigest() in reply.detail) == (422, True)
    assert door.ask("HEAD", PLACE).status == 404
    assert door.kept == []


def test_half_of_it_is_not_kept(door: Door) -> None:
    with door.connect(request("PUT", PLACE, Content_Length=str(len(PROGRAM)))) as connection:
        connection.sendall(PROGRAM[:-1])
        connection.shutdown(1)
        assert raw.read(connection).status == 400
    assert door.kept == []
    assert door.ask("PUT", PLACE, PROGRAM).status == 201, "it is sent again as if nothing had been"


def test_what_is_not_here_cannot_be_diagnosed(door: Door) -> None:
    reply = diagnose(door, ("model_id", SHA256))
    assert (reply.status, f"PUT {PLACE}" in reply.detail) == (422, True)
    assert reply.document["errors"][0]["pointer"] == "/model_id"


def test_who_lost_the_answer_finds_the_diagnosis(door: Door) -> None:
    door.ask("PUT", PLACE, PROGRAM)
    first = diagnose(door, ("model_id", SHA256), Idempotency_Key="one")
    again = diagnose(door, ("model_id", SHA256), Idempotency_Key="one")
    assert (again.status, again.headers["retry-after"]) == (409, "1")
    assert again.headers["location"] == first.headers["location"] == f"/diagnoses/{first.document['id']}"


def test_it_is_cancelled_once_and_told_to_whoever_asks_again(door: Door) -> None:
    door.ask("PUT", PLACE, PROGRAM)
    place = diagnose(door, ("model_id", SHA256)).headers["location"]
    for status in (202, 200):
        reply = door.ask("DELETE", f"{place}?keep=finished")
        assert (reply.status, reply.document["status"]) == (status, "cancelled")
    assert door.ask("DELETE", place).status == 204
    assert door.ask("GET", place).status == 404
    assert door.kept == [], "the last diagnosis takes the program along"


def test_a_list_goes_on_where_its_page_ended(door: Door) -> None:
    door.ask("PUT", PLACE, PROGRAM)
    ids = [diagnose(door, ("model_id", SHA256)).document["id"] for _ in range(5)]
    listed, place = [], f"/diagnoses?limit=2&model={SHA256}"
    while place:
        reply = door.ask("GET", place)
        listed += [entry["id"] for entry in reply.document["diagnoses"]]
        place = reply.document["next"]
        assert reply.headers.get("link") == (f'<{place}>; rel="next"' if place else None)
    assert listed == ids[::-1]
