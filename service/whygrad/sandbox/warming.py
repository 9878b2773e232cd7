"""Everything that is loaded, built or opened only when it is first used, done before there is a child.

A child makes no call that takes a path: a module that it were the first to import would be missing for it.
"""

from __future__ import annotations

from whygrad.engine.describe import describe
from whygrad.engine.examine import examine
from whygrad.engine.locate import locate
from whygrad.sandbox import reference


def warm() -> None:
    """Run the engine itself over the programs of `reference`, through all its doors and its ways to refuse."""
    for upload, request in reference.faulty_and_sound():
        examine(upload, request, emit=_unheard, draw=_unheard)
    for upload in reference.refused():
        examine(upload, reference.CUT, emit=_unheard)
    describe(reference.cut())
    locate(reference.cut(), reference.CUT, 0)


def _unheard(_document: object) -> None:
    """Nobody listens."""
