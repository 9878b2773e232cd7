"""Everything that the parameter computes is masked out, overwritten, or never selected.

What happened
-------------
The value is multiplied by a mask of zeros, replaced by `masked_fill` or `where` at every position, dropped by a
dropout of 1, or overwritten in place; or an embedding is only asked for its `padding_idx`, whose row gets no gradient.

Why it matters
--------------
Nothing raises, and the parameter gets a gradient of exactly zero.

How to fix it
-------------
Look at the mask: is it inverted, of the wrong batch, filled with the wrong value, or is the index always the padding?

Not to be confused with
-----------------------
Rows of an embedding that a batch does not use get no gradient either: that is ordinary, as long as others do. A
weight that is zero and cannot leave zero is ZER506.

Example
-------
Shapes: 4x8
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.side = nn.Linear(8, 3), nn.Linear(8, 3)
            self.register_buffer("keep", torch.zeros(3))

        def forward(self, x):
            return self.body(x) + self.side(x) * self.keep

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.side = nn.Linear(8, 3), nn.Linear(8, 3)
            self.register_buffer("keep", torch.ones(3))

        def forward(self, x):
            return self.body(x) + self.side(x) * self.keep
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from whygrad.engine.edits import Edit, Give, Wrap
from whygrad.engine.facts import Json
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.autopsy import Starved
from whygrad.engine.gradients.starving import as_sent, finding, starved_by
from whygrad.engine.gradients.states_left import state_left
from whygrad.engine.observation import Event, Observation
from whygrad.engine.operands import value
from whygrad.engine.operations import SCALING
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners
from whygrad.engine.wording.spelling import given_instead

_OTHERWISE: Mapping[str, tuple[str, Json]] = {
    "embedding": ("padding_idx", -1),
    "cross_entropy_loss": ("ignore_index", -100),
    "nll_loss": ("ignore_index", -100),
    "nll_loss_nd": ("ignore_index", -100),
    "dropout": ("p", 0.5),
}
_NUMBER = ("multiplies it with 0", "multiply with another number: in whole numbers, 8 // 16 is 0")
_PRODUCTS = frozenset(
    {"matmul", "mm", "bmm", "mv", "dot", "einsum", "linear", "addmm", "baddbmm", "_convolution"}
    | {"conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"}
)
_OVERWRITING = frozenset({"copy", "zero", "fill", "index_put", "masked_scatter"})


@rule("ZER507", "masked-out", "warning")
def masked_out(observation: Observation) -> Iterator[Finding]:
    """Every operation that throws away all that a parameter computes."""
    for found in starved_by(observation, "masked"):
        if state_left(observation, found) is None:
            yield _finding(observation, found)


def _finding(observation: Observation, found: Starved) -> Finding:
    name, lost = found.node.bare_name, owners(found.parameters)
    what, advice = _NUMBER if _is_number(found) else _told(name)
    return finding(
        observation,
        found,
        why=f"{name} {what}",
        message=f"Of what {lost} computes nothing is left: {name} {what}.",
        chain=(
            Link(f"a gradient arrives at {name}", found.node.id),
            Link(f"{name} {what}, so 0 goes on to {lost}"),
        ),
        fix=Fix(advice, edits=_edits(observation, found)),
        other_fixes=(*_targets(found), *_losing(observation, found)),
    )


def _targets(found: Starved) -> tuple[Fix, ...]:
    """Targets of which some count, in place of those that are all left out."""
    ignored = found.node.literal("ignore_index", found.event.values.get("ignore_index"))
    if found.event.input("target") is None or not isinstance(ignored, int):
        return ()
    counted = f"torch.where(x == {ignored}, torch.zeros_like(x), x)"
    words = f"send targets that are not {ignored}, which says that they are left out: tried with class 0 in their place"
    return (Fix(words, edits=(Wrap(found.node.id, "target", counted),)),)


def _losing(observation: Observation, found: Starved) -> tuple[Fix, ...]:
    """The filling with its sign turned round: what is to lose a maximum must be small, a minimum large."""
    node, filling = found.node, value(found.node, found.event, "value")
    if node.bare_name != "masked_fill" or not isinstance(filling, int | float) or not filling:
        return ()
    words = f"fill with {-filling:g}: what it fills is taken by the maximum or minimum behind it"
    shown = given_instead(observation, node, "value", -filling)
    return (Fix(words, before=observation.source(node.id), after=shown, edits=(Give(node.id, "value", -filling),)),)


def _edits(observation: Observation, found: Starved) -> tuple[Edit, ...]:
    """The mask turned round, ones in place of zeros, no index that is left out: what tells whether it is that."""
    node = found.node
    other = _OTHERWISE.get(node.bare_name)
    if other is not None:
        return (Give(node.id, *other),) if node.argument(other[0]) is not None else ()
    if node.bare_name in SCALING:
        return (Give(node.id, "other", 1),) if _is_number(found) else _with_ones(found.event)
    if node.bare_name in _PRODUCTS:
        return _with_an_open_mask(observation, found)
    masks = [a.name for a in node.arguments if a.name in ("mask", "condition")]
    return tuple(Wrap(node.id, name, "torch.logical_not(x)") for name in masks)


def _is_number(found: Starved) -> bool:
    """Whether it is multiplied with the number 0, rather than with a tensor of zeros."""
    number = found.node.literal("other", found.event.values.get("other"))
    return found.node.bare_name in SCALING and number == 0


def _with_ones(event: Event) -> tuple[Edit, ...]:
    """Ones in place of the zeros that are multiplied with: rather those that no gradient is wanted for."""
    zeros = [o for o in event.inputs if o.tensor.numbers is not None and o.tensor.numbers.all_zero]
    fixed_first = sorted(zeros, key=lambda o: o.tensor.requires_grad)
    return tuple(Wrap(event.node, o.role, "torch.ones_like(x)") for o in fixed_first[:1])


def _with_an_open_mask(observation: Observation, found: Starved) -> tuple[Edit, ...]:
    """Ones in place of the mask that a weight was multiplied with, of which nothing is left."""
    zeros = [o.role for o in found.event.inputs if o.tensor.numbers is not None and o.tensor.numbers.all_zero]
    given = [as_sent(observation, found).input(role) for role in zeros]
    makers = [made for t in given if t is not None and (made := observation.first.maker(t.id)) is not None]
    masked = [made for made in makers if observation.nodes[made.node].bare_name in SCALING and len(made.inputs) > 1]
    masks = [(made.node, o.role) for made in masked for o in made.inputs if not o.tensor.requires_grad]
    return tuple(Wrap(node, role, "torch.ones_like(x)") for node, role in masks[:1])


def _told(name: str) -> tuple[str, str]:
    """What an operation does with the value, and what to look at."""
    if name.startswith("embedding"):
        return "is asked only for its padding row", "leave padding_idx out, or check the indices that are sent"
    if name in ("cross_entropy_loss", "nll_loss", "nll_loss2d", "nll_loss_nd"):
        return "ignores every target", "leave ignore_index out, or check the targets that are sent"
    if name in ("gather", "index", "index_select", "select", "slice"):
        return "never takes it", f"check what {name} takes, or do not compute what it leaves"
    if name == "dropout":
        return "drops everything", "use a dropout probability below 1"
    if name in _OVERWRITING:
        return "overwrites every element of it", "do not overwrite the result, or write only where it is not needed"
    if name in SCALING:
        return (
            "multiplies it with zeros alone",
            "let the factor be one where it has to let through: is it inverted, or still at zero?",
        )
    if name in _PRODUCTS:
        return (
            "multiplies it with zeros alone",
            f"check what {name} is given beside it: does it still hold the zeros that it was made with?",
        )
    return "replaces it at every position that the loss uses", f"turn the condition of {name} round, if it is inverted"
