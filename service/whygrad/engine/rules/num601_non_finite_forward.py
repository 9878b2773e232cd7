"""The forward computes NaN or infinity, and it reaches the loss or an output.

What happened
-------------
An operation was given ordinary numbers and returned NaN or infinity: the logarithm of 0, a division by 0, an
exponential beyond the range of its type, a softmax over a row that is masked entirely. From there it spread, to the
loss, or to an operation that refuses it: `multinomial` and `binary_cross_entropy` raise.

Why it matters
--------------
A loss that is not finite gives gradients that are not finite, and one update with them destroys every weight they
touch. An infinite output cannot be used either.

How to fix it
-------------
Keep the operand of the operation in the range where its result is finite, before it is computed: `clamp_min` before
a logarithm, an epsilon in the divisor, `logsumexp` and `log_softmax` in place of their parts, a mask that leaves at
least one position in each row. What is sent in large numbers, as pixels are, bring to about one: `x / 255`.

Not to be confused with
-----------------------
Where the forward is finite and only the gradient is not, it is NUM602, and NUM603 where the NaN is hidden on its
way. An infinity that the program writes down itself, as an attention mask is, is meant.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.score = nn.Linear(10, 3)

        def forward(self, x):
            p = torch.relu(self.score(x))
            return torch.log(p)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.score = nn.Linear(10, 3)

        def forward(self, x):
            p = torch.sigmoid(self.score(x))
            return torch.log(p)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whygrad.engine.edits import Edit, Wrap
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.domains import edge_of, seen, ways_inside
from whygrad.engine.gradients.finite import otherwise, scaled_before, written_smaller
from whygrad.engine.gradients.nonfinite import Spoiler, close_step, finding, refused_numbers, spoiled_results, written
from whygrad.engine.observation import Node, Observation
from whygrad.engine.operands import value
from whygrad.engine.refusals.sending import described, with_samples
from whygrad.engine.rule import rule

_LARGE = 100
"""Above such numbers what is sent is not of the size that layers are made for."""


@rule("NUM601", "non-finite-forward", "error")
def non_finite_forward(observation: Observation) -> Iterator[Finding]:
    """Every execution that first made a number of the loss or of an output non-finite."""
    for spoiler in _once(spoiled_results(observation)):
        yield _finding(observation, spoiler)
    for spoiler in _once(refused_numbers(observation)):
        yield _finding(observation, spoiler, _refusing(observation))


def _once(spoilers: Iterable[Spoiler]) -> list[Spoiler]:
    """The first of each operation."""
    first: dict[int, Spoiler] = {}
    for spoiler in spoilers:
        first.setdefault(spoiler.node.id, spoiler)
    return list(first.values())


def _refusing(observation: Observation) -> Node | None:
    """What raised for the numbers that it was given."""
    step = close_step(observation)
    return observation.nodes[step.failure.node] if step is not None and step.failure is not None else None


def _finding(observation: Observation, spoiler: Spoiler, refusing: Node | None = None) -> Finding:
    name, numbers = spoiler.node.bare_name, spoiler.result.numbers if spoiler.result else None
    what = "NaN" if numbers is not None and numbers.nan else "infinity"
    reached = _refuser(refusing) if refusing is not None else "the loss" if spoiler.reaches_loss else "an output"
    edge = edge_of(spoiler.node, spoiler.event)
    fixes = ways_inside(observation, spoiler.node, spoiler.event)
    operand = seen(spoiler.operand(edge.role)) if edge else ""
    count = numbers and f"{numbers.nan or numbers.infinite} of {numbers.elements} results of {name} are {what}. "
    return finding(
        spoiler,
        title=f"{name} gives {what}, and {'' if refusing is None else 'the step raises when '}it reaches {reached}",
        message=f"{count or ''}{_why(spoiler)}",
        explains=frozenset({spoiler.node.id, *([refusing.id] if refusing is not None else [])}),
        chain=(
            *((Link(f"of what {name} is given, {operand}"),) if operand else ()),
            *written(observation, spoiler),
            Link(f"{name} makes {what} of it", spoiler.node.id),
            Link(f"nothing on the way to {reached} takes it away again", refusing.id if refusing is not None else None),
        ),
        fixes=[
            *fixes,
            *written_smaller(observation, spoiler),
            *scaled_before(observation, spoiler),
            *(_brought_to_one(observation) if fixes else ()),
        ]
        or [*_all_ignored(spoiler), *_more_samples(observation, spoiler), otherwise(observation, spoiler)],
    )


def _refuser(node: Node) -> str:
    return "a check of the program's" if node.op == "prim::RaiseException" else node.bare_name


def _why(spoiler: Spoiler) -> str:
    if spoiler.infinity is not None and spoiler.node.bare_name == "mul":
        return "0 times infinity is NaN: a factor of 0 does not take an infinity away."
    edge = edge_of(spoiler.node, spoiler.event)
    if edge is not None:
        return f"It takes {edge.takes}: {edge.where}."
    if spoiler.node.bare_name == "softmax":
        return "A row in which every position is masked has no largest score: leave at least one."
    if spoiler.node.bare_name == "ctc_loss":
        return _unaligned(spoiler)
    return "Its operands hold numbers that it has no finite result for."


def _unaligned(spoiler: Spoiler) -> str:
    lengths = (spoiler.operand("input_lengths"), spoiler.operand("target_lengths"))
    steps, labels = (n.high if n is not None else None for n in lengths)
    most = f" Here are up to {labels:g} labels and {steps:g} steps." if steps is not None and labels is not None else ""
    return (
        "A target cannot be aligned with fewer steps than it has labels, and one more between two that are alike: its "
        f"loss is infinite.{most}"
    )


def _all_ignored(spoiler: Spoiler) -> list[Fix]:
    """What to do about a mean over no target at all, of which every one is ignored: another loss would not learn."""
    node, target = spoiler.node, spoiler.operand("target")
    ignored = value(node, spoiler.event, "ignore_index")
    none_left = target is not None and target.low == target.high == ignored
    if node.bare_name != "cross_entropy_loss" or not none_left:
        return []
    words = (
        f"every target is {ignored}, which is ignored, so that the mean is 0 / 0: see why no other is left, as where a "
        "prompt is as long as its window, and leave such a batch out"
    )
    return [Fix(words, before="")]


def _brought_to_one(observation: Observation) -> list[Fix]:
    """What is sent in large numbers, as pixels are, divided by the largest of them before it is read."""
    step, edits, most = observation.first, list[Edit](), 0
    for place, sent in enumerate(step.inputs):
        high = described(observation, place).get("high")
        if isinstance(high, int) and high > _LARGE:
            most = max(most, high - 1)
            readers = (step.events[index] for index in step.readers.get(sent.id, ()))
            read = ((e.node, o.role) for e in readers for o in e.inputs if o.tensor.id == sent.id)
            edits += [Wrap(node, role, f"x / {high - 1}") for node, role in dict.fromkeys(read)]
    words = f"bring what is sent to numbers of about one: x / {most}"
    return [Fix(words, before="", edits=tuple(edits))] if edits else []


def _more_samples(observation: Observation, spoiler: Spoiler) -> list[Fix]:
    """A batch of more than one, where a deviation is one over the batch."""
    read, node = spoiler.event.tensors[:1], spoiler.node
    dims = value(node, spoiler.event, "dim")
    if node.bare_name not in ("std", "var") or not read or read[0].shape[:1] != (1,) or dims not in (0, [0]):
        return []
    ask = with_samples(observation, 4)  # of two that are centred and divided by it only a sign is left
    words = "send more samples, for one has no deviation over the batch; drop an incomplete last batch: "
    return [Fix(f"{words}DataLoader(..., drop_last=True)", before="", edits=(ask,))] if ask else []
