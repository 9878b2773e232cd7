"""What torch says where it cannot load an archive, told as a refusal of the file."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import torch

from whygrad.engine.memory import refuse_out_of_memory
from whygrad.engine.observation import Refusal
from whygrad.engine.preflight.refusal import EXPORT, RefusedError
from whygrad.engine.spelling import quoted


@contextlib.contextmanager
def loading(*passed: type[Exception], without_numbers: bool = False) -> Iterator[None]:
    """Raise RefusedError for whatever torch raises in here, but for errors of the kinds that are passed on.

    Some archives, of quantised weights for one, torch can load with their numbers alone.
    """
    try:
        yield
    except Exception as error:  # torch has many ways to refuse a file
        if isinstance(error, (RefusedError, *passed)):
            raise
        refuse_out_of_memory(error)
        if foreign := re.search(r"Unknown builtin op: ((?!aten::)[\w:]+\w)", str(error)):
            raise RefusedError(_of_another(foreign[1])) from error
        how = " without its numbers" if without_numbers else ""
        why = f"torch {torch.__version__} cannot load it{how}: {_first_line(error)}"
        raise RefusedError(Refusal("a TorchScript archive that does not load", why, EXPORT)) from error


def _of_another(operation: str) -> Refusal:
    """A program that calls what another library than torch brings, or its owner's own code."""
    return Refusal(
        "a program with an operation that is not torch's own",
        f"it calls {quoted(operation)}, and what registers that operation is not here",
        EXPORT,
        "put operations of torch in its place, with the same gradient, and export that",
    )


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0].strip()[:300].rstrip(".") if lines else type(error).__name__
