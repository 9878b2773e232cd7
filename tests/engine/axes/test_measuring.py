"""One number for each sample, by a distance or a similarity, held against a column of labels."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

from whygrad.engine.observation import Json

NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 5))
        self.bilinear = nn.Bilinear(5, 5, 1)
        self.p = nn.Parameter(torch.randn(3, 5))

    def forward(self, x, y, label):
        a, b = self.f(x), self.f(y)
"""
CONTRASTIVE = "return ((1 - label) * d.pow(2) + label * torch.clamp(2.0 - d, min=0.0).pow(2)).mean()"

MEASURED = {
    "pairwise distance": "F.pairwise_distance(a, b)",
    "cosine similarity": "F.cosine_similarity(a, b)",
    "length": "torch.linalg.norm(a - b, dim=1)",
    "length of a vector": "torch.linalg.vector_norm(a - b, dim=-1)",
    "scalar product": "torch.linalg.vecdot(a, b)",
    "distances of all to all, picked": "torch.cdist(a.unsqueeze(1), b.unsqueeze(1)).view(-1)",
    "bilinear form": "self.bilinear(a, b).squeeze(1)",
    "loss of a triplet": "F.triplet_margin_loss(a, b, a + b, reduction='none')",
    "cross entropy of shares": "F.cross_entropy(a, b.softmax(1).detach(), reduction='none')",
    "deviation": "torch.std_mean(a - b, dim=1)[1]",
    "quantile": "torch.quantile((a - b).abs(), 0.5, dim=1)",
    "diagonal": "torch.diagonal(a @ b.t())",
    "picked by two indices": "(a @ b.t())[torch.arange(6, device=a.device), label.squeeze(1)]",
}

SOUND = {
    "a column of distances": f"d = F.pairwise_distance(a, b, keepdim=True)\n{CONTRASTIVE}",
    "a row of labels": f"d, label = F.pairwise_distance(a, b), label.squeeze(1)\n{CONTRASTIVE}",
    "distances of all to all": f"d, label = torch.cdist(a, a), (label == label.t()).float()\n{CONTRASTIVE}",
    "similarities of all to all": (
        "s = F.cosine_similarity(a.unsqueeze(1), b.unsqueeze(0), dim=-1)\n"
        "return F.binary_cross_entropy_with_logits(s / 0.1, (label == label.t()).float())"
    ),
    "lengths laid out for pairs": (
        "n = torch.linalg.norm(a, dim=1)\nreturn (torch.cdist(a, a) / (n[:, None] * n[None, :] + 1)).mean()"
    ),
    "moments of each sample": (
        "sd, mean = torch.std_mean(a, dim=1, keepdim=True)\nreturn ((a - mean) / (sd + 1)).pow(4).mean()"
    ),
    "moments of each feature": "sd, mean = torch.std_mean(a, dim=0)\nreturn ((a - mean) / (sd + 1)).pow(4).mean()",
    "the nearest of all": (
        "d, same = torch.cdist(a, a), label == label.t()\n"
        "return F.relu((d * same).max(1)[0] - (d + 1e3 * same).min(1)[0] + 1).mean()"
    ),
    "a margin over the diagonal": (
        "s = F.cosine_similarity(a[:, None], b[None], dim=2)\np = torch.diagonal(s)\n"
        "return F.relu(0.2 + s - p.view(-1, 1)).mean() + F.relu(0.2 + s - p.view(1, -1)).mean()"
    ),
    "prototypes": "return F.cross_entropy(-torch.cdist(a, self.p), label.squeeze(1))",
    "prototypes by their angle": (
        "s = F.cosine_similarity(a.unsqueeze(1), self.p.unsqueeze(0), dim=-1)\n"
        "return F.cross_entropy(s * 10, label.squeeze(1))"
    ),
    "a column picked of scores": "return (a.gather(1, label) - y.mean(1, keepdim=True)).pow(2).mean()",
    "one anchor and many others": (
        "others = self.f(y.unsqueeze(1).repeat(1, 4, 1) * 2)\n"
        "far = F.pairwise_distance(a.unsqueeze(1), others)\n"
        "return F.relu(F.pairwise_distance(a, b).unsqueeze(1) - far + 1).mean()"
    ),
}


@pytest.mark.parametrize("name", MEASURED)
def test_one_number_for_each_sample_against_a_column_of_labels_is_told(name: str) -> None:
    (found,) = stretched(f"d = {MEASURED[name]}\nreturn (label * d).mean()")
    assert (found["fix"]["after"], found["fix"]["verified"]) == ("return (label.squeeze(1) * d).mean()", True)


def test_the_labels_of_a_contrastive_loss_are_squeezed_once() -> None:
    (found,) = stretched(f"d = F.pairwise_distance(a, b)\n{CONTRASTIVE}")
    assert found["fix"]["after"] == f"label = label.squeeze(1)\n{CONTRASTIVE}"


def test_a_number_picked_of_each_row_is_a_part_of_it() -> None:
    body = "q = a.gather(1, label.squeeze(1).unsqueeze(1))\nreturn (q - y.mean(1)).pow(2).mean()"
    (found,) = stretched(body)
    assert found["fix"]["after"] == "return (q.squeeze(1) - y.mean(1)).pow(2).mean()"


@pytest.mark.parametrize("name", SOUND)
def test_what_is_stretched_on_purpose_is_left_alone(name: str) -> None:
    assert not stretched(SOUND[name])


def stretched(body: str) -> list[dict[str, Json]]:
    """What is said of silent stretching in a body."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    document = diagnose_source(NET + lines, shapes="6x8; 6x8; 6x1:int64[0,3)")
    return [f for f in document["findings"] if f["code"] == "SHP707"]
