"""Weights are stored as constants of the program.

What happened
-------------
`torch.jit.freeze` and `optimize_for_inference` write the weights into the program and drop the parameters. Tracing
does the same to tensors that it finds outside of the modules' parameters, as in a plain Python list. A constant is
read like a weight, but no optimiser knows it.

Why it matters
--------------
Where all weights are constants, backward raises "element 0 of tensors does not require grad and does not have a
grad_fn". Where only some are, they keep their first values, and nothing is raised.

How to fix it
-------------
Export the model for training before it is frozen for inference. Keep layers in `nn.ModuleList` and weights in
`nn.Parameter`, so that the module knows them.

Not to be confused with
-----------------------
PAR206 is a weight that the module holds as a buffer or attribute. CUT106 is a constant in place of a computed value.
PAR201 has its parameters, but they are frozen. Filters that are constants by right (blur, Sobel) are not reported.

Example
-------
Shapes: 4x10
Loss: mean
Export: freeze
Good export: script

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(10, 1)

        def forward(self, x):
            return self.head(x)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(10, 1)

        def forward(self, x):
            return self.head(x)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Promote
from whygrad.engine.finding import Finding, Fix, Link, Related
from whygrad.engine.gradients.weights import baked_weights
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import counted, size


@rule("PAR205", "weights-baked", "warning")
def weights_baked(observation: Observation) -> Iterator[Finding]:
    """The constants that stand where layers take their weights."""
    found = baked_weights(observation)
    if not found:
        return
    order, first, tensor = found[0]
    user = observation.first.events[order]
    reader = observation.nodes[user.node]
    left = counted(len(observation.trainable), "parameter")
    are = "is a constant" if len(found) == 1 else "are constants"
    yield Finding(
        title=f"{counted(len(found), 'weight')} of the program {are}",
        message="A constant is used like a weight, but it is no parameter: it gets no gradient and is never changed.",
        node=first.id,
        event=user,
        order=order,
        severity="warning" if observation.trainable else "error",
        related=tuple(Related("also a constant", node.id) for _, node, _ in found[1:8]),
        chain=(
            Link(f"{reader.name} reads a weight of {size(tensor)} that the program holds as a constant", reader.id),
            Link(f"{left} of the program {'wants' if len(observation.trainable) == 1 else 'want'} a gradient"),
        ),
        fix=Fix(
            "export the model before torch.jit.freeze or optimize_for_inference, and keep its weights in nn.Parameter "
            "and its layers in nn.ModuleList",
            edits=tuple(Promote(node.id) for _, node, _ in found),
        ),
    )
