"""The backward of an operation raised.

What happened
-------------
The forward completed. On the way back autograd came to an operation whose derivative could not be computed with what
it was given. Its message speaks of the derivative, and of no line.

Why it matters
--------------
The step stops there: no parameter behind it has a gradient, and those before it have half of theirs.

How to fix it
-------------
Look at the operation named here and at what the loss makes of its result. Some results are not unique (eigenvectors
have a free phase), and a loss may use only what does not depend on the choice.

Not to be confused with
-----------------------
IPL301, BWD402, BWD403 and BWD404 raise in backward too, and have pages of their own. A loss without any history is a
CUT or PAR code.

Example
-------
Shapes: 3x3
Loss: output

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Linear(3, 3)

        def forward(self, x):
            vectors = torch.linalg.eig(self.a(x))[1]
            return vectors.imag.sum() + vectors.real.sum()

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Linear(3, 3)

        def forward(self, x):
            vectors = torch.linalg.eig(self.a(x))[1]
            return vectors.abs().sum()
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from whygrad.engine.edits import Give, Wrap
from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.observation import Observation, Step, Tensor
from whygrad.engine.refusals.failures import failure
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import made
from whygrad.engine.wording.rewriting import rewritten

_KNOWN = re.compile(
    r"does not require grad and does not have a grad_fn|can be implicitly created only for scalar|"
    r"refers to a single memory location|"
    r"backward through the graph a|modified by an inplace operation|derivative for .* is not implemented"
)

_REDUCED = {"linalg_qr": ("mode", "reduced"), "linalg_svd": ("full_matrices", False), "svd": ("some", True)}
"""Decompositions that have a derivative in one form only: the argument, and its value there."""


@rule("BWD406", "backward-raised", "error")
def backward_raised(observation: Observation) -> Iterator[Finding]:
    """What backward raised that has no code of its own, with the operation whose derivative it was."""
    if failure(observation) is not None:
        return
    for step in observation.steps:
        error = step.error
        if error is None or error.stage != "backward" or _KNOWN.search(error.message):
            continue
        if step.loss is not None and step.loss.dtype.startswith("complex"):
            yield _complex(observation, step, step.loss)
            continue
        order = max((i for i, e in enumerate(step.events) if e.node == error.node), default=-1)
        name = observation.nodes[error.node].name if error.node is not None else "an operation"
        said = error.message.strip().partition("\n")[0][:300]
        yield Finding(
            title=f"the backward of {name} raised",
            message=f"The derivative of {name} could not be computed: {said}",
            node=error.node,
            event=step.events[order] if order >= 0 else None,
            order=order,
            parameters=names(observation.trainable),
            chain=(
                Link(f"the forward of {name} completes", error.node),
                Link(f"its backward raises: {said}", error.node),
            ),
            fix=_fix(observation, error.node, name),
        )


def _fix(observation: Observation, number: int | None, name: str) -> Fix:
    """Of a decomposition that is computed whole, or in part, the reduced one, which has a derivative."""
    argument, value = _REDUCED.get(name, ("", None))
    node = observation.nodes[number] if number is not None else None
    given = node.argument(argument) if node is not None else None
    if node is None or given is None or given.literal == value:
        return Fix(f"change what {name} is given, or what the loss makes of its result")
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    return Fix(
        f"compute the reduced decomposition, {argument}={shown}, which has a derivative",
        after=rewritten(observation.place(node.id), rf"\b{argument}=[^,()]+", f"{argument}={shown}"),
        edits=(Give(node.id, argument, value),),
    )


def _complex(observation: Observation, step: Step, loss: Tensor) -> Finding:
    """A loss of complex numbers, from which backward does not start."""
    order, maker = made(step, {loss.id})
    node = observation.nodes[maker.node] if maker is not None else None
    linear = node is not None and node.bare_name in ("sum", "mean")
    return Finding(
        title=f"the loss is a complex number ({loss.dtype}), and backward starts from a real one",
        message="There is no smallest complex number: a loss has to be real.",
        node=node.id if node is not None else None,
        event=maker,
        order=order,
        parameters=names(observation.trainable),
        chain=(Link(f"the loss of type {loss.dtype} is made here", node.id if node is not None else None),),
        fix=Fix(
            "take the real part, or the magnitude with .abs(), before it is reduced",
            edits=(Wrap(node.id, "self", "torch.real(x)"),) if node is not None and linear else (),
        ),
    )
