"""What nobody uses is not kept for ever: uploads that were sent and never diagnosed, and what broke off."""

from __future__ import annotations

from functools import partial

from whygrad.jobs.store import Store
from whygrad.storage.blobs import Blobs

PAUSE_SECONDS = 3600.0
"""How often it is worth a look."""


def tidy(store: Store, blobs: Blobs, seconds: float) -> int:
    """Delete the uploads of no diagnosis that are older than so many seconds; how many they were."""
    blobs.sweep(seconds)
    used = store.used()
    unused = [sha256 for sha256 in blobs.older(seconds) if sha256 not in used]
    return sum(store.forget(sha256, partial(blobs.delete, older=seconds)) for sha256 in unused)
