"""Numbers are taken out of a tensor, and the loss goes on with the numbers.

What happened
-------------
`.item()`, `float()`, `int()` and `tolist()` return Python numbers. Numbers have no history, and a tensor that is
built from them (`torch.tensor(value)`) or multiplied by them does not lead back to where they came from.

Why it matters
--------------
Where it is the only way to the loss, backward raises "element 0 of tensors does not require grad and does not
have a grad_fn". With `requires_grad=True` on the new tensor backward even succeeds, and no parameter learns.

How to fix it
-------------
Stay in tensors: a zero-dimensional tensor takes part in arithmetic as a number does. Use `torch.stack` to put
tensors together, and `.item()` for logging only.

Not to be confused with
-----------------------
CUT101 keeps the tensor and drops its history. A number that only decides a branch or a size is harmless.

Example
-------
Shapes: 4x10
Loss: output

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)

        def forward(self, x):
            loss = self.encoder(x).pow(2).mean()
            return torch.tensor(loss.item())

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)

        def forward(self, x):
            loss = self.encoder(x).pow(2).mean()
            return loss
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from whygrad.engine.edits import Keep
from whygrad.engine.facts import Frame
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.cuts import Severed, cut_by, finding, reconnected
from whygrad.engine.observation import Event, Observation
from whygrad.engine.operations import FILLING
from whygrad.engine.rule import rule
from whygrad.engine.wording.parsing import statement
from whygrad.engine.wording.phrases import owners
from whygrad.engine.wording.rewriting import rewritten, unless_idle
from whygrad.engine.wording.taking import FOR_PYTHON, unmade, untaken

_PASSING = frozenset(f"aten::{name}" for name in ("Float", "FloatImplicit", "Int", "IntImplicit", "ScalarImplicit"))


@rule("CUT105", "rebuilt-from-values", "warning")
def rebuilt(observation: Observation) -> Iterator[Finding]:
    """Every place where numbers left a tensor and cost a parameter its gradient."""
    for cut in cut_by(observation, "rebuilt"):
        yield _finding(observation, cut)


def _finding(observation: Observation, cut: Severed) -> Finding:
    taken, edits = cut.source or cut.event, reconnected(observation, cut)
    listed = cut.source is not None and any(isinstance(edit, Keep) for edit in edits)
    filled = _filled(observation, taken)
    before, after = ("", None) if filled else _shown(observation, (cut.node.id, taken.node), listed=listed)
    found = finding(
        observation,
        cut,
        why="the result leaves the graph as a plain number",
        message=f"What {owners(cut.parameters)} computed is taken out as numbers, and the loss goes on with those.",
        chain=(
            Link("the number is taken out", taken.node),
            *((Link("a new tensor is built from it", cut.node.id),) if cut.source else ()),
            Link("no history leads from a number back to the tensor"),
        ),
        fix=Fix(
            "go on with the tensor itself"
            + (", in a list of tensors (List[torch.Tensor])" if filled else "")
            + (", and with torch.stack where a list becomes a tensor" if listed or filled else ""),
            before=before,
            after=after,
            edits=edits,
        ),
    )
    return replace(found, event=taken)


def _shown(observation: Observation, numbers: Sequence[int], *, listed: bool) -> tuple[str | None, str | None]:
    """The first of the lines of some nodes in which the tensor can take the number's place, before and after."""
    lines = [observation.place(number) for number in numbers]
    shown = [(line, after) for line in lines if (after := _as_tensor(line, listed=listed)) is not None]
    return (shown[0][0].source, shown[0][1]) if shown and shown[0][0] else (None, None)


def _filled(observation: Observation, taken: Event) -> bool:
    """Whether the number is put into a list: where that was declared, the file does not tell."""
    numbers = set(observation.nodes[taken.node].outputs)
    for node in observation.nodes:
        numbers |= {*node.outputs} if node.op in _PASSING and node.arguments[0].value in numbers else set()
    return any(n.op in FILLING and n.arguments[-1].value in numbers for n in observation.nodes)


def _as_tensor(line: Frame | None, *, listed: bool) -> str | None:
    """The line with the tensor in place of the number; several of them in a list are stacked."""
    source = line.source if line is not None else None
    if source and FOR_PYTHON.search(source):
        return None
    whole = unmade(source, r"\.(item|tolist)\(\)")
    plain = untaken(line, every=True)
    if listed:
        stacked = rewritten(plain, r"torch\.(tensor|as_tensor)\(", "torch.stack(") or plain
        return None if stacked and _lists_a_number(stacked) else stacked
    return unless_idle(line, whole) if whole else plain


def _lists_a_number(line: str) -> bool:
    """Whether a list in a line holds a number that is written down: torch.stack takes tensors alone."""
    lists = [node for node in ast.walk(statement(line)) if isinstance(node, ast.List)]
    numbers = [e.operand if isinstance(e, ast.UnaryOp) else e for each in lists for e in each.elts]
    return any(isinstance(number, ast.Constant) for number in numbers)
