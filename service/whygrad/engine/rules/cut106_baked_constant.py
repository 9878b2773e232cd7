"""Tracing recorded a computed value as a constant.

What happened
-------------
`torch.jit.trace` records operations on tensors and nothing else. What leaves them (`.data`, `.item()`, `float(…)`,
NumPy, `torch.tensor(values)`) is recorded as the numbers that it had for the example input. The program reads those
numbers ever since, and what computed them no longer takes part.

Why it matters
--------------
The parameters behind the value get no gradient, and nothing is raised where others still do, or where only one term
of the loss is lost. Worse, this part of the result is that of the example, whatever is sent.

How to fix it
-------------
Compute the value with tensor operations inside the forward: without `.data`, `.item()` and NumPy. An export with
`torch.jit.script` computes it anew for whatever is sent, and still without its history. Where the number itself tells
which function of a learnt number it is, the fix computes that again.

Not to be confused with
-----------------------
A table that is a constant by right (a mask, sizes, a positional encoding) costs no parameter its gradient and is not
reported. PAR205 is a weight that was stored as a constant; CUT105 takes numbers out in a program that was compiled.

Example
-------
Shapes: 4x10
Loss: mean
Export: trace 4x10

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.head = nn.Linear(6, 1)

        def forward(self, x):
            h = self.encoder(x).tanh().data
            return self.head(h)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.head = nn.Linear(6, 1)

        def forward(self, x):
            h = self.encoder(x).tanh()
            return self.head(h)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Edit, Read, Reconnect, Replace, Wrap
from whygrad.engine.finding import Finding, Fix, Link, Related, names
from whygrad.engine.gradients.baked_terms import baked_terms
from whygrad.engine.gradients.cuts import severity
from whygrad.engine.gradients.flow import DETACHING
from whygrad.engine.gradients.recorded import Baked
from whygrad.engine.gradients.unreached import baked
from whygrad.engine.observation import Node, Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners, size, subject


@rule("CUT106", "baked-constant", "warning")
def baked_constant(observation: Observation) -> Iterator[Finding]:
    """Every constant of a trace that stands where parameters computed a value."""
    for found in baked(observation):
        yield _finding(observation, found)
    for found in baked_terms(observation):
        yield _of_a_term(observation, found)


def _of_a_term(observation: Observation, found: Baked) -> Finding:
    """Of a term, of which the file does not tell what computed its numbers: something of their shape."""
    shown, likely = size(found.tensor), owners(found.parameters)
    user = observation.nodes[found.user.node]
    return Finding(
        title=f"a term of the loss trains nothing: the trace holds numbers ({shown}) that nobody wrote",
        message=f"They have a row for each sample of the example, as what {likely} computes has. If they were computed "
        "while it was traced, they are those of the example, whatever is sent, and their history is lost.",
        node=found.node.id,
        event=found.user,
        order=found.order,
        parameters=names(found.parameters),
        related=(Related("the constant is read here", user.id),),
        chain=(
            Link(f"numbers ({shown}) that nobody wrote stand here as a constant", found.node.id),
            Link(f"{user.name} holds them against what is sent: no history leads back from the term", user.id),
        ),
        fix=Fix(
            "keep what is computed a tensor, with its history: no .data, NumPy or torch.tensor() on the way; what is "
            "meant to stay as it is, register as a buffer",
            edits=_edits(user, found),
        ),
    )


def _finding(observation: Observation, found: Baked) -> Finding:
    lost, shown = owners(found.parameters), size(found.tensor)
    what = "a number" if not found.tensor.shape else f"numbers ({shown})"
    left = ".item(), float() or int()" if not found.tensor.shape else ".data, NumPy or torch.tensor()"
    user = observation.nodes[found.user.node]
    return Finding(
        title=f"{subject(found.parameters, 'gets')} no gradient: the trace holds {what} in place of the result",
        message=f"What {lost} computed for the example input was recorded as a constant, and that is what is used.",
        node=found.node.id,
        event=found.user,
        order=found.order,
        parameters=names(found.parameters),
        severity=severity(observation),
        related=(Related("the constant is read here", user.id),),
        chain=(
            Link("while it was traced, the value left the tensors: .data, .item(), float(), NumPy or torch.tensor()"),
            Link(f"its numbers ({shown}) for the example input stand here as a constant", found.node.id),
            Link(f"{user.name} reads the constant, so no history leads back to {lost}", user.id),
        ),
        fix=Fix(
            f"keep the value a tensor, with its history: no {left} on what {lost} returns. In a script such a value "
            "loses its history just the same",
            edits=_edits(user, found),
        ),
    )


def _edits(user: Node, found: Baked) -> tuple[Edit, ...]:
    """What was computed in place of the constant, without the detach that tracing records after a new tensor."""
    if found.expression:
        role = next(o.role for o in found.user.inputs if o.tensor.id == found.tensor.id)
        return (Read(user.id, role, found.parameters[0].name), Wrap(user.id, role, _shaped(found)))
    if found.last is None:
        return ()
    kept = (Replace(user.id, "self"),) if user.op in DETACHING else ()
    return (Reconnect(found.node.id, found.last, None), *kept)


def _shaped(found: Baked) -> str:
    """The expression, with as many dimensions as the constant has."""
    call = ".sum()" if not found.tensor.shape else f".reshape({list(found.tensor.shape)})"
    return f"{found.expression}{call}"
