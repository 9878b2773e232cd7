"""The file holds no program that can be run.

What happened
-------------
What was sent is a pickled module, a state_dict, a checkpoint, an ONNX or safetensors file, or something else without
a TorchScript program, or an archive that is damaged. It was told apart by its bytes and never opened as a pickle.

Why it matters
--------------
Numbers alone have no forward. A pickled module is code that runs when it is opened, and needs the Python files that
it was made from.

How to fix it
-------------
Build the model in Python, load the weights into it, and export it:
`torch.jit.script(model).save("model.pt")`, or `torch.jit.trace(model, example).save("model.pt")`.

Not to be confused with
-----------------------
TYP804: the program could be read, and the inputs do not fit its method.

Example
-------
Shapes: 4x10
Loss: mean
Export: pickle
Good export: script

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(10, 1)

        def forward(self, x):
            return self.fc(x)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(10, 1)

        def forward(self, x):
            return self.fc(x)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule


@rule("FMT903", "unsupported-format", "error")
def unsupported_format(observation: Observation) -> Iterator[Finding]:
    """A file that was refused before anything was run."""
    refusal = observation.refusal
    if refusal is not None and refusal.operation is None:
        yield Finding(
            title=f"the file is {refusal.what}, and cannot be run",
            message=f"{refusal.why[:1].upper()}{refusal.why[1:]}.",
            fix=Fix(refusal.summary, before="", after=refusal.instead),
        )
