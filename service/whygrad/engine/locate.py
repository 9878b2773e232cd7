"""Where a node stands, asked again after the run that was in it had to be ended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from whygrad.engine.examine import REQUEST, Unwatched
from whygrad.engine.observation import Json
from whygrad.engine.observe.archive import judge
from whygrad.engine.observe.observer import Observer
from whygrad.engine.places import Places


def locate(upload: Path | bytes, request: Mapping[str, Json], node_id: int) -> dict[str, Json]:
    """The location of a node, as the contract has it. Raises IndexError where there is no such node."""
    data = upload if isinstance(upload, bytes) else upload.read_bytes()
    observer = Observer(judge(data), {**REQUEST, **request}, Unwatched())
    observer.open()
    return Places(observer.observation).of(node_id)
