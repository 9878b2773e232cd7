"""What a worker does with an upload: it has the engine look at it in the sandbox, and tells how that ended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from whygrad import sandbox
from whygrad.engine.ending import diagnose_ending
from whygrad.engine.observation import Ending
from whygrad.engine.passes import VERIFY
from whygrad.engine.spelling import plain
from whygrad.jobs import graphs
from whygrad.jobs.wellformed import is_description, is_diagnosis, is_location

LOCATE_SECONDS = 10.0
DESCRIBE_SECONDS = 30.0
UNREADABLE = "The file could not be read: the process that read it {}."
ENDED = {
    "timed-out": "did not come to an end",
    "out-of-memory": "ran out of memory",
    "crashed": "crashed",
    "garbled": "told too much, or nothing that could be taken",
    "forbidden": "was ended for what it asked of the system",
    "failed": "failed; the worker's log says why",
}

log = logging.getLogger(__name__)

Document = dict[str, Any]


def examine(
    upload: Path,
    request: Document,
    *,
    limits: sandbox.Limits,
    on_document: Callable[[Document], None] = lambda _document: None,
    on_graph: Callable[[graphs.Graph], None] | None = None,
    pulse: Callable[[], None] = lambda: None,
) -> Document:
    """The engine's diagnosis of `upload`, also where the run had to be ended or ended badly.

    `on_document` gets the diagnosis after each pass, `on_graph` at the end the graph that belongs to it, where there is
    one; without it none is drawn. What one of them or `pulse` raises stops the examination.
    """
    known: list[Document] = []

    def keep(document: Document, isolation: sandbox.Isolation | None) -> None:
        if is_diagnosis(document):
            known[:] = [document]
            on_document(_told(document, isolation))

    task = sandbox.Task("examine", upload, request, draw=on_graph is not None)
    outcome = sandbox.run(task, limits=limits, on_document=keep, pulse=pulse)
    document = known[0] if known else None
    graph = outcome.graph if outcome.graph is not None and graphs.is_graph(outcome.graph) else None
    if outcome.ending == "finished":
        if document is not None and document is outcome.document:
            if graph is not None and on_graph is not None:
                on_graph(graph)
            return _told(document, outcome.isolation)
        outcome = replace(outcome, ending="garbled", detail="what it sent is no diagnosis")
    log.warning("%s in pass %s, node %s: %s", outcome.ending, outcome.pass_name, outcome.node, outcome.detail)
    ended = diagnose_ending(document and plain(document), _ending(task, outcome, limits, pulse))
    if graph is not None and on_graph is not None:
        node = outcome.node if outcome.pass_name != VERIFY else None  # there it is one of a changed program
        on_graph(graphs.with_ending(graph, len(ended["findings"]) - 1, node))
    return _told(ended, outcome.isolation)


def _told(document: Document, isolation: sandbox.Isolation | None) -> Document:
    """A document from the other side of the wall as plain text, with what held the program, as this side knows it."""
    layers = None if isolation is None else asdict(isolation)
    environment = document["environment"] | {"isolation": layers}
    told: Document = plain(document | {"environment": environment})
    return told


def describe(upload: Path, *, limits: sandbox.Limits, pulse: Callable[[], None] = lambda: None) -> Document:
    """What a program says of itself: methods, arguments, recorded shapes; `problem` where it cannot be read."""
    outcome = sandbox.run(sandbox.Task("describe", upload, {}), limits=_within(limits, DESCRIBE_SECONDS), pulse=pulse)
    if outcome.ending == "finished":
        if is_description(outcome.document):
            document: Document = plain(outcome.document)
            return document
        outcome = replace(outcome, ending="garbled", detail="what it sent is no description")
    log.warning("%s while describing: %s", outcome.ending, outcome.detail)
    return {"problem": UNREADABLE.format(ENDED[outcome.ending])}


def _ending(task: sandbox.Task, outcome: sandbox.Outcome, limits: sandbox.Limits, pulse: Callable[[], None]) -> Ending:
    assert outcome.ending != "finished"
    location = None if outcome.node is None else _locate(task, outcome.node, limits, pulse)
    return Ending(outcome.ending, outcome.pass_name, location, outcome.seconds, limits.memory_bytes)


def _locate(task: sandbox.Task, node: int, limits: sandbox.Limits, pulse: Callable[[], None]) -> Document | None:
    """The place of the node in the user's code, told by a second child that stops there."""
    request = task.request | {"node": node}
    outcome = sandbox.run(
        replace(task, kind="locate", request=request), limits=_within(limits, LOCATE_SECONDS), pulse=pulse
    )
    if outcome.ending != "finished":
        log.warning("%s while looking for node %d: %s", outcome.ending, node, outcome.detail)
        return None
    return plain(outcome.document) if is_location(outcome.document) else None


def _within(limits: sandbox.Limits, seconds: float) -> sandbox.Limits:
    return replace(limits, seconds=min(limits.seconds, seconds))
