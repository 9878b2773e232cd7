"""Which of several detaches is to go, what is held against its own mean, and gradients that are a term of the loss."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source

QUANTISED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.codes, self.decoder = nn.Linear(6, 4), nn.Embedding(8, 4), nn.Linear(4, 6)

    def forward(self, x):
        z = self.encoder(x)
        nearest = torch.cdist(z, self.codes.weight).argmin(1)
        q = self.codes(nearest)
        commitment = F.mse_loss(z, q.detach())
        codebook = CODEBOOK
        straight = z + (q - z).detach()
        return F.mse_loss(self.decoder(straight), x) + 0.25 * commitment + codebook
"""

DRAWN = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.policy, self.value = nn.Linear(6, 2), nn.Linear(6, 1)

    def forward(self, state, noise):
        mean = torch.tanh(self.policy(state))
        action = mean + 0.2 * noise
        ENERGY
        reward = -(action - 0.5).pow(2).sum(1).detach()
        value = self.value(state).squeeze(1)
        return F.mse_loss(value, reward) + (energy * (reward - value.detach())).mean()
"""

PENALISED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(5, 6), nn.Linear(6, 3)

    def forward(self, x, y):
        loss = F.cross_entropy(self.head(torch.tanh(self.body(x))), y)
        found = torch.autograd.grad([loss], [self.head.weight], CALL)[0]
        assert found is not None
        return loss + 0.1 * found.pow(2).sum()
"""


@pytest.mark.parametrize("codebook", ["F.mse_loss(q.detach(), z)", "(q.detach() - z).pow(2).mean()"])
def test_the_term_that_says_again_what_another_said_is_the_one_to_change(codebook: str) -> None:
    source = QUANTISED.replace("CODEBOOK", codebook)
    (finding,) = diagnose_source(source, shapes="7x6", loss="output")["findings"]
    assert (finding["code"], finding["parameters"]) == ("CUT101", ["codes.weight"])
    assert finding["location"]["source"] == f"codebook = {codebook}"
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (
        True,
        f"codebook = {codebook.replace('.detach()', '')}",
    )


def test_codes_that_learn_from_a_term_of_their_own_are_well() -> None:
    source = QUANTISED.replace("CODEBOOK", "F.mse_loss(q, z.detach())")
    assert diagnose_source(source, shapes="7x6", loss="output")["verdict"] == "healthy"


@pytest.mark.parametrize(
    ("energy", "after"),
    [
        ("energy = ((action - mean) ** 2).sum(1)", "energy = ((action.detach() - mean) ** 2).sum(1)"),
        ("energy = ((mean - action) ** 2).sum(1)", "energy = ((mean - action.detach()) ** 2).sum(1)"),
    ],
)
def test_a_sample_is_held_fixed_where_its_probability_is_told(energy: str, after: str) -> None:
    source = DRAWN.replace("ENERGY", energy)
    (finding,) = diagnose_source(source, shapes="8x6; 8x2", loss="output")["findings"]
    assert (finding["code"], finding["parameters"]) == ("ZER504", ["policy.weight", "policy.bias"])
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, after)
    assert not unhealed(source, {"shapes": "8x6; 8x2", "loss": "output"})


@pytest.mark.parametrize("call", ["retain_graph=True", "retain_graph=True, create_graph=False"])
def test_a_penalty_on_the_gradient_of_the_loss_it_stands_beside(call: str) -> None:
    (finding,) = diagnose_source(PENALISED.replace("CALL", call), shapes="6x5; 6:int64[0,3)", loss="output")["findings"]
    assert (finding["code"], finding["location"]["op"], finding["fix"]["verified"]) == ("CUT108", "aten::grad", True)
    assert "create_graph=True" in finding["fix"]["after"]


def test_a_penalty_with_its_graph_is_well() -> None:
    source = PENALISED.replace("CALL", "create_graph=True")
    assert diagnose_source(source, shapes="6x5; 6:int64[0,3)", loss="output")["verdict"] == "healthy"


@pytest.mark.parametrize("picked", ["d[d < self.radius].mean()", "torch.masked_select(d, d < self.radius).sum()"])
def test_what_a_learnt_bound_picks_is_weighed_by_it(picked: str) -> None:
    source = f"""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net, self.radius = nn.Linear(3, 3), nn.Parameter(torch.tensor(3.0))

    def forward(self, x):
        d = (self.net(x) - x).norm(p=2, dim=-1)
        return {picked}
"""
    (finding,) = diagnose_source(source, shapes="9x3", loss="output")["findings"]
    assert (finding["code"], finding["parameters"], finding["fix"]["verified"]) == ("CUT103", ["radius"], True)
    assert finding["fix"]["summary"].endswith("multiply by it in place of picking")


def test_a_bias_that_a_comparison_takes_away_is_left_out() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.items, self.bias = nn.Embedding(9, 1), nn.Embedding(5, 1)

    def forward(self, user, good, bad):
        better = self.items(good) + self.bias(user)
        worse = self.items(bad) + self.bias(user)
        return F.softplus(worse - better).mean()
"""
    shapes = "6:int64[0,5); 6:int64[0,9); 6:int64[0,9)"
    (finding,) = diagnose_source(source, shapes=shapes, loss="output")["findings"]
    assert (finding["code"], finding["parameters"], finding["fix"]["verified"]) == ("ZER504", ["bias.weight"], True)
    assert finding["fix"]["summary"].startswith("leave it out, or freeze it")


def test_a_mean_over_no_target_is_told_as_such() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        return F.cross_entropy(self.head(x), torch.full([x.size(0)], -100))
"""
    first = diagnose_source(source, shapes="6x4", loss="output")["findings"][0]
    assert (first["code"], first["location"]["op"]) == ("NUM601", "aten::cross_entropy_loss")
    assert "every target is -100, which is ignored" in first["fix"]["summary"]
