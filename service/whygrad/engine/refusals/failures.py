"""What made the forward or the loss raise: one execution, its operands and its cause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.observation import Error, Event, Node, Observation, Step
from whygrad.engine.operands.dtypes import wrong_type
from whygrad.engine.operands.indexing import passed_over
from whygrad.engine.operands.targets import compared
from whygrad.engine.refusals.causes import Cause, Evidence, cause_of, hidden_cause
from whygrad.engine.refusals.unpacked import in_full
from whygrad.engine.refusals.unseen import unseen_node
from whygrad.engine.wording.origins import last_read, sizes_read, taken_apart

_OF_SIZES: frozenset[Cause] = frozenset({"target", "join", "division", "product", "index", "stretch", "shape"})
_ARGUMENTS = re.compile(r"Expected a value of type|expected at most \d+ argument|is missing value for argument")


@dataclass(frozen=True)
class Failure:
    """The execution that was refused, in which step and where in it, and why.

    `event` is None where no operand was seen, `node` too where it is not known. `message` is torch's; it is empty
    where the structure pass completed what real numbers would not.
    """

    step: Step
    order: int
    node: Node | None
    event: Event | None
    cause: Cause
    kind: str = ""
    message: str = ""

    @property
    def said(self) -> str:
        """The first line of what torch said."""
        return self.message.strip().partition("\n")[0][:300]


@lru_cache(maxsize=8)
def failure(observation: Observation) -> Failure | None:
    """What made the forward or the loss raise, or the derivative of what took other types; None where nothing did."""
    without_numbers = observation.judged is not None and observation.judged.name == "structure"
    for step in observation.steps:
        hidden = _hidden(observation, step) if without_numbers else None
        if hidden is not None:
            return hidden
        if step.error is not None and step.error.stage != "backward":
            return None if _explained_elsewhere(step, step.error) else _raised(observation, step, step.error)
        if step.error is not None and (late := _refused_on_the_way_back(observation, step, step.error)):
            return late
    return None


def refused(observation: Observation, cause: Cause) -> Iterator[tuple[Failure, Node, Event]]:
    """The failure, if that is its cause, with the operation that refused and the execution that shows why."""
    found = failure(observation)
    if found is not None and found.cause == cause and found.node is not None and found.event is not None:
        yield found, found.node, found.event


def finding(
    observation: Observation,
    failed: Failure,
    *,
    title: str,
    message: str,
    chain: Sequence[Link] = (),
    fixes: Sequence[Fix] = (),
    op: str | None = None,
) -> Finding:
    """The finding of a failure: the step raises, so every parameter that wants a gradient goes without.

    The first of the fixes is the one proposed, unless it is a guess.
    """
    number = failed.node.id if failed.node else None
    unpacked = in_full(observation, failed.step, failed.event) if failed.event and failed.cause in _OF_SIZES else None
    fixes, chain = ([unpacked[1], *fixes], [unpacked[0], *chain]) if unpacked is not None else (fixes, chain)
    words = (Link(f"torch raises: {failed.said}", number),) if failed.said else ()
    source = observation.source(number) if number is not None else None
    proposed = next((f for f in fixes if not f.guess), None)
    ordered = [proposed, *(f for f in fixes if f is not proposed)] if proposed is not None else []
    shown = [replace(f, before=source) if f.before is None and f.after is not None else f for f in ordered]
    return Finding(
        title=title,
        message=message,
        node=number,
        event=failed.event,
        op=op,
        order=failed.order,
        parameters=names(observation.trainable),
        chain=(*chain, *words),
        fix=shown[0] if shown else None,
        other_fixes=tuple(shown[1:]),
    )


def _explained_elsewhere(step: Step, error: Error) -> bool:
    """Whether there is no floating output to make a loss of, which has its own rules."""
    return error.kind == "LossError" and not any(t.floating for t in step.outputs)


def _hidden(observation: Observation, step: Step) -> Failure | None:
    """The first execution that only shapes let pass: the real operation compares more of its operands."""
    for order, event in enumerate(step.events):
        node = observation.nodes[event.node]
        cause = hidden_cause(node, event) if event.completed else None
        if cause is not None and not _autocast(observation, node):
            return Failure(step, order, node, event, cause)
    return None


def _refused_on_the_way_back(observation: Observation, step: Step, error: Error) -> Failure | None:
    """The execution that only its derivative refused: the forward of some losses converts, or takes, what does not fit.

    That of classes takes a batch of one class for the scores of one sample that stand in no batch.
    """
    order = max((i for i, e in enumerate(step.events) if e.node == error.node), default=-1)
    if order < 0:
        return None
    event = step.events[order]
    node, loss = observation.nodes[event.node], compared(observation.nodes[event.node], event)
    cause: Cause | None = None
    if "dtype" in error.message and wrong_type(node, event) is not None:
        cause = "type"
    elif "size mismatch" in error.message and loss is not None and not loss.fits:
        cause = "target"
    elif "invalid gradient" in error.message and passed_over(node, event) is not None:
        cause = "shape"
    return Failure(step, order, node, event, cause, error.kind, error.message) if cause is not None else None


def _autocast(observation: Observation, node: Node) -> bool:
    """Whether the operation stands in a region that casts its operands."""
    return any("autocast" in observation.nodes[n].arguments[0].type for n in node.regions)


def _raised(observation: Observation, step: Step, error: Error) -> Failure:
    if not step.events and _ARGUMENTS.search(error.message):
        return Failure(step, 0, None, None, "arguments", error.kind, error.message)
    event = step.failure
    node = observation.nodes[error.node] if error.node is not None else unseen_node(observation, step, error.message)
    order = len(step.events) - (event is not None)
    if node is None:
        return Failure(step, order, None, None, "other", error.kind, error.message)
    unpacked = sizes_read(observation, step, node)
    shown = unpacked or event or Event(node.id, (), (), {}, True, completed=False)
    if unpacked is None and not _all_seen(node, shown):
        shown = last_read(observation, step, node) or shown
    seen = Evidence(
        node=node,
        event=event or shown,
        message=error.message,
        layer_type=observation.modules.get(node.module),
        read=shown if shown is not event and shown.inputs else None,
        unpacked=unpacked is not None,
        library=observation.in_library(node.id),
        cut_up=taken_apart(observation, step, node, shown),
    )
    return Failure(step, order, node, shown, cause_of(seen), error.kind, error.message)


def _all_seen(node: Node, event: Event) -> bool:
    """Whether every operand was seen: of an operation that a check of torch's stopped, only the weights may be."""
    return bool(event.inputs) and all(event.input(a.name) for a in node.arguments if a.type == "Tensor")
