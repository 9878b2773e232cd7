from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

FINGERPRINT, OTHER = "ab" * 32, "cd" * 32


def finding(fingerprint: str) -> dict[str, Any]:
    return {"code": "CUT101", "severity": "error", "title": "cut", "fingerprint": fingerprint}


def test_a_muted_finding_is_marked_in_every_diagnosis_and_counts_all_the_same(
    client: FlaskClient, finish: Callable[..., None], healthy: bytes
) -> None:
    form = {"model": (io.BytesIO(healthy), "m.pt"), "shapes": "2x4"}
    place = client.post("/diagnose", data=form).headers["Location"]
    finish(verdict="faulty", findings=[finding(FINGERPRINT), finding(OTHER)])
    before = client.get(place)
    assert [f["muted"] for f in before.json["findings"]] == [None, None]

    made = client.put(f"/mutes/{FINGERPRINT}", json={"by": "Ada", "reason": "the teacher is frozen"})
    assert made.status_code == 201
    assert made.json["by"] == "Ada"
    after = client.get(place, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.json["verdict"] == "faulty"
    assert [f["muted"] for f in after.json["findings"]] == [made.json, None]

    assert client.delete(f"/mutes/{FINGERPRINT}").status_code == 204
    assert client.get(place).data == before.data


def test_who_and_why_can_be_said_anew(client: FlaskClient) -> None:
    assert client.put(f"/mutes/{FINGERPRINT}", json={}).status_code == 201
    assert client.put(f"/mutes/{FINGERPRINT}", json={"reason": "known"}).status_code == 200
    assert client.put(f"/mutes/{OTHER}", json={}).status_code == 201
    listed = client.get("/mutes").json["mutes"]
    assert [(mute["fingerprint"], mute["reason"]) for mute in listed] == [(OTHER, ""), (FINGERPRINT, "known")]
    assert client.get(f"/mutes/{FINGERPRINT}").json == listed[1]


def test_what_is_wrong_with_a_mute_is_told(client: FlaskClient, problem: Callable[..., str]) -> None:
    assert "There is nothing at" in problem(client.put("/mutes/nonsense", json={}), 404)
    problem(client.put(f"/mutes/{FINGERPRINT}", json={"reason": "x" * 1001}), 422, "/reason")
    problem(client.put(f"/mutes/{FINGERPRINT}", json={"who": "me"}), 422, "/who")
    assert "No finding with this fingerprint is muted" in problem(client.get(f"/mutes/{FINGERPRINT}"), 404)
    problem(client.delete(f"/mutes/{FINGERPRINT}"), 404)
