"""The forward or the loss raised an error that no other code names.

What happened
-------------
The program raised it on purpose (`raise`, `assert`), or an operation refused a value: an index outside its table, a
list that is shorter than it was taken for, a division of integers by zero, a device that is not there.

Why it matters
--------------
The step ends there, so no parameter gets a gradient.

How to fix it
-------------
Read the message and the line. Where the program checks its inputs, send what it asks for: maps whose sides can be
halved that often, or padded to that.

Not to be confused with
-----------------------
Shapes (SHP701 to SHP717) and types (TYP801, TYP802) that are refused have codes of their own, which say what to
change. BWD401 and BWD402 are raised by backward, after the forward succeeded.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(10, 1)

        def forward(self, x):
            if x.size(0) != 8:
                raise ValueError("expected a batch of 8")
            return self.fc(x)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(10, 1)

        def forward(self, x):
            if x.size(0) != 4:
                raise ValueError("expected a batch of 4")
            return self.fc(x)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial

from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Observation
from whygrad.engine.refusals.failures import Failure, failure, finding
from whygrad.engine.refusals.sending import sent_otherwise
from whygrad.engine.rule import rule

_REGULAR = frozenset(
    {"linalg_cholesky", "cholesky", "linalg_inv", "inverse", "linalg_solve", "linalg_ldl_factor", "cholesky_inverse"}
)
_CHECK = "prim::RaiseException"
_HALVED = (2, 4, 8, 16, 32)
_MAP = 4
"""The dimensions of a batch of images, whose sides come last; of volumes there is one more."""
_SINGULAR = re.compile(r"singular|positive-definite", re.IGNORECASE)


@rule("RUN005", "other-forward-error", "error")
def other_forward_error(observation: Observation) -> Iterator[Finding]:
    """What was raised, in the words of who raised it."""
    failed = failure(observation)
    if failed is not None and failed.cause == "other":
        yield finding(
            observation,
            failed,
            title=f"{_who(failed)} raises {failed.kind}: {failed.said or 'without a message'}",
            message=failed.message[:1000] or "The error came without a message.",
            fixes=[*_even(observation, failed), _regular(failed) or Fix(_advice(failed))],
        )


def _even(observation: Observation, failed: Failure) -> Iterator[Fix]:
    """Maps whose sides can be halved as often as the program's own check may ask: the next sizes of that kind."""
    if failed.node is None or failed.node.op != _CHECK:
        return
    sides = {side for sent in observation.first.inputs if len(sent.shape) >= _MAP for side in sent.shape[2:]}
    for multiple in _HALVED:
        ask = sent_otherwise(observation, partial(_divisible, sides, multiple))
        if ask is not None:
            yield Fix(f"send maps whose sides are multiples of {multiple}, or pad them to that", edits=(ask,))


def _divisible(sides: Collection[int], by: int, shape: Sequence[int]) -> tuple[int, ...]:
    """The shape with the sides of a map made multiples of a number, also of one without channels, as a target is."""
    first = min(2, len(shape) - 2)
    grown = (-(-size // by) * by if size in sides else size for size in shape[first:])
    return (*shape[:first], *grown) if first > 0 else tuple(shape)


def _regular(failed: Failure) -> Fix | None:
    """A matrix that is decomposed or inverted, with a little more on its diagonal."""
    node, event = failed.node, failed.event
    role = next((o.role for o in event.inputs[:1]), None) if event is not None else None
    if node is None or role is None or node.bare_name not in _REGULAR or not _SINGULAR.search(failed.message):
        return None
    more = "1e-3 * torch.eye(x.size(-1), dtype=x.dtype, device=x.device)"
    return Fix(
        f"add a little to the diagonal of what {node.bare_name} is given: x + {more} in place of x",
        edits=(Wrap(node.id, role, f"x + {more}"),),
    )


def _who(failed: Failure) -> str:
    if failed.kind == "LossError":
        return "the loss"
    if failed.node is None or failed.node.op == _CHECK:
        return "the forward"
    if failed.node.op == "aten::__getitem__":
        return f"reading from a {failed.node.arguments[0].type.partition('[')[0].lower()}"
    return failed.node.name


def _advice(failed: Failure) -> str:
    if failed.kind == "LossError":
        return "ask for a loss of what the program returns"
    if failed.node is not None and failed.node.op == _CHECK:
        return "send what the check asks for, or change the check"
    return "mend what the error message names; no rule knows more of it"
