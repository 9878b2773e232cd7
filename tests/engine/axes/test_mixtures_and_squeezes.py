"""Weights that add up along another axis than the one they are for, and samples in the place of a dropped axis."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

SCENES = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 6)

    def forward(self, x):
        h = self.fc(x).mean(2, keepdim=True).squeeze()
        return h - POOLED
"""

MIXTURE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weights, self.means = nn.Linear(4, 3), nn.Linear(4, 3)

    def forward(self, x, y):
        log_weights = F.log_softmax(self.weights(x), dim=DIM)
        apart = -(y.unsqueeze(1) - self.means(x)).pow(2)
        return -torch.logsumexp(log_weights + apart, dim=1).mean()
"""


def test_samples_are_taken_for_the_axis_that_a_bare_squeeze_dropped() -> None:
    source = SCENES.replace("POOLED", "h.mean(dim=-2, keepdim=True)")
    (finding,) = diagnose_source(source, shapes="4x1x5x3")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP720", True)
    assert finding["fix"]["after"] == "h = self.fc(x).mean(2, keepdim=True).squeeze(2)"


@pytest.mark.parametrize(
    ("pooled", "shapes"), [("h.mean(dim=-2, keepdim=True)", "4x2x5x3"), ("h.mean(dim=-1, keepdim=True)", "4x1x5x3")]
)
def test_an_axis_that_nothing_takes_the_samples_for_may_go(pooled: str, shapes: str) -> None:
    assert diagnose_source(SCENES.replace("POOLED", pooled), shapes=shapes)["findings"] == []


def test_a_vector_of_samples_has_no_other_axis_to_go_along() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.value = nn.Linear(4, 1)

    def forward(self, states, rewards):
        returns = rewards.squeeze().cumsum(-1)
        return F.mse_loss(self.value(states).squeeze(1), returns)
"""
    assert diagnose_source(source, shapes="6x4; 6x1", loss="output")["verdict"] == "healthy"


def test_weights_of_a_mixture_add_up_along_its_parts() -> None:
    source = MIXTURE.replace("DIM", "0")
    (finding,) = diagnose_source(source, shapes="5x4; 5", loss="output")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP716", True)
    assert finding["fix"]["after"] == "log_weights = F.log_softmax(self.weights(x), dim=1)"
    assert diagnose_source(MIXTURE.replace("DIM", "1"), shapes="5x4; 5", loss="output")["verdict"] == "healthy"


def test_actions_sent_as_a_column_are_scored_under_every_policy() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.policy = nn.Linear(4, 3)

    def forward(self, states, actions, returns):
        chosen = torch.distributions.Categorical(logits=self.policy(states), validate_args=False)
        return -(chosen.log_prob(actions) * returns).mean()
"""
    asked = {"shapes": "6x4; 6x1:int64[0,3); 6", "loss": "output", "export": "trace 6x4; 6x1:int64[0,3); 6"}
    (finding,) = diagnose_source(source, **asked)["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("SHP707", "aten::broadcast_tensors")
    assert "each of 6 samples meets every other" in finding["title"]
    rows = {name: told.replace("6x1:", "6:") for name, told in asked.items()}
    assert diagnose_source(source, **rows)["verdict"] == "healthy"
