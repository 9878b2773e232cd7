"""The probe: a custom operator between two operations that sees the tensors which pass.

One probe stands between each pair of neighbours in a block: it carries the outputs of the one and the inputs of
the other, so that the operation which raised is always the last one that was entered, with its operands known.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Protocol

import torch

from whygrad.engine.observation import Event, Json, Operand, Tensor
from whygrad.engine.observe.measuring import numbers_of

EVENTS = 200_000
"""The most events that one step lists; what comes after is counted."""

SEEN, MARK, HALT, STAND_IN = "whygrad::seen", "whygrad::mark", "whygrad::halt", "whygrad::stand_in"


class Progress(Protocol):
    """Where the run is, told to whoever watches it."""

    def enter(self, pass_name: str) -> None:
        """A pass begins."""

    def at(self, node: int) -> None:
        """An operation begins."""


@dataclass(frozen=True)
class Site:
    """What one probe carries: the outputs of the node `after`, then the named arguments of the node `before`.

    `indices` are the roles whose numbers are places in another tensor. `by_itself` says that the node `before` reads or
    fills memory by itself, which a tensor on meta has none of.
    """

    after: int | None
    outputs: int
    before: int | None
    roles: tuple[str, ...]
    indices: frozenset[str] = frozenset()
    by_itself: bool = False


@dataclass
class _Open:
    """An event that is being written."""

    node: int
    inputs: tuple[Operand, ...]
    values: dict[str, Json]
    grad_mode: bool
    outputs: tuple[Tensor, ...] = ()
    functions: tuple[Any, ...] = ()
    completed: bool = False


@dataclass
class Recorder:
    """Writes down what the probes of one program see, step after step; `close` also what numbers tensors hold."""

    sites: Sequence[Site]
    progress: Progress
    close: bool = False
    unlisted: int = 0
    by_itself: bool = False
    _events: list[_Open] = field(default_factory=list)
    _latest: dict[int, _Open] = field(default_factory=dict)
    _storages: int = 0
    _count: int = 0

    def begin(self) -> None:
        """A step begins: forget the events of the one before, keep the identities of tensors."""
        self._events, self._latest, self.unlisted = [], {}, 0

    def events(self) -> tuple[Event, ...]:
        """The events of this step."""
        return tuple(Event(e.node, e.inputs, e.outputs, e.values, e.grad_mode, e.completed) for e in self._events)

    def functions(self) -> list[tuple[Any, ...]]:
        """For each event the autograd functions that its outputs came from."""
        return [e.functions for e in self._events]

    def let_go(self) -> None:
        """Forget the autograd functions of this step, the last first.

        One that goes takes with it all that only it leads to, each on the stack of the one before: the first to go
        would overrun the stack in a long program.
        """
        for event in reversed(self._events):
            event.functions = ()

    def identify(self, tensor: torch.Tensor) -> Tensor:
        """The facts of a tensor now. Its id stays with the tensor object for as long as that lives."""
        known: Tensor | None = getattr(tensor, "_whygrad_fact", None)
        requires_grad = tensor.requires_grad
        version = 0 if tensor.is_inference() else tensor._version
        if known is not None and self._still_true(known, version, requires_grad):
            return known
        if known is None:
            self._count += 1
        number = known.id if known is not None else self._count
        fact = self._fact(tensor, number, version, requires_grad)
        tensor._whygrad_fact = fact  # type: ignore[attr-defined]
        return fact

    def _still_true(self, known: Tensor, version: int, requires_grad: bool) -> bool:
        as_it_was = known.version == version and known.requires_grad == requires_grad
        return as_it_was and (known.numbers is not None or not self.close)

    def record(self, values: Sequence[Any], probe: int) -> None:
        """A probe fired."""
        site = self.sites[probe]
        if site.after is not None:
            self.leave(site.after, values[: site.outputs])
        self.by_itself = site.by_itself
        if site.before is not None:
            self.progress.at(site.before)
            self.enter(site.before, site.roles, values[site.outputs :], site.indices)
            if site.by_itself and any(t.is_meta for t in tensors_in(values[site.outputs :])):
                raise NotImplementedError("a tensor on meta has no numbers to read")

    def enter(
        self, node: int, roles: Sequence[str], values: Sequence[Any], indices: Collection[str] = ("target",)
    ) -> None:
        """An operation begins, with its named arguments, some of which are indices."""
        if len(self._events) >= EVENTS:
            self.unlisted += 1
            return
        inputs: list[Operand] = []
        plain: dict[str, Json] = {}
        for role, value in zip(roles, values, strict=True):
            self._sort(role, value, inputs, plain, places=role in indices)
        event = _Open(node, tuple(inputs), plain, torch.is_grad_enabled())
        self._events.append(event)
        self._latest[node] = event

    def leave(self, node: int, values: Sequence[Any]) -> None:
        """An operation that was entered gave its outputs."""
        event = self._latest.get(node)
        if event is None:
            return
        tensors = [t for value in values for t in tensors_in(value)]
        event.outputs = tuple(self.identify(t) for t in tensors)
        event.functions = tuple(_lineage(t)[1] for t in tensors)
        event.completed = True

    def _sort(self, role: str, value: Any, inputs: list[Operand], plain: dict[str, Json], *, places: bool) -> None:
        if isinstance(value, torch.Tensor):
            inputs.append(Operand(role, self.identify(value), _bounds(value) if places else None))
        elif isinstance(value, list | tuple | dict):
            items = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
            if any(isinstance(item, torch.Tensor | list | tuple | dict) for _, item in items):
                for key, item in items:
                    self._sort(f"{role}[{key}]", item, inputs, plain, places=places)
            elif len(items) <= 64:
                plain[role] = [json_of(item) for _, item in items]
        else:
            plain[role] = json_of(value)

    def _fact(self, tensor: torch.Tensor, number: int, version: int, requires_grad: bool) -> Tensor:
        leaf, function = _lineage(tensor) if requires_grad else (True, None)
        dense = tensor.layout == torch.strided
        return Tensor(
            id=number,
            shape=tuple(tensor.shape),
            dtype=str(tensor.dtype).removeprefix("torch."),
            device=tensor.device.type,
            requires_grad=requires_grad,
            leaf=leaf,
            grad_fn=type(function).__name__ if function is not None else None,
            version=version,
            storage=self.memory(tensor) if dense else -number,
            strides=tuple(tensor.stride()) if dense else (),
            numbers=numbers_of(tensor) if self.close else None,
            offset=int(tensor.storage_offset()) if dense else 0,
        )

    def memory(self, tensor: torch.Tensor) -> int:
        """The number of a tensor's memory, kept on it: an address is given to others once the memory is free."""
        storage = tensor.untyped_storage()
        number = getattr(storage, "_whygrad_number", None)
        if number is None:
            number = storage._whygrad_number = self._storages  # type: ignore[attr-defined]
            self._storages += 1
        return number


def _bounds(tensor: torch.Tensor) -> tuple[int, int] | None:
    """The least and the greatest of an index; None of what is no index, or has no numbers."""
    if tensor.is_meta or tensor.dtype not in (torch.int64, torch.int32) or not tensor.numel():
        return None
    least, greatest = tensor.aminmax()
    return int(least), int(greatest)


def _lineage(tensor: torch.Tensor) -> tuple[bool, Any]:
    """Whether a tensor is a leaf, and the function that it came from.

    Autograd refuses to say, for a view of memory that was written where it must not be: then it has no function.
    """
    try:
        return tensor.is_leaf, tensor.grad_fn
    except RuntimeError:
        return False, None


def tensors_in(value: Any) -> list[torch.Tensor]:
    """The tensors in a value, however deep in lists, tuples and dicts, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, list | tuple):
        return [t for item in value for t in tensors_in(item)]
    if isinstance(value, dict):
        return [t for item in value.values() for t in tensors_in(item)]
    return []


def json_of(value: Any) -> Json:
    """A number, string or None as it is, a device by its name; anything else by the name of its type."""
    if value is None or isinstance(value, bool | int | str):
        return value if not isinstance(value, str) else value[:256]
    if isinstance(value, torch.device):
        return str(value)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    return f"<{type(value).__name__}>"


class _HaltError(Exception):
    """What the raising operator raises, so that the interpreter prints the stack of the place."""


_active: list[Recorder] = []


def seen(values: Sequence[Any], probe: int) -> None:
    """What a probe does: the active recorder writes down what it carries."""
    if _active:
        _active[-1].record(values, probe)


def fills_by_itself() -> bool:
    """Whether the operation that is running fills memory by itself, as `torch.tensor` does with numbers."""
    return bool(_active) and _active[-1].by_itself


def _halt() -> int:
    raise _HaltError("here")


def _stand_in(tensors: Sequence[torch.Tensor | None], shape: Sequence[int], dtype: str) -> torch.Tensor:
    """Numbers of a shape, all different, through which gradients that are not zero reach what was read."""
    read = [t for t in tensors if t is not None]
    device = next((t.device for t in read if t.is_meta), read[0].device if read else torch.device("cpu"))
    pattern = torch.arange(prod(shape), dtype=torch.float32, device=device).cos().reshape(list(shape))
    standing = pattern.to(getattr(torch, dtype))
    for tensor in read:
        if tensor.is_floating_point() and tensor.numel():
            standing = standing + pattern * tensor.mean().to(standing.dtype)
    return standing


_LIBRARY = torch.library.Library("whygrad", "DEF")  # type: ignore[no-untyped-call]
for _schema, _kernel in (
    ("seen(Any values, int probe) -> ()", seen),
    ("mark(str what) -> int", lambda what: len(what)),
    ("mark.after(str what, Any result) -> int", lambda what, _: len(what)),
    ("halt() -> int", _halt),
    ("stand_in(Tensor?[] tensors, int[] shape, str dtype) -> Tensor", _stand_in),
):
    # with any other alias analysis torch removes a probe as dead code
    _LIBRARY.define(_schema, alias_analysis="CONSERVATIVE")  # type: ignore[no-untyped-call]
    _LIBRARY.impl(_schema.partition("(")[0], _kernel, "CompositeImplicitAutograd")  # type: ignore[no-untyped-call]


class recording:  # noqa: N801 - reads as a statement: with recording(recorder)
    """While it is entered, probes report to the recorder."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __enter__(self) -> Recorder:
        _active.append(self._recorder)
        return self._recorder

    def __exit__(self, *_: object) -> None:
        _active.pop()
