from __future__ import annotations

import pytest

from whygrad.sandbox import wire
from whygrad.sandbox.task import Isolation
from whygrad.sandbox.wire import Flood, Inbox, line, parse


def test_documents_arrive_in_pieces_and_the_last_one_counts() -> None:
    inbox, sent = Inbox(1000), line("document", {"pass": "ünö"}) + line("document", {"pass": 2})
    arrived = [document for byte in sent for document in inbox.feed(bytes([byte]))]
    assert arrived == [{"pass": "ünö"}, {"pass": 2}]
    assert inbox.document == {"pass": 2}


def test_last_words_are_for_the_log() -> None:
    inbox = Inbox(1000)
    assert list(inbox.feed(line("detail", "Traceback …"))) == []
    assert (inbox.detail, inbox.document) == ("Traceback …", None)


def test_what_holds_a_child_is_what_it_said_first() -> None:
    layers = dict.fromkeys(("nobody", "privileges", "limits", "landlock", "seccomp"), True)
    inbox = Inbox(1000)
    list(inbox.feed(line("isolation", layers | {"landlock": False}) + line("isolation", layers)))
    assert inbox.isolation == Isolation(**layers | {"landlock": False})


@pytest.mark.parametrize("told", [None, {}, {"seccomp": True}, dict.fromkeys(vars(Isolation)["__match_args__"], 1)])
def test_what_is_no_isolation_is_none(told: object) -> None:
    inbox = Inbox(1000)
    list(inbox.feed(line("isolation", told)))
    assert inbox.isolation is None


def test_what_is_no_document_is_passed_over() -> None:
    inbox = Inbox(1000)
    sent = line("document", {"good": True}) + b'{"document": [1]}\nrubbish\n\xff\n[]\n{"graph": {"x": NaN}}\n'
    assert list(inbox.feed(sent)) == [{"good": True}]
    assert inbox.document == {"good": True}


def test_an_earlier_document_does_not_pass_for_one_that_cannot_be_taken() -> None:
    inbox, refused = Inbox(1000), b'{"document":{"x":NaN}}\n'
    assert list(inbox.feed(line("document", {"pass": 1}) + refused)) == [{"pass": 1}]
    assert inbox.document is None
    assert list(inbox.feed(line("document", {"pass": 3}))) == [{"pass": 3}]
    assert inbox.document == {"pass": 3}


@pytest.mark.parametrize("number", [1e23, -1e300, 2**63 - 1])
def test_a_number_that_the_next_reader_can_take_is_taken(number: float) -> None:
    assert parse(line("document", {"norm": number})) == {"document": {"norm": number}}


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a": %s1%s}' % (b"[" * wire.MAX_DEPTH, b"]" * wire.MAX_DEPTH),
        b'{"a": %s}' % (b"9" * 5000),
        b'{"a": %s}' % (b"9" * 400),
        b'{"a": NaN}',
        b'{"a": 9223372036854775808}',
        b'{"a": 1e999}',
        b'{"a": -Infinity}',
        b'{"a": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"a": "\xff"}',
        b"3",
        b"",
    ],
)
def test_hostile_json_is_nothing(text: bytes) -> None:
    assert parse(text) == {}


@pytest.mark.parametrize("sent", [b"x" * 2000, b"x" * 2000 + b"\n", b"{}\n" * (wire.MAX_LINES + 1)])
def test_a_flood_is_cut_off(sent: bytes) -> None:
    with pytest.raises(Flood):
        list(Inbox(1000).feed(sent))


def test_our_own_side_sends_no_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        line("document", {"norm": float("nan")})
