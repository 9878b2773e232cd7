"""Batch statistics of a single value: in training a normalisation needs more than one value for each channel.

What happened
-------------
BatchNorm in training mode subtracts the mean over the batch and all positions. With a batch of one sample and a
single position there is one value for each channel: its deviation is zero, and nothing is left. InstanceNorm needs
more than one position in each sample.

Why it matters
--------------
The forward raises "Expected more than 1 value per channel when training", so no parameter gets a gradient. In a
training loop it comes with the last, incomplete batch.

How to fix it
-------------
Send at least two samples, and let the loader drop an incomplete batch: `DataLoader(..., drop_last=True)`. Where
batches of one are meant, use GroupNorm or LayerNorm, or switch the layer to evaluation with `eval()`.

Not to be confused with
-----------------------
SHP703: the input has too few dimensions. In evaluation mode BatchNorm uses its running statistics and takes one
sample.

Example
-------
Shapes: 1x5
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(5, 8)
            self.norm = nn.BatchNorm1d(8)

        def forward(self, x):
            return self.norm(self.fc(x))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(5, 8)
            self.norm = nn.LayerNorm(8)

        def forward(self, x):
            return self.norm(self.fc(x))
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Ask
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Event, Node, Observation, Operand
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.sending import resent, shape_to_send, with_samples
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import origin
from whygrad.engine.wording.phrases import size, sizes

_OF_EACH_SAMPLE = frozenset({"aten::instance_norm", "aten::group_norm"})
"""What normalises each sample by itself: more samples pass torch's check of a group norm, and give zeros alone."""


@rule("TYP805", "too-few-values", "error")
def too_few_values(observation: Observation) -> Iterator[Finding]:
    """The normalisation that was refused."""
    for failed, node, event in refused(observation, "few values"):
        yield _finding(observation, failed, node, event)


def _finding(observation: Observation, failed: Failure, node: Node, event: Event) -> Finding:
    given = next(iter(event.inputs), None)
    name = node.module or node.name
    shape = f" ({size(given.tensor)})" if given else ""
    return finding(
        observation,
        failed,
        title=f"{name} gets one value per channel{shape}, and needs more in training",
        message="The mean of a single value is the value itself, so that nothing is left after subtracting it.",
        chain=[origin(observation, failed.step, node, given)] if given else [],
        fixes=[*_larger(observation, failed, node, given), *_fixes(observation, node)],
    )


def _larger(observation: Observation, failed: Failure, node: Node, given: Operand | None) -> Iterator[Fix]:
    """Larger maps sent, of which more than one position is left for what normalises each sample by itself."""
    if node.op not in _OF_EACH_SAMPLE or given is None:
        return
    wanted = (*given.tensor.shape[:2], *(2 for _ in given.tensor.shape[2:]))
    needed = shape_to_send(observation, failed.step, given.tensor, wanted)
    ask = resent(observation, needed[0], shape=list(needed[1])) if needed is not None else None
    if needed is not None and ask is not None:
        yield Fix(
            f"send {sizes(needed[1])} or more, or halve the maps less often before it{_fewer(node)}", edits=(ask,)
        )


def _fixes(observation: Observation, node: Node) -> Iterator[Fix]:
    if node.op in _OF_EACH_SAMPLE:
        yield Fix(f"send inputs with more than one position, or normalise before they are pooled away{_fewer(node)}")
        return
    ask = with_samples(observation, 2)
    summary = "send at least 2 samples, and drop an incomplete last batch: DataLoader(..., drop_last=True)"
    yield Fix(summary, edits=(ask,) if ask else ())
    yield Fix("switch the model to evaluation with eval()", edits=(Ask({"mode": "eval"}),))


def _fewer(node: Node) -> str:
    return ", or take fewer groups than channels" if node.op == "aten::group_norm" else ""
