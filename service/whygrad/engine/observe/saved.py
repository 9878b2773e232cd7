"""Tensors that backward needs and that were changed after they were saved, found before backward runs."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from whygrad.engine.facts import Clobbered, Saved
from whygrad.engine.observation import Event, Node, Tensor
from whygrad.engine.observe.functions import owners

_CHANGED = re.compile(r"is at version (\d+); expected version (\d+) instead")
_SAVED = "_saved_"


def clobbered(events: Sequence[Event], functions: Sequence[Sequence[Any]], loss: torch.Tensor) -> tuple[Clobbered, ...]:
    """Every saved tensor of the graph behind the loss that is no longer what it was.

    Autograd checks a saved tensor's version when it is touched; each touch that raises is a fault. Nothing is
    touched where nothing was written in place.
    """
    if loss.grad_fn is None or not any(o.version for e in events for o in e.outputs):
        return ()
    made_by, latest = owners(functions, loss), _latest_versions(events)
    found = []
    for function, event in made_by.items():
        for name, expected, version in _changed(function):
            storage = _storage(events[event], latest, expected, version)
            found.append(Clobbered(event, name, storage, expected, version))
    return tuple(sorted(found, key=lambda c: c.saver))


def clobbered_out_of_reach(message: str, saver: int | None, events: Sequence[Event]) -> tuple[Clobbered, ...]:
    """The saved tensor that a backward found changed, where no touch before it could reach it.

    A write into a part of a tensor is kept by autograd within a function for the whole of it, which shows to nobody
    what it saved; the error has the versions.
    """
    match = _CHANGED.search(message)
    if match is None or saver is None:
        return ()
    expected, version = int(match[2]), int(match[1])
    storage = _storage(events[saver], _latest_versions(events), expected, version)
    own = any(t.storage == storage and t.version == expected for t in events[saver].outputs)
    return (Clobbered(saver, "result" if own else "operand", storage, expected, version),)


def written_unseen(events: Sequence[Event], nodes: Mapping[int, Node]) -> frozenset[int]:
    """The memories that are written through `.data`, whose writes count no version."""
    aliases: set[int] = set()
    written = set()
    for event in events:
        node = nodes.get(event.node)
        if node is None:
            continue
        read = {t.storage for t in event.tensors if t.id in aliases}
        if node.op == "prim::data":
            aliases |= {t.id for t in event.outputs}
        elif read:
            aliases |= {t.id for t in event.outputs if t.storage in read}
            written |= {t.storage for t in event.outputs if node.writes and t.storage in read}
    return frozenset(written)


def saved_in(
    memories: frozenset[int],
    functions: Sequence[Sequence[Any]],
    loss: torch.Tensor,
    identify: Callable[[torch.Tensor], Tensor],
) -> tuple[Saved, ...]:
    """What the functions behind a loss saved in those memories."""
    found = []
    for function, event in owners(functions, loss).items() if loss.grad_fn is not None else ():
        for name in _saved_names(type(function).__name__, function):
            with contextlib.suppress(RuntimeError):  # changed as autograd sees it, which is another fault
                saved = getattr(function, name)
                fact = identify(saved) if isinstance(saved, torch.Tensor) else None
                if fact is not None and fact.storage in memories:
                    found.append(Saved(event, name.removeprefix(_SAVED), fact))
    return tuple(sorted(found, key=lambda s: s.saver))


def _changed(function: Any) -> Iterator[tuple[str, int, int]]:
    """(name, expected version, version) of each saved tensor of a function that was changed."""
    for name in _saved_names(type(function).__name__, function):
        try:
            getattr(function, name)
        except RuntimeError as error:
            match = _CHANGED.search(str(error))
            if match is not None:
                yield name.removeprefix(_SAVED), int(match[2]), int(match[1])


_names: dict[str, tuple[str, ...]] = {}


def _saved_names(kind: str, function: Any) -> tuple[str, ...]:
    if kind not in _names:
        _names[kind] = tuple(name for name in dir(function) if name.startswith(_SAVED))
    return _names[kind]


def _latest_versions(events: Sequence[Event]) -> dict[int, int]:
    """The last version of each memory."""
    latest: dict[int, int] = {}
    for event in events:
        for tensor in (*event.tensors, *event.outputs):
            latest[tensor.storage] = max(tensor.version, latest.get(tensor.storage, 0))
    return latest


def _storage(saver: Event, latest: Mapping[int, int], expected: int, version: int) -> int:
    """The memory of the saved tensor: of those at hand when it was saved, the one that went from one version on.

    Of what an operation writes itself it saves what it made of it, or a copy of what it was.
    """
    results = {t.storage for t in saver.outputs}
    candidates = [*saver.outputs, *(t for t in saver.tensors if t.storage not in results)]
    fitting = [t for t in candidates if latest.get(t.storage) == version and t.version == expected]
    moved = fitting or [t for t in candidates if latest.get(t.storage) == version]
    return (moved or candidates)[0].storage if moved or candidates else -1
