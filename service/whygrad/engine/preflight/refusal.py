"""How a file is refused, and what is always said of what to send instead."""

from __future__ import annotations

from typing import NoReturn

from whygrad.engine.observation import Refusal

SAVE = 'torch.jit.script(model).save("exported.pt")  # or: torch.jit.trace(model, example).save("exported.pt")'
BUILD = "model = Net()  # the class of the model, built as for training"
EXPORT = f"{BUILD}\n{SAVE}"
"""The lines of Python that make a file of the kind that is taken."""


def no_program(what: str, why: str, *lines: str, summary: str = "") -> Refusal:
    """A file of another kind, and the lines that make one of the right kind from it, before it is saved."""
    told = summary or "build the model in PyTorch, and export that"
    return Refusal(what, why, "\n".join([*(lines or [BUILD]), SAVE]), told)


class RefusedError(Exception):
    """The file is not run; `refusal` says what it is, why not, and what to send instead."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.why)
        self.refusal = refusal


def damaged(why: str) -> NoReturn:
    """Refuse an archive that is not what was once written."""
    summary = "upload it again, and compare its size with the original; or export it anew"
    raise RefusedError(Refusal("a damaged archive", why, EXPORT, summary))


def foreign(why: str) -> NoReturn:
    """Refuse an archive that torch itself would not have written."""
    summary = "export it anew from the Python model, with torch itself"
    raise RefusedError(Refusal("a TorchScript archive that torch would not write", why, EXPORT, summary))


def boundless(why: str) -> NoReturn:
    """Refuse an archive that would take more than a program may."""
    summary = "export a smaller program: one model, without what unrolls or repeats it"
    raise RefusedError(Refusal("a TorchScript archive beyond all bounds", why, EXPORT, summary))
