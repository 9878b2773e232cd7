"""A result is written into an `out=` tensor while gradients are recorded.

What happened
-------------
With `out=` an operation writes its result into a tensor that it is given. That cannot be recorded for backward, so
torch refuses it as soon as one of the operands, or the tensor itself, wants a gradient.

Why it matters
--------------
The forward raises "functions with out=... arguments don't support automatic differentiation, but one of the arguments
requires grad", and nothing runs. The same line works in evaluation under `no_grad`, where it was often tried first.

How to fix it
-------------
Drop `out=` and use what the function returns: `y = torch.add(a, b)`. To fill a part of a larger tensor, assign:
`y[i] = torch.add(a, b)`.

Not to be confused with
-----------------------
IPL302 writes into a leaf with an operation of its own (`add_`). Without a gradient in any operand `out=` is harmless.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)

        def forward(self, x):
            y = torch.empty(4, 6)
            torch.mul(self.encoder(x), 2.0 * torch.ones(1), out=y)
            return y

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)

        def forward(self, x):
            y = torch.empty(4, 6)
            y = torch.mul(self.encoder(x), 2.0 * torch.ones(1))
            return y
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from whygrad.engine.edits import Edit, Replace
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.writes import read_after
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.refusals.failures import finding, refused
from whygrad.engine.rule import rule
from whygrad.engine.wording.expressions import call
from whygrad.engine.wording.origins import called
from whygrad.engine.wording.parsing import span, statement


@rule("IPL306", "out-argument", "error")
def out_argument(observation: Observation) -> Iterator[Finding]:
    """The operation that torch refused because it cannot record a result that goes into `out=`."""
    for failed, node, event in refused(observation, "out"):
        wanting = _wanting(observation, node, event)
        yield finding(
            observation,
            failed,
            title=f"{node.name} is given out= while {wanting} wants a gradient",
            message=f"{node.name} writes its result into the tensor given as out=, which autograd cannot record.",
            chain=(Link(f"{wanting} wants a gradient", node.id),),
            fixes=[
                Fix(
                    "drop out= and use the result that the function returns",
                    after=_returned(observation.source(node.id)),
                    edits=_edits(observation, node),
                )
            ],
        )


def _wanting(observation: Observation, node: Node, event: Event) -> str:
    """What the user calls the operand for which autograd would have to record."""
    operand = next((o for o in event.inputs if o.tensor.requires_grad), None)
    return called(observation, node, operand) if operand is not None else "an operand"


def _returned(source: str | None) -> str | None:
    """The line without `out=`, with the result assigned to what it was written into, unless it is assigned already."""
    calls = [
        (line, call, into)
        for line in statement(source).body
        for call in ast.walk(line)
        if isinstance(call, ast.Call) and (into := _into(call))
    ]
    if source is None or len(calls) != 1:
        return None
    line, call, into = calls[0]
    before = [n for n in (*call.args, *(k.value for k in call.keywords)) if n.col_offset < into.col_offset]
    if not before:
        return None
    last = max(before, key=lambda n: n.end_col_offset or 0)
    begin, end = span(source, call)
    shown = source[begin : span(source, last)[1]] + source[span(source, into)[1] : end]
    if isinstance(line, ast.Assign | ast.Return):
        return source[:begin] + shown + source[end:]
    alone = isinstance(line, ast.Expr) and line.value is call and isinstance(into, ast.Name | ast.Attribute)
    return f"{source[:begin]}{ast.unparse(into)} = {shown}{source[end:]}" if alone else None


def _into(call: ast.Call) -> ast.expr | None:
    """What a call is given as `out=`."""
    return next((keyword.value for keyword in call.keywords if keyword.arg == "out"), None)


def _edits(observation: Observation, node: Node) -> tuple[Edit, ...]:
    """Without `out=`; where the tensor is read by its own name, its numbers are replaced in a way that is recorded."""
    result, out = call(node, without=node.writes), node.argument("out")
    if result is None or out is None or node.writes != ("out",):
        return ()
    writes = read_after(observation, node, out.value)
    return (Replace(node.id, f"out.copy_({result})" if writes else result, writes=writes),)
