"""Attributes of a module that cannot be read: torch reads all of them, and stops at what a property raises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whygrad_client.capture import Module


class _Absent:
    """In the place of a property: an attribute that is not there."""

    def __get__(self, instance: object, owner: type) -> Any:
        raise AttributeError


@contextmanager
def hidden(module: Module) -> Iterator[None]:
    """Let what raises when it is read not be there, such as the trainer of a LightningModule that has none yet."""
    found = dict.fromkeys((type(inner), name) for inner in module.modules() for name in _raising(inner))
    own = {(kind, name): vars(kind)[name] for kind, name in found if name in vars(kind)}
    for kind, name in found:
        setattr(kind, name, _Absent())
    try:
        yield
    finally:
        for kind, name in found:
            delattr(kind, name)
        for (kind, name), attribute in own.items():
            setattr(kind, name, attribute)


def _raising(module: Module) -> Iterator[str]:
    for name in dir(module):
        try:
            getattr(module, name, None)
        except Exception:  # whatever the property comes upon
            yield name
