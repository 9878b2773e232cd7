"""The forward is finite, and backward turns a finite gradient into NaN or infinity.

What happened
-------------
The derivative of an operation is infinite at the very number that it was given: a square root at 0, `acos` at 1, a
power below one at 0. Backward multiplies what arrives with it. Infinity times zero is NaN, so that even a gradient of
zero comes out as NaN.

Why it matters
--------------
The loss looks fine, and the first update turns every weight behind that operation into NaN.

How to fix it
-------------
Keep the operand away from that number *inside* the function: `sqrt(x + eps)`, not `sqrt(x) + eps`;
`acos(x.clamp(-1 + eps, 1 - eps))`.

Not to be confused with
-----------------------
Where the forward itself is not finite it is NUM601. Where a `where`, a mask or `nan_to_num` hides the trouble, and
changing that operation would not help, it is NUM603.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.feature = nn.Linear(10, 3)

        def forward(self, x):
            h = self.feature(x)
            apart = h.unsqueeze(0) - h.unsqueeze(1)
            return torch.sqrt((apart**2).sum(dim=2))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.feature = nn.Linear(10, 3)

        def forward(self, x):
            h = self.feature(x)
            apart = h.unsqueeze(0) - h.unsqueeze(1)
            return torch.sqrt((apart**2).sum(dim=2) + 1e-12)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.domains import edge_of, seen, ways_inside
from whygrad.engine.gradients.finite import written_smaller
from whygrad.engine.gradients.nonfinite import Spoiler, finding, spoiled_gradients, written
from whygrad.engine.observation import Observation, Tensor
from whygrad.engine.rule import rule
from whygrad.engine.wording.parsing import bracketed
from whygrad.engine.wording.phrases import owners, subject
from whygrad.engine.wording.rewriting import ARGUMENTS, rewritten

_MULTIPLYING = frozenset({"mul", "div", "matmul", "bmm", "mm", "einsum", "linear"})
_LITTLE = "x + 1e-4 * torch.diag(torch.linspace(0, 1, x.size(-1), dtype=x.dtype, device=x.device))"
_SPECTRAL = frozenset({"linalg_eigh", "linalg_eig", "linalg_svd", "svd", "symeig"})


@rule("NUM602", "non-finite-gradient", "error")
def non_finite_gradient(observation: Observation) -> Iterator[Finding]:
    """Every operation whose derivative spoils a gradient, where nothing hides that."""
    for spoiler in spoiled_gradients(observation):
        if spoiler.hider is None:
            yield _finding(observation, spoiler)


def _finding(observation: Observation, spoiler: Spoiler) -> Finding:
    name, edge = spoiler.node.bare_name, edge_of(spoiler.node, spoiler.event)
    fixes = [*ways_inside(observation, spoiler.node, spoiler.event), *written_smaller(observation, spoiler)]
    operand = seen(spoiler.operand(edge.role)) if edge else ""
    why = edge.where if edge else _why(spoiler)
    given = f", and of what {name} is given {operand}" if operand else ""
    return finding(
        spoiler,
        title=f"{subject(spoiler.parameters, 'gets')} NaN or infinity as gradient, from the backward of {name}",
        message=f"{why[0].upper()}{why[1:]}{given}. The forward shows nothing of it.",
        chain=(
            *written(observation, spoiler),
            Link(f"a finite gradient arrives at {name}", spoiler.node.id),
            Link(f"its backward ({spoiler.function}) multiplies it with a slope that is not finite"),
            Link(f"from there it spreads to {owners(spoiler.parameters)}"),
        ),
        fixes=fixes or [_otherwise(observation, spoiler)],
    )


def _why(spoiler: Spoiler) -> str:
    name = spoiler.node.bare_name
    if spoiler.infinity is not None and name in _MULTIPLYING:
        return f"backward of {name} multiplies the gradient with what {name} was given: 0 times infinity is NaN"
    return f"the derivative of {name} is not finite for what it is given"


def _otherwise(observation: Observation, spoiler: Spoiler) -> Fix:
    name, read = spoiler.node.bare_name, spoiler.event.inputs[:1]
    if name in _SPECTRAL and read and _is_square(read[0].tensor):
        values = "singular values" if "svd" in name else "eigenvalues"
        size = read[0].tensor.shape[-1]
        apart = f"1e-4 * torch.diag(torch.linspace(0, 1, {size}))"
        called = rf"\b{name.removeprefix('linalg_')}\(({ARGUMENTS})\)"
        return Fix(
            f"let the loss read the {values} alone, for equal ones have no vectors of their own and no slope of them; "
            f"where it needs the vectors, part the {values} a little: x + {apart} in place of x",
            after=rewritten(observation.place(spoiler.node.id), called, lambda call: _more(call, apart)),
            edits=(Wrap(spoiler.node.id, read[0].role, _LITTLE),),
        )
    return Fix(f"keep what {name} is given away from where its slope is infinite, before it is computed")


def _more(call: re.Match[str], apart: str) -> str:
    """A call of a function of one argument, with a little more of that."""
    if "," in call[1] or not call[1].strip():
        return call[0]
    given = bracketed(call[1])
    return f"{call[0][: -len(call[1]) - 1]}{given} + {apart})" if given else call[0]


def _is_square(matrix: Tensor) -> bool:
    return len(matrix.shape) > 1 and matrix.shape[-1] == matrix.shape[-2]
