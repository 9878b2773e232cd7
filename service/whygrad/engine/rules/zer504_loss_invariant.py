"""The loss does not depend on the parameter: what it changes is normalised away, or cancels.

What happened
-------------
The value of the parameter is used all the way to the loss, and yet the loss is the same whatever it is: the results of
a softmax are summed up, which gives 1, or meet one sum of all that they were to weigh; a layer norm is followed by the
mean of its results, which is 0; a value is subtracted from itself, directly or as its own mean; a loss holds two sides
against each other that are computed alike, of the same input. The gradient is zero, or what rounding leaves of zero.

Why it matters
--------------
Nothing raises, and the gradient may even look alive, some 1e-9: it is noise, and the parameter only drifts.

How to fix it
-------------
Let the loss look at the results one by one (compare them with a target, weight them), not at a sum that cannot
change; move the reduction before the normalisation, or drop what cancels. Give the second side another view of the
input, or detach it where only a ratio to what was is meant.

Not to be confused with
-----------------------
A bias before a normalisation has a gradient of zero for the same reason, and is harmless: it is not reported. A
softmax over a single element is ZER503.

Example
-------
Shapes: 4x10
Loss: output

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.score = nn.Linear(10, 3)

        def forward(self, x):
            p = torch.softmax(self.score(x), dim=1)
            return p.sum()

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.score = nn.Linear(10, 3)

        def forward(self, x):
            p = torch.softmax(self.score(x), dim=1)
            return p.square().sum()
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Freeze, Give, Replace, Wrap
from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.gradients.autopsy import Starved
from whygrad.engine.gradients.shifting import Shift, shift
from whygrad.engine.gradients.starving import as_sent, finding, reduced, starved_by
from whygrad.engine.gradients.twins import twins
from whygrad.engine.gradients.zero_sources import CENTRING, ZeroSources
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners
from whygrad.engine.wording.rewriting import rewritten, uncalled, wrapped
from whygrad.engine.wording.spelling import with_behind

_NORMALISING = frozenset(
    {"softmax", "log_softmax", "layer_norm", "group_norm", "batch_norm", "instance_norm", "rms_norm"}
)


_WEIGHED = "x * torch.linspace(0.5, 1.5, x.numel(), dtype=x.dtype, device=x.device).reshape(x.size())"


@rule("ZER504", "loss-invariant", "warning")
def loss_invariant(observation: Observation) -> Iterator[Finding]:
    """Every operation behind which the loss no longer depends on a parameter."""
    for found in starved_by(observation, "invariant"):
        yield _finding(observation, found)


def _finding(observation: Observation, found: Starved) -> Finding:
    name, lost = found.node.bare_name, owners(found.parameters)
    normalised = name in _NORMALISING
    what = "normalises it away" if normalised else "is where its contributions cancel"
    shifted = shift(observation, found.node)
    divider = None if normalised else _divided_by(observation, found)
    fixes = _fixes(observation, found, normalised=normalised)
    if divider is not None:
        fixes = [Fix("scale what comes of the division, not what goes into it", before="")]
    why = f"{name} keeps a sum constant that is all the loss looks at" if normalised else f"at {name} they add up to 0"
    if shifted is not None:
        softmax = shifted.softmax.bare_name
        what, why = f"gives it to all that {softmax} compares alike", f"{softmax} sees differences alone"
        fixes = [*_without(observation, found, shifted), *fixes]
    held = _held_against_itself(observation, found) if shifted is None else None
    if held is not None:
        what, why = (
            "holds it against itself",
            "both sides are computed alike, of the same tensors, so that they are equal",
        )
        fixes = _apart(observation, held)
    return finding(
        observation,
        found,
        why=f"the loss does not depend on it, {name} {what}",
        message=f"Whatever {lost} computes, the loss is the same: {why}. What is left of the gradient is rounding.",
        chain=(
            Link(f"the value of {lost} is used, and reaches the loss through {name}", found.node.id),
            *_links(divider),
            Link("the derivatives along the ways from there to the loss add up to 0"),
        ),
        fix=fixes[0],
        other_fixes=fixes[1:],
    )


def _held_against_itself(observation: Observation, found: Starved) -> Event | None:
    """What compares two that are computed alike, in the first step."""
    step = observation.first
    measures = next((event for event in step.events if event.node == found.node.id), None)
    return twins(observation, ZeroSources(observation, step), measures) if measures is not None else None


def _apart(observation: Observation, held: Event) -> list[Fix]:
    """One side let go, as where a ratio to the policy before is meant; else another, which the author has to know."""
    node, other = observation.nodes[held.node], held.inputs[1]
    moved = (Wrap(node.id, other.role, "x.roll(1, 0)"),) if other.tensor.shape else ()
    return [
        Fix(
            "hold it against what does not move with it: .detach() on the side that is only compared with",
            after=with_behind(observation, node, other.role, ".detach()"),
            edits=(Wrap(node.id, other.role, "x.detach()"),),
        ),
        Fix(
            "compute one of the two sides of something else, as of another view of the input, or drop the term"
            + (": tried with the samples of one side moved by one" if moved else ""),
            before=observation.source(node.id),
            edits=moved,
        ),
    ]


def _fixes(observation: Observation, found: Starved, *, normalised: bool) -> list[Fix]:
    """Another dimension to reduce, the square of what is centred; else a weight for each, which shows the cause."""
    name, place = found.node.bare_name, reduced(observation, found)
    fixed = _sum_held_fixed(observation, found) if name in CENTRING else []
    left_out = _left_out(found) if name in CENTRING else []
    each = _each_by_itself(observation, found) if normalised else []
    if each or place is None:
        return [*each, *fixed, *left_out, Fix(_advice(name, normalised=normalised))]
    order, node = place
    line, dims = observation.place(node.id), _other_dimensions(observation, order)
    across = [
        Fix(
            f"let {node.bare_name} run over dim {dim}, not over the one along which {name} makes it constant",
            before=line.source if line else None,
            after=rewritten(line, rf"({node.bare_name}\([^()]*\bdim=)-?\d+", rf"\g<1>{dim}"),
            edits=(Give(node.id, "dim", [dim]),),
        )
        for dim in dims
    ]
    squared = Fix(
        f"take the {node.bare_name} of the squares: what is centred adds up to 0 by itself",
        before=line.source if line else None,
        after=wrapped(line.source if line else None, node.bare_name, "{x}.square()"),
        edits=(Wrap(node.id, "self", "x.square()"),),
    )
    advice = _advice(name, normalised=normalised)
    weighed = Fix(f"{advice}: tried with a weight of its own for each", edits=(Wrap(node.id, "self", _WEIGHED),))
    centred = name in CENTRING
    return [*fixed, *across, *([squared] if centred else []), weighed, *left_out]


def _each_by_itself(observation: Observation, found: Starved) -> list[Fix]:
    """The shares of a mixture beside what each of its parts gives, where a sum of all parts is added to each share."""
    step, made = observation.first, as_sent(observation, found).outputs[:1]
    readers = (step.events[i] for t in made for i in step.readers.get(t.id, ()))
    beside = next((e for e in readers if observation.nodes[e.node].bare_name == "add"), None)
    given = [t for t in beside.tensors if t not in made] if beside is not None else []
    for maker in filter(None, (step.maker(t.id) for t in given)):
        name = observation.nodes[maker.node].bare_name
        if name in ("sum", "mean") and [t.shape for t in maker.tensors] == [t.shape for t in made]:
            return [
                Fix(
                    f"add to each share what its own part gives; with the {name} of all parts beside it, the shares "
                    "only add up to 1",
                    before=observation.source(maker.node),
                    after=uncalled(observation.source(maker.node), name),
                    edits=(Replace(maker.node, "self"),),
                )
            ]
    return []


def _left_out(found: Starved) -> list[Fix]:
    """A single weight left out, which a difference takes away again: the bias of a user who compares two items."""
    words = "leave it out, or freeze it: what it adds to both sides goes with the difference"
    return [Fix(words, before="", edits=(Freeze(names(found.parameters)),))] if len(found.parameters) == 1 else []


def _sum_held_fixed(observation: Observation, found: Starved) -> list[Fix]:
    """A sum held fixed where it is held against one of its summands: `(mean + noise) - mean` is the noise alone."""
    step, event = observation.first, as_sent(observation, found)
    for drawn in event.inputs:
        maker = step.maker(drawn.tensor.id)
        mean = [o for o in event.inputs if o is not drawn and maker is not None and o.tensor in maker.tensors]
        if maker is not None and mean and observation.nodes[maker.node].bare_name in ("add", "sub"):
            return [
                Fix(
                    "hold the sum fixed where it is held against what it was made of, with .detach(), as a sample is "
                    "against its mean",
                    after=with_behind(observation, found.node, drawn.role, ".detach()"),
                    edits=(Wrap(found.node.id, drawn.role, "x.detach()"),),
                )
            ]
    return []


def _without(observation: Observation, found: Starved, shifted: Shift) -> list[Fix]:
    """What makes a difference between the scores, or, where a parameter itself is added to all, that it is not."""
    if shifted.joined:
        return [_parted(found, shifted)]
    own = {p.tensor for p in found.parameters}
    if own.isdisjoint(t.id for t in found.event.tensors):
        return [_bent(observation, shifted)]
    leave = Fix(
        f"leave the parameter out: whatever is added to all scores alike, {shifted.softmax.bare_name} gives the same",
        edits=(Freeze(names(found.parameters)),),
    )
    return [leave, _bent(observation, shifted)]


def _bent(observation: Observation, shifted: Shift) -> Fix:
    """What is not linear between the sum and the scores, which makes of the same share another for each."""
    reader = observation.nodes[shifted.reader.node]
    return Fix(
        f"put what is not linear, as tanh, between the sum and {shifted.softmax.bare_name}, or leave it out",
        before=observation.source(reader.id),
        after=with_behind(observation, reader, shifted.operand.role, ".tanh()"),
        edits=(Wrap(reader.id, shifted.operand.role, "torch.tanh(x)"),),
    )


def _parted(found: Starved, shifted: Shift) -> Fix:
    """Scores that are computed each in its own way, where what they have in common is all that they are."""
    joining, softmax = found.node.bare_name, shifted.softmax.bare_name
    return Fix(
        f"compute each of the scores that {joining} puts before {softmax} by a layer of its own, or drop {softmax}: "
        "tried with a weight of its own for each",
        edits=(Wrap(shifted.reader.node, shifted.operand.role, _WEIGHED),),
    )


def _links(divider: Node | None) -> tuple[Link, ...]:
    return (
        (Link("it is divided by a measure of itself, which grows with it", divider.id),) if divider is not None else ()
    )


def _divided_by(observation: Observation, found: Starved) -> Node | None:
    """The division of a product by what was computed of that product alone, as `F.normalize` does."""
    product, measures = set[int](), set[int]()
    for event in observation.first.events:
        name, made = observation.nodes[event.node].bare_name, {t.id for t in event.outputs}
        read = {t.id for t in event.tensors}
        if event.node == found.node.id:
            product |= made if name == "mul" else set()
        elif name == "div" and event.tensors[0].id in product and read & measures:
            return observation.nodes[event.node]
        elif read and read <= product | measures:
            measures |= made
    return None


def _advice(name: str, *, normalised: bool) -> str:
    if normalised:
        return f"let the loss look at the results of {name} one by one, not at a sum or mean that is always the same"
    return f"drop what cancels at {name}, or let the loss depend on the two parts in different ways"


def _other_dimensions(observation: Observation, order: int) -> list[int]:
    """The dimensions of the same size that a reduction of one could take instead."""
    event = observation.first.events[order]
    dims = observation.nodes[event.node].literal("dim", event.values.get("dim"))
    shape = event.tensors[0].shape if event.tensors else ()
    if not isinstance(dims, list) or len(dims) != 1 or not shape:
        return []
    taken = dims[0] % len(shape)
    return [d for d in range(len(shape) - 1, 0, -1) if d != taken and shape[d] == shape[taken]]
