"""What is said of an operand whose axes stand in another order than its operation takes them."""

from __future__ import annotations

from dataclasses import dataclass

from whygrad.engine.edits import Edit
from whygrad.engine.observation import Tensor


@dataclass(frozen=True)
class Misordered:
    """An operand whose axes stand in another order than the operation takes them, and what mends it.

    `what` says in words what stands where; `call` is what to call on the operand, or the argument to give.
    `silent` says that it runs; `layer` is the layer written anew. `keyword` is how the name ends under which the
    operand is given to torch's own layer, whose code reads it. `behind` is the loss that refuses what comes of it.
    """

    role: str
    tensor: Tensor
    what: str
    call: str
    edits: tuple[Edit, ...]
    silent: bool = False
    layer: str = ""
    keyword: str = ""
    behind: int | None = None
