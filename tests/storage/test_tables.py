from __future__ import annotations

from whygrad.jobs.links import Links
from whygrad.jobs.mutes import Mutes
from whygrad.jobs.store import Store
from whygrad.storage.database import Database


def test_a_text_may_hold_any_character(store: Store, database: Database) -> None:
    given = "one\0two"
    assert store.get(given) is store.status(given) is Links(database).get(given) is None
    store.submit(model_sha256="a" * 64, model_name=given, model_bytes=1, request={"method": given})
    (kept,) = store.page(name=given).items
    found = store.get(kept.id)
    assert found is not None
    assert (found.model_name, found.request["method"]) == ("one\u2400two", given)
    assert not store.page(name="three\0").items
    Mutes(database).put("f" * 64, by=given, reason=given)
    assert [(mute.muted_by, mute.reason) for mute in Mutes(database).all()] == [("one\u2400two", "one\u2400two")]
