from __future__ import annotations

import gzip
import json
from typing import Any

from flask.testing import FlaskClient
from tests.engine.programs import build, request_of

from whygrad.engine.examine import examine
from whygrad.jobs.diagnosis import empty_document
from whygrad.jobs.graphs import packed
from whygrad.jobs.store import Store

CONTENT = gzip.compress(b'{"schema":1}', mtime=0)

SOURCE = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 2)
    def forward(self, x):
        return self.a(x)
"""


def done(store: Store, graph: bytes | None) -> str:
    """A finished diagnosis with a graph beside it."""
    job = store.submit(model_sha256="a" * 64, model_name="m.pt", model_bytes=1, request={})
    claim = store.claim("w", 30)
    assert claim is not None
    assert store.finish(claim, empty_document() | {"headline": "nothing ran"}, graph)
    return job.id


def test_a_graph_is_given_as_it_is_stored_to_whoever_takes_gzip(client: FlaskClient, store: Store) -> None:
    address = f"/diagnoses/{done(store, CONTENT)}/graph"
    answer = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.data == CONTENT
    for encoding in ("identity", "gzip;q=0", "br"):
        plain = client.get(address, headers={"Accept-Encoding": encoding})
        assert "Content-Encoding" not in plain.headers
        assert plain.get_json() == {"schema": 1}
    assert answer.headers["ETag"] == plain.headers["ETag"]
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_where_there_is_none_the_answer_says_why(client: FlaskClient, store: Store) -> None:
    missing = client.get(f"/diagnoses/{'0' * 32}/graph")
    assert missing.status_code == 404
    assert "There is no diagnosis" in missing.get_json()["detail"]
    nothing = client.get(f"/diagnoses/{done(store, None)}/graph")
    assert nothing.status_code == 404
    assert nothing.get_json()["detail"] == "There is no graph: nothing of the program was run. nothing ran"
    queued = store.submit(model_sha256="a" * 64, model_name="m.pt", model_bytes=1, request={})
    assert "is queued" in client.get(f"/diagnoses/{queued.id}/graph").get_json()["detail"]


def test_a_graph_goes_with_its_diagnosis(client: FlaskClient, store: Store) -> None:
    id = done(store, CONTENT)
    assert client.delete(f"/diagnoses/{id}").status_code == 204
    assert store.graph(id) is None
    assert json.loads(client.get(f"/diagnoses/{id}/graph").data)["status"] == 404


def test_a_picture_is_a_file_that_runs_nothing(client: FlaskClient, store: Store) -> None:
    drawn: list[dict[str, Any]] = []
    examine(build(SOURCE), request_of({"shapes": "2x4"}), emit=lambda _document: None, draw=drawn.append)
    answer = client.get(f"/diagnoses/{done(store, packed(drawn[-1]))}.svg")
    assert answer.content_type.startswith("image/svg+xml")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.text.startswith("<svg ")
    assert client.get(f"/diagnoses/{done(store, None)}.svg").status_code == 404
