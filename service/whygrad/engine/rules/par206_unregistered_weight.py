"""A buffer or a plain tensor is used as a weight, but is no parameter.

What happened
-------------
The module holds a tensor that the forward uses as a weight, but as a buffer (`register_buffer`) or as a plain
attribute (`self.w = torch.randn(…)`, `nn.Parameter(…).cuda()`, `torch.randn(…, requires_grad=True)`). Only an
`nn.Parameter` is among `model.parameters()`. Positions that were to be learnt are such a buffer of zeros: added between
two layers, they do nothing.

Why it matters
--------------
No optimiser knows it, so it keeps its first, random values. Nothing is raised: everything else trains around it. A
plain attribute does not move with `.to(device)` and is in no checkpoint either.

How to fix it
-------------
`self.w = nn.Parameter(torch.randn(…))` in `__init__`, and move the module as a whole to its device. Where the numbers
are meant to stay as they are, as those of a random projection are, name the tensor in `expect_frozen`.

Not to be confused with
-----------------------
Running statistics, masks, tables of positions or frequencies, averages and code books that the program itself
updates are buffers by right and are not reported; nor is the fixed part of something that is learnt, such as the words
around a learnt prompt. A registered buffer of random numbers may be meant. That of a product, as in random features,
random projections and reservoirs, and a table of words are reported only where the product gets a learnt bias, or where
two parameters of the same module do the same. What a tensor is called says nothing. PAR205 is a weight that no module
holds any more.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.weight = torch.randn(6, 3)

        def forward(self, x):
            return self.encoder(x) @ self.weight

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.weight = nn.Parameter(torch.randn(6, 3))

        def forward(self, x):
            return self.encoder(x) @ self.weight
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Register
from whygrad.engine.finding import Finding, Fix, Link, Related
from whygrad.engine.gradients.unregistered import Unregistered, attribute_of, unregistered
from whygrad.engine.observation import Observation, Parameter
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import sizes


@rule("PAR206", "unregistered-weight", "warning")
def unregistered_weight(observation: Observation) -> Iterator[Finding]:
    """The buffers and attributes that do the work of weights, module by module."""
    for found in unregistered(observation):
        if found.nodes:
            yield _finding(observation, found)


def _finding(observation: Observation, found: Unregistered) -> Finding:
    names = [held.name for held in found.held]
    listed = " and ".join((", ".join(names[:-1]), names[-1]) if len(names) > 1 else names)
    one = len(names) == 1
    used = "is used as a weight, but is no parameter" if one else "are used as weights, but are no parameters"
    kind = "a buffer or a plain tensor" if one else "buffers or plain tensors"
    return Finding(
        title=f"{listed} {used}",
        message=f"No optimiser knows {kind}, so {listed} {'keeps its' if one else 'keep their'} first numbers.",
        node=found.nodes[0].id,
        event=observation.first.events[found.order],
        order=found.order,
        severity="warning" if observation.trainable else "error",
        related=tuple(Related("read here", node.id) for node in found.nodes[1:]),
        chain=(
            *(Link(_evidence(held), node.id) for held, node in zip(found.held, found.nodes, strict=False)),
            Link("a gradient would arrive, but only parameters are given to an optimiser"),
        ),
        fix=_fix(names),
    )


def _fix(names: list[str]) -> Fix:
    """Each as a parameter; a plain list or dict of them as one that the module knows."""
    holders = dict.fromkeys((attribute_of(name), _container(name)) for name in names)
    single = [each for each in holders if each[1] == "Parameter"]
    made = [f"self.{n} = nn.{kind}(…)" for n, kind in (*single[:4], *(e for e in holders if e not in single))]
    kept = "what is meant to stay as it is, name in expect_frozen"
    return Fix(f"{'; '.join(made)} in __init__; {kept}", edits=(Register(tuple(names)),))


def _container(name: str) -> str:
    """What of torch.nn takes the place of a tensor, of a list or of a dict of them: `ws[0]`, `ws['a']`."""
    key = name.partition("[")[2].removesuffix("]")
    return "Parameter" if not key else "ParameterList" if key.isdigit() else "ParameterDict"


def _evidence(held: Parameter) -> str:
    """Why it is taken for a weight."""
    if held.requires_grad:
        return f"{held.name} ({sizes(held.shape)}) wants a gradient, but is not among the parameters"
    if held.look is not None and held.look.idle is not None:
        return f"{held.name} ({sizes(held.shape)}) has the numbers that a weight begins with, and would do nothing else"
    return f"{held.name} ({sizes(held.shape)}) holds numbers as drawn at random or learnt, not a table or a mask"
