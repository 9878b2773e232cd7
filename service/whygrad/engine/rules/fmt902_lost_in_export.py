"""This format may have lost something that the Python model has.

What happened
-------------
A trace, and a program of torch.export, records what ran once, in the mode that the model was in then. Dropout and batch
statistics were written down as switched on, or off, and `train()` and `eval()` no longer reach them: this program was
asked to run in the other mode. Both also drop gradient hooks and every branch that was not taken, and a trace `no_grad`
regions, of which the file shows nothing.

Why it matters
--------------
What is diagnosed is the trace and not the model: without batch statistics gradients are others than in training, and
with dropout left on an evaluation is random. A model that was traced in evaluation mode may hold operations that
are made for inference and cannot be differentiated.

How to fix it
-------------
Call `model.train()` before `torch.jit.trace` where the program is to be trained, `model.eval()` where it is to be
evaluated. Or export with `torch.jit.script`, which keeps the mode as a switch, and `no_grad` as well.

Not to be confused with
-----------------------
CUT106 and SHP712: a number or a size that tracing made constant. FMT903: a file that holds no program.

Example
-------
Shapes: 4x8
Loss: mean
Mode: eval
Export: trace 4x8
Good export: script

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(8, 8)
            self.drop = nn.Dropout(0.5)

        def forward(self, x):
            return self.drop(torch.relu(self.fc(x)))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(8, 8)
            self.drop = nn.Dropout(0.5)

        def forward(self, x):
            return self.drop(torch.relu(self.fc(x)))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whygrad.engine.finding import Finding, Fix, Related
from whygrad.engine.observation import Node, Observation
from whygrad.engine.operands import recurrent
from whygrad.engine.rule import rule

_DROPOUTS = frozenset({"dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout"})
_INFERENCE = frozenset({"_transformer_encoder_layer_fwd", "_native_multi_head_attention"})

MOST = 8
"""The most places that are listed beside the first."""


@rule("FMT902", "lost-in-export", "note")
def lost_in_export(observation: Observation) -> Iterator[Finding]:
    """A trace or an export that was recorded in another mode than it is run in."""
    other = [node for node in observation.nodes if _recorded_in(node) is (not observation.training)]
    if not observation.traced or not other:
        return
    asked, recorded = ("training", "evaluation") if observation.training else ("evaluation", "training")
    article, export = ("an", "export") if observation.exported else ("a", "trace")
    switch = "train" if observation.training else "eval"
    yield Finding(
        title=f"the {export} was recorded in {recorded} mode, and {_kinds(other)} in it whatever is asked for",
        message=f"It was asked to run in {asked} mode, which does not reach what {article} {export} wrote down as a "
        "constant.",
        node=other[0].id,
        related=tuple(Related("and here", node.id) for node in other[1:MOST]),
        fix=Fix(f"call model.{switch}() before {observation.recorder}, or export with torch.jit.script"),
    )


def _kinds(nodes: Sequence[Node]) -> str:
    """`dropout stays`, `batch_norm and dropout stay`."""
    names = list(dict.fromkeys(node.bare_name for node in nodes))
    return f"{' and '.join(names[:3])} {'stays' if len(names) == 1 else 'stay'}"


def _recorded_in(node: Node) -> bool | None:
    """The mode that an operation was recorded in, True for training; None where it is the same in both."""
    name = node.bare_name
    if name in _INFERENCE:
        return False
    if name in _DROPOUTS:
        return _switch(node, "train") if node.literal("p") != 0 else None
    if name in recurrent.LAYERS:
        return _switch(node, "train") if node.literal("dropout") not in (0, None) else None
    if name == "batch_norm":
        return _switch(node, "training") if node.literal("running_mean", "kept") is not None else None
    if name == "scaled_dot_product_attention":
        return True if node.literal("dropout_p") not in (0, None) else None
    return None


def _switch(node: Node, name: str) -> bool | None:
    value = node.literal(name)
    return value if isinstance(value, bool) else None
