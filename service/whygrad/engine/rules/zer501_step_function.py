"""A value passes through a step function, whose gradient is zero everywhere.

What happened
-------------
`round`, `floor`, `ceil`, `trunc` and `sign` are flat between their steps, so their derivative is 0 wherever it
exists. torch keeps the history and sends back a gradient of exactly zero. Drawing a sample (`bernoulli`) is a step
too.

Why it matters
--------------
Nothing raises, `grad` is there, and every parameter behind the step stays what it was initialised to. Where only one
term of the loss goes through the step, the others train, and that term teaches nothing.

How to fix it
-------------
Use a straight-through estimator, which steps in the forward and passes the gradient on as it is:
`x + (x.round() - x).detach()`. Or a smooth function of the same quantity: `sigmoid` or `tanh` for a threshold,
`gumbel_softmax` for a choice, additive noise in training for a quantiser.

Not to be confused with
-----------------------
A comparison and `argmax` return a tensor without history, so that the gradient is missing and not zero (CUT103). A
cast to integers is CUT104.

Example
-------
Shapes: 16x8
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(8, 4)
            self.decoder = nn.Linear(4, 8)

        def forward(self, x):
            z = 3.0 * self.encoder(x)
            q = torch.round(z)
            return self.decoder(q)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(8, 4)
            self.decoder = nn.Linear(4, 8)

        def forward(self, x):
            z = 3.0 * self.encoder(x)
            q = z + (torch.round(z) - z).detach()
            return self.decoder(q)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Give, Replace
from whygrad.engine.finding import Finding, Fix, Link, Related, names
from whygrad.engine.gradients.autopsy import Starved
from whygrad.engine.gradients.flat_terms import FlatTerm, flat_terms
from whygrad.engine.gradients.starving import finding, starved_by
from whygrad.engine.gradients.zero_sources import thresholds
from whygrad.engine.observation import Node, Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners
from whygrad.engine.wording.rewriting import rewritten
from whygrad.engine.wording.softening import straight_through

_UNARY = frozenset({"round", "floor", "ceil", "trunc", "fix", "sign", "sgn", "bernoulli", "poisson"})
_DRAWN = frozenset({"bernoulli", "normal", "poisson"})
_BILINEAR = 0
_QUOTIENTS = {
    "div": "torch.div(self, other, rounding_mode=rounding_mode)",
    "floor_divide": "torch.floor_divide(self, other)",
}


@rule("ZER501", "step-function", "warning")
def step_function(observation: Observation) -> Iterator[Finding]:
    """Every step function that keeps the gradient of a parameter, or of a term of the loss, at zero."""
    told = set[int]()
    for found in starved_by(observation, "step"):
        told.add(found.node.id)
        yield _finding(observation, found)
    for term in flat_terms(observation):
        if term.node.id not in told:
            told.add(term.node.id)
            yield _of_a_term(observation, term)


def _finding(observation: Observation, found: Starved) -> Finding:
    name = found.node.bare_name
    flat = "a sample does not change smoothly" if name in _DRAWN else "it is flat between its steps"
    return finding(
        observation,
        found,
        why=f"{name} is a step function",
        message=f"The derivative of {name} is 0 wherever it exists: {flat}.",
        chain=(
            Link(f"a gradient arrives at {name}", found.node.id),
            Link(f"its derivative is 0, so every element of the gradient of {owners(found.parameters)} is 0"),
        ),
        fix=_fix(observation, found.node),
    )


def _of_a_term(observation: Observation, term: FlatTerm) -> Finding:
    name, learning = term.node.bare_name, owners(term.parameters)
    return Finding(
        title=f"a term of the loss trains nothing: {name} is a step function",
        message=f"All that {learning} computed of it went through {name}, whose derivative is 0 wherever it exists: "
        "the term shifts the loss and has no effect on any parameter.",
        node=term.node.id,
        event=term.event,
        order=term.order,
        parameters=names(term.parameters),
        related=(Related("added to the loss here", term.addition.id),),
        chain=(
            Link(f"a gradient arrives at {name}", term.node.id),
            Link(f"its derivative is 0, so {learning} learns from the other terms of the loss alone"),
        ),
        fix=_fix(observation, term.node),
    )


def _fix(observation: Observation, node: Node) -> Fix:
    name = node.bare_name
    words = f"pass the gradient straight through: x + ({name}(x) - x).detach()"
    if name == "normal":
        drawn = Replace(node.id, "mean + std * torch.randn_like(mean + std)")
        return Fix("draw the noise apart from what is learnt: mean + std * torch.randn_like(std)", edits=(drawn,))
    if name in _QUOTIENTS:
        stepped = Replace(node.id, f"self / other + ({_QUOTIENTS[name]} - self / other).detach()")
        cut = node.literal("rounding_mode", "floor")
        return Fix(
            f"pass the gradient of the quotient straight through: q + (q.{cut}() - q).detach()", edits=(stepped,)
        )
    if name == "masked_fill":
        filled = next(e for e in observation.first.events if e.node == node.id)
        fills = thresholds(observation, observation.first, filled)
        passing = "self + (torch.masked_fill(self, mask, value) - self).detach()"
        return Fix(words, edits=tuple(Replace(fill.node, passing) for fill in fills))
    if name == "grid_sampler":
        smooth = Give(node.id, "interpolation_mode", _BILINEAR)
        shown = rewritten(observation.place(node.id), r"""mode=(['"])nearest\1""", r"mode=\1bilinear\1")
        return Fix('read between the pixels, not the nearest: mode="bilinear"', after=shown, edits=(smooth,))
    if name not in _UNARY:
        return Fix(words)
    given = "self, decimals=decimals" if node.argument("decimals") else "self"
    edit = Replace(node.id, f"self + (torch.{name}({given}) - self).detach()")
    return Fix(words, after=straight_through(observation, node), edits=(edit,))
