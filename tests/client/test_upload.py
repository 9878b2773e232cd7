"""A form with a file in it, sent as it is read."""

from __future__ import annotations

import io
import json
import os
import tracemalloc
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.formparser import parse_form_data

from whygrad_client.upload import Content, Form, Program


def form(request: dict[str, str], content: Path | bytes, name: str = "model.pt") -> Form:
    return Form({"request": request}, Content(Program(content, name)))


def parsed(form: Form) -> tuple[str, str, bytes]:
    """The request, the file's name and its content, as a server reads them."""
    body = b"".join(form)
    assert len(body) == len(form)
    environment = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": form.content_type,
        "CONTENT_LENGTH": str(len(form)),
        "wsgi.input": io.BytesIO(body),
    }
    _stream, fields, files = parse_form_data(environment)
    return fields["request"], files["model"].filename or "", files["model"].read()


@given(st.binary(max_size=500), st.text(max_size=30))
def test_a_server_reads_what_was_put_in(content: bytes, text: str) -> None:
    request, name, model = parsed(form({"é": text}, content))
    assert (json.loads(request), name, model) == ({"é": text}, "model.pt", content)


def test_a_name_cannot_break_out_of_its_part(tmp_path: Path) -> None:
    path = tmp_path / 'a"b.pt'
    path.write_bytes(b"content")
    _request, name, model = parsed(form({}, path, 'a"\r\nX: y".pt'))
    assert "\n" not in name
    assert model == b"content"


def test_a_name_that_is_no_text_is_sent_as_far_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"sm\xff.pt")
    path.write_bytes(b"content")
    assert parsed(form({}, path, path.name))[1:] == ("sm?.pt", b"content")
    assert b"sm?.pt" in b"".join(Form({"name": path.name}))


def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.pt"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    sent_form = form({}, path)
    tracemalloc.start()
    sent = sum(len(chunk) for chunk in sent_form)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent == len(sent_form)
    assert peak < 2_000_000
