"""An operation has no derivative for an argument that wants a gradient.

What happened
-------------
Some operations of torch compute a result and record that they cannot be differentiated: `unique`, `bincount` with
weights, `heaviside`, the first argument of `igamma`. Others refuse at once, as losses do whose class weights want a
gradient. Some have a derivative once and no second one, as `ctc_loss` and `cdist`, where a gradient is a part of the
loss.

Why it matters
--------------
backward raises "derivative for … is not implemented", or the forward raises "is not differentiable with respect to
argument". Neither names the line.

How to fix it
-------------
Use an operation that has a derivative: `index_add` for `bincount` with weights, a sigmoid for `heaviside`. Where the
argument needs no gradient, as class weights do not, detach it.

Not to be confused with
-----------------------
CUT103 returns a result without any history, so that nothing is raised here. BWD406 has a derivative, which failed.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.gate = nn.Linear(10, 6)

        def forward(self, x):
            h = self.gate(x)
            return torch.heaviside(h, torch.zeros(1))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.gate = nn.Linear(10, 6)

        def forward(self, x):
            h = self.gate(x)
            return torch.sigmoid(h)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from whygrad.engine.edits import Ask, Edit, Replace, Wrap
from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.observation import Event, Node, Observation, Operand, Step
from whygrad.engine.operands import value
from whygrad.engine.refusals.failures import finding, refused
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, parameter_name

_MISSING = re.compile(r"derivative for '?(?:aten::)?(?P<name>\w+)(: ?(?P<argument>\w+))?'? is not implemented")
_REFUSED = re.compile(r"with respect to argument '(\w+)'")
_BACKWARD = "_backward"
_MEAN = 1
"""How torch writes down `reduction="mean"`."""

_SINGLE = {
    "cross_entropy_loss": "torch.ops.aten.cross_entropy_loss(self, target, None, 0, ignore_index, 0.0)",
    "nll_loss_nd": "torch.ops.aten.nll_loss_nd(self, target, None, 0, ignore_index)",
    "nll_loss": "torch.ops.aten.nll_loss(self, target, None, 0, ignore_index)",
    "nll_loss2d": "torch.ops.aten.nll_loss2d(self, target, None, 0, ignore_index)",
}
"""The losses of samples, each by itself and without weights."""

_TWINS = {
    "floor_divide": (
        "the quotient, with its floor in the forward alone: q + (q.floor() - q).detach()",
        "self / other + (torch.floor(self / other) - self / other).detach()",
    ),
    "heaviside": ("torch.sigmoid(self), a smooth step", "torch.sigmoid(self)"),
    "linspace": (
        "start + (end - start) * torch.linspace(0, 1, steps), where the ends are learnt",
        "start + (end - start) * torch.linspace(0.0, 1.0, steps)",
    ),
    "bincount": (
        "zeros with index_add, which counts weights with a derivative",
        "torch.zeros([int(self.max()) + 1], dtype=weights.dtype, device=weights.device).index_add(0, self, weights)",
    ),
}


@rule("BWD404", "no-derivative", "error")
def no_derivative(observation: Observation) -> Iterator[Finding]:
    """The operation that cannot be differentiated, refused in the forward or in backward."""
    for failed, node, event in refused(observation, "no derivative"):
        argument = _REFUSED.search(failed.message)
        role = argument[1] if argument else ""
        operand = next((o for o in event.inputs if o.role == role), None)
        what = called(observation, node, operand) if operand else role or "an argument"
        yield finding(
            observation,
            failed,
            title=f"{node.name} has no derivative for its {role or 'argument'}, and {what} wants a gradient",
            message=f"{node.name} cannot give {what} a gradient, so torch refuses to compute with one that wants it.",
            chain=(Link(f"{what} wants a gradient", node.id),),
            fixes=[
                *_weighed_by_hand(node, event, role),
                Fix(
                    f"detach {what}: as the {role or 'argument'} of {node.name} it cannot be learnt",
                    edits=_detached(observation, node.id, operand) if operand else (),
                ),
            ],
        )
    for step in observation.steps:
        error = step.error
        missing = _MISSING.search(error.message) if error is not None and error.stage == "backward" else None
        if missing is not None:
            yield _in_backward(observation, step, missing["name"], missing["argument"])


def _weighed_by_hand(node: Node, event: Event, role: str) -> Iterator[Fix]:
    """The losses of the samples multiplied with the weights of their classes: the weighted mean, as it is defined."""
    loss, target = _SINGLE.get(node.bare_name), event.input("target")
    plain = value(node, event, "reduction") == _MEAN and not value(node, event, "label_smoothing", 0.0)
    if loss is not None and role == "weight" and target is not None and target.dtype == "int64" and plain:
        weights = "weight[target * (target != ignore_index)] * (target != ignore_index)"
        yield Fix(
            "weight the losses of the samples by hand: w = weight[target], 0 where a target is ignored, and then "
            'w * F.cross_entropy(input, target, reduction="none"), summed up and divided by the sum of w',
            before="",
            edits=(Replace(node.id, f"({loss} * {weights}).sum() / ({weights}).sum()"),),
        )


def _in_backward(observation: Observation, step: Step, name: str, argument: str | None) -> Finding:
    order, event = _maker(observation, step, name)
    if event is None and name.endswith(_BACKWARD):
        order, event = _maker(observation, step, name.removesuffix(_BACKWARD))
        if event is not None:
            return _of_a_gradient(observation, order, event)
    node = observation.nodes[event.node] if event is not None else None
    shown, where = node.name if node is not None else name, f" for its {argument}" if argument else ""
    return Finding(
        title=f"{shown} has no derivative{where}",
        message=f"{shown} is on the way from the loss to the parameters, and torch knows no gradient{where}.",
        node=node.id if node is not None else None,
        event=event,
        order=order,
        parameters=names(observation.trainable),
        chain=(
            Link(f"{shown} records that it cannot be differentiated", node.id if node is not None else None),
            Link("backward comes to it and raises"),
        ),
        fix=_fix(node, shown),
    )


def _of_a_gradient(observation: Observation, order: int, event: Event) -> Finding:
    """Of an operation that has a derivative once, and no second one: its gradient is a part of the loss."""
    node = observation.nodes[event.node]
    return Finding(
        title=f"the gradient of {node.name} has no derivative of its own",
        message=f"The loss is made of a gradient that goes through {node.name}, so backward differentiates that once "
        "more, and torch knows no second derivative of it.",
        node=node.id,
        event=event,
        order=order,
        parameters=names(observation.trainable),
        chain=(
            Link(f"a gradient is taken through {node.name}, with create_graph=True", node.id),
            Link("backward comes to that gradient and raises"),
        ),
        fix=Fix(f"take the gradient of something else than {node.name}, or compute {node.name} by hand"),
    )


def _fix(node: Node | None, shown: str) -> Fix:
    name, expression = _TWINS.get(node.bare_name if node is not None else "", ("", ""))
    if node is not None and name:
        return Fix(f"use {name}", edits=(Replace(node.id, expression),))
    return Fix(f"compute it with operations that have a derivative, or detach what {shown} reads, if it needs none")


def _maker(observation: Observation, step: Step, name: str) -> tuple[int, Event | None]:
    """The last execution of the operation that recorded a gradient."""
    for index in range(len(step.events) - 1, -1, -1):
        event = step.events[index]
        same = _plain(observation.nodes[event.node].name) == _plain(name)
        if same and any(t.requires_grad for t in event.outputs):
            return index, event
    return -1, None


def _plain(name: str) -> str:
    """A name without the marks of its variants and its namespace: `_unique2` is `unique`, `special_zeta` is `zeta`."""
    return name.removeprefix("special_").strip("_").rstrip("0123456789").lower()


def _detached(observation: Observation, node: int, operand: Operand) -> tuple[Edit, ...]:
    """The operand without its history; what is a parameter is then meant to get no gradient."""
    name = parameter_name(observation, operand.tensor)
    frozen = [*observation.request.get("expect_frozen", ()), *([name] if name else [])]
    return (Wrap(node, operand.role, "x.detach()"), Ask({"expect_frozen": frozen}))
