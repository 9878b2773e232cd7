"""The close look: what autograd functions received and gave, and when it is taken."""

from __future__ import annotations

import json

import pytest
from tests.engine.programs import observe_source

from whygrad.engine.gradients.backward import Backward, kind
from whygrad.engine.observation import Observation, Step
from whygrad.engine.observation_json import from_json, to_json

PROGRAM = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x)
{body}
        return self.b(h)
"""

ROUNDED = {
    "plain": "        h = torch.round(h)",
    "in place": "        h.round_()",
    "into a view": "        h = h.clone()\n        h[:] = torch.round(h)",
    "in a loop": "        for i in range(3):\n            h = torch.round(h * 2)",
    "behind a composite": "        h = F.layer_norm(torch.round(h), (8,))",
}


def seen(body: str) -> Observation:
    return observe_source(PROGRAM.format(body=body), shapes="4x8", loss="mean")


def close(observation: Observation) -> Step:
    assert observation.judged is not None
    assert observation.judged.close is not None
    return observation.judged.close


@pytest.mark.parametrize("body", ROUNDED.values(), ids=ROUNDED.keys())
def test_gradient_dies_in_the_execution_that_rounds(body: str) -> None:
    observation = seen(body)
    step = close(observation)
    weight = next(p for p in observation.parameters if p.name == "a.weight")
    deaths = [d for d in Backward(step).deaths(weight.tensor) if kind(step.functions[d.function]) == "Round"]
    events = [step.functions[d.function].event for d in deaths]
    assert {d.how for d in deaths} == {"flat"}
    assert {observation.nodes[step.events[e].node].bare_name for e in events if e is not None} == {"round"}


def test_healthy_program_is_not_looked_at() -> None:
    observation = seen("        h = torch.relu(h)")
    assert observation.judged is not None
    assert (observation.judged.close, observation.judged.double) == (None, None)


def test_every_number_of_the_step_is_known() -> None:
    step = close(seen(ROUNDED["plain"]))
    assert all(t.numbers is not None for e in step.events for t in (*e.tensors, *e.outputs))
    assert all(f.received for f in step.functions)
    assert [f.event for f in step.functions].count(None) == 1


def test_nothing_of_it_is_lost_in_json() -> None:
    observation = seen("        h = torch.sqrt(h * 0)")
    again = from_json(json.loads(json.dumps(to_json(observation), allow_nan=False)))
    assert again.passes == observation.passes
    assert any(n is not None and not n.finite for f in close(again).functions for n in f.received)
