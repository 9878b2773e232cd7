"""Everything that is loaded, built or opened only when it is first used, done before there is a child.

A child makes no call that takes a path: a module that it were the first to import would be missing for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from types import ModuleType

from whygrad.engine.describe import describe
from whygrad.engine.examine import examine
from whygrad.engine.locate import locate
from whygrad.sandbox import reference


def warm() -> None:
    """Run the engine itself over the programs of `reference`, through all its doors and its ways to refuse."""
    _leave_out_the_compiler()
    for upload, request in reference.faulty_and_sound():
        examine(upload, request, emit=_unheard, draw=_unheard)
    for upload in reference.refused():
        examine(upload, reference.CUT, emit=_unheard)
    describe(_piece())
    locate(_piece(), reference.CUT, 0)


def rehearse(called: Callable[[], bool]) -> None:
    """Run the engine over a program, in a child that waits, until it is `called`.

    What a child touches of the memory that it shares with its zygote is copied for it: half of the time of a small
    program, and spent before there is one.
    """
    with suppress(_Called):
        examine(_piece(), reference.CUT, emit=_unheard, progress=_Interruptible(called))


def _leave_out_the_compiler() -> None:
    """Let torch believe that it has its compiler, which here compiles nothing.

    Its operations on meta import it only to ask that they be left alone: a third of the time that warming takes, and
    of what a fork has to copy.
    """
    compiler = ModuleType("torch._dynamo")
    compiler.__dict__["disable"] = lambda function, *_, **__: function
    sys.modules.setdefault(compiler.__name__, compiler)


class _Called(Exception):  # noqa: N818 - named after what is so
    """There is a task."""


class _Interruptible:
    """Progress that ends with the pass in which the call comes."""

    def __init__(self, called: Callable[[], bool]) -> None:
        self._called = called

    def enter(self, _pass_name: str) -> None:
        """A pass begins. Raises _Called."""
        if self._called():
            raise _Called

    def at(self, _node_id: int) -> None:
        """An operation begins."""


@cache
def _piece() -> bytes:
    """The program that is rehearsed with, made while nobody waits."""
    return reference.cut()


def _unheard(_document: object) -> None:
    """Nobody listens."""
