"""A zygote whose children can be taken over.

It is the real one, with the real child and, but for `free`, the real jail. Only where the engine would open an upload,
one that names an attack is obeyed: from there on the child is in other hands.
"""

from __future__ import annotations

import errno
import json
import socket
import sys
from collections.abc import Callable
from dataclasses import fields
from types import ModuleType
from typing import Any

from tests.sandbox.attacks import files, kernel, network, processes, staying
from tests.sandbox.attacks.aim import Aim

from whygrad.sandbox import child, zygote
from whygrad.sandbox.page import Progress
from whygrad.sandbox.task import Isolation

MARK = b'{"attack":'
FREE = "free"


def _of(module: ModuleType) -> dict[str, Callable[..., object]]:
    own = {name: value for name, value in vars(module).items() if not name.startswith("_") and callable(value)}
    return {name: value for name, value in own.items() if getattr(value, "__module__", "") == module.__name__}


ATTACKS = {name: attack for module in (files, network, processes, kernel) for name, attack in _of(module).items()}
STAYING = _of(staying)


def main() -> None:
    """Be a zygote."""
    how, control, *rest = sys.argv[1:]
    child._engine = _taken_over(child._engine)
    if how == FREE:
        child.lockdown = lambda *_, **__: Isolation(*[False] * len(fields(Isolation)))
    zygote.main(socket.socket(fileno=int(control)), insecure=zygote.INSECURE in rest)


def _taken_over(engine: Callable[..., None]) -> Callable[..., None]:
    def obey(task: dict[str, Any], upload: bytes, ends: child.Ends, progress: Progress) -> None:
        if not upload.startswith(MARK):
            engine(task, upload, ends, progress)
            return
        order = json.loads(upload)
        if order["attack"] in STAYING:
            STAYING[order["attack"]](lambda document: child._send(ends, "document", document), progress)
        else:
            child._send(ends, "document", {"got": _tried(ATTACKS[order["attack"]], Aim(**order["aim"]))})

    return obey


def _tried(attack: Callable[[Aim], object], aim: Aim) -> dict[str, Any]:
    try:
        return {"loot": attack(aim)}
    except Exception as error:
        return {"loot": None, "refused": errno.errorcode.get(getattr(error, "errno", 0), type(error).__name__)}
