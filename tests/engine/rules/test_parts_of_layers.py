"""Layers of which a part learns nothing: its way to the loss is cut, while the weight as a whole gets a gradient."""

from __future__ import annotations

from textwrap import indent

import pytest
from tests.engine.programs import diagnose_source

PROGRAM = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(8, 24)

    def forward(self, x):
        {body}
"""
FUSED = "q, k, v = self.l(x).view(2, 5, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)\n"
LOST = {
    "queries and keys without gradients": (
        "CUT102",
        16,
        FUSED + "with torch.no_grad():\n    a = (q @ k.transpose(-2, -1)).softmax(-1)\nreturn a @ v",
    ),
    "queries and keys without gradients, up to the loss": (
        "CUT102",
        16,
        FUSED + "with torch.no_grad():\n    a = (q @ k.transpose(-2, -1)).softmax(-1)\nreturn (a @ v).square().mean()",
    ),
    "queries and keys detached": (
        "CUT101",
        16,
        "q, k, v = self.l(x).chunk(3, dim=-1); a = (q @ k.transpose(1, 2)).softmax(-1).detach(); return a @ v",
    ),
    "a gate that is held against a threshold": (
        "CUT103",
        8,
        "h = self.l(x); return (h[..., :8] > 0).float() * h[..., 8:16] + h[..., 16:]",
    ),
    "queries and keys of a copy": (
        "CUT101",
        16,
        "q, k, v = self.l(x).contiguous().clone().chunk(3, dim=-1)\n"
        "return (q @ k.transpose(1, 2)).softmax(-1).detach() @ v",
    ),
    "a part of what is cast to whole numbers": (
        "CUT104",
        8,
        "h = self.l(x); q = h.to(torch.int32); return h[..., :8] * h[..., 8:16].sigmoid() + q[..., 16:].float()",
    ),
    "a part of what is detached": (
        "CUT101",
        8,
        "h = self.l(x); q = h.detach(); return h[..., :8] * h[..., 8:16].sigmoid() + q[..., 16:]",
    ),
    "a detached part beside one without elements": (
        "CUT101",
        8,
        "h = self.l(x); e = h[..., 24:]; return h[..., :16] + h[..., 16:].detach().mean() + e.sum()",
    ),
    "a value that no loss is for": ("CUT101", 1, "h = self.l(x); return h[..., :23] * (1 - h[..., 23:].detach())"),
}
LEARNING = {
    "attention": FUSED + "return (q @ k.transpose(-2, -1)).softmax(-1) @ v",
    "a detached part with another way": "h = self.l(x); return h[..., :23] * (1 - h[..., 23:].detach()) + h[..., 23:]",
    "a detached part of what is read as a whole": "h = self.l(x); return h[..., :8] * h[..., 8:16].detach() + h.sum()",
    "a detached step of a sequence": "h = self.l(x); return h[:, 1:] * h[:, :1].detach()",
    "a cast of what has another way": "h = self.l(x); return h * h.long()[..., :1]",
    "a part that nothing is computed of": "return self.l(x)[..., :20]",
    "state let go between stretches of a sequence": """
h = torch.zeros(2, 8)
y = torch.zeros(2, 8)
for t in range(5):
    o = self.l(x[:, t] + h)
    h = o[:, :8].detach() if t % 3 == 2 else o[:, :8].tanh()
    y = y + o[:, 8:16] * o[:, 16:].sigmoid()
return y""",
    "a value that is let go at the next step alone": """
now, then = self.l(x[:, 0]), self.l(x[:, 1])
gain = then[:, 8].detach() - now[:, 8]
return gain ** 2 + now[:, :8].sum(1) + now[:, 9:].sum(1)""",
    "a term that is summed in place": """
h = self.l(x)
total = torch.zeros(2, 5, 8)
total += h[..., :8].tanh()
return total * h[..., 8:16] + h[..., 16:] * (1 - h[..., :8].detach())""",
    "a part that is put into what was made for it": """
h = self.l(x)
out = torch.zeros(2, 5, 16)
out[..., :8] = h[..., :8]
out[..., 8:] = h[..., 8:16] * h[..., 16:]
return out * h[..., :8].mean().detach()""",
    "a penalty on the weight": """
h = self.l(x)
return (h[..., :8] * h[..., 8:].mean().detach()).mean() + self.l.weight.pow(2).mean()""",
}
OF_OTHER_AXES = {
    "slopes": ("nn.PReLU()", "h = self.l(x); return h.sum() * h[..., :4].mean().detach()", "2x5x8"),
    "a transposed convolution": (
        "nn.ConvTranspose1d(5, 8, 1)",
        "h = self.l(x); return h.sum() * h[:, :4].mean().detach()",
        "2x5x8",
    ),
    "a table": (
        "nn.Embedding(30, 8)",
        "h = self.l(x); return h.sum() * h[..., :4].mean().detach()",
        "2x5:int64[0,20)",
    ),
}
"""Layers whose weight does not have a row for each output."""


def written(body: str) -> str:
    return PROGRAM.format(body=indent(body.strip(), " " * 8).strip())


@pytest.mark.parametrize("name", LOST)
def test_part_without_gradient_is_found(name: str) -> None:
    code, outputs, body = LOST[name]
    (finding,) = diagnose_source(written(body), shapes="2x5x8")["findings"]
    assert (finding["code"], finding["parameters"]) == (code, ["l.weight", "l.bias"])
    assert finding["title"].startswith(f"{outputs} of the 24 outputs of l get")
    assert finding["fix"]["verified"]


def test_what_has_only_the_shape_and_type_of_an_output_is_no_part_of_it() -> None:
    lines = (
        "h = self.l(x)",
        "noise = ((torch.zeros_like(h) + torch.ones(24).type_as(h)) * self.l.bias).detach()",
        "gate = h[..., 16:].detach()",
        "return h[..., :16].sum(-1) + noise.mean() + gate.sum(-1)",
    )
    (finding,) = diagnose_source(written("\n".join(lines)), shapes="2x5x8")["findings"]
    assert (finding["code"], finding["location"]["source"]) == ("CUT101", lines[2])


@pytest.mark.parametrize("name", LEARNING)
def test_layer_that_learns_as_a_whole_is_healthy(name: str) -> None:
    document = diagnose_source(written(LEARNING[name]), shapes="2x5x8")
    assert (document["verdict"], document["findings"]) == ("healthy", [])


@pytest.mark.parametrize("name", OF_OTHER_AXES)
def test_layer_without_a_row_for_each_output_is_healthy(name: str) -> None:
    layer, body, shapes = OF_OTHER_AXES[name]
    source = written(body).replace("nn.Linear(8, 24)", layer)
    document = diagnose_source(source, shapes=shapes)
    assert (document["verdict"], document["findings"]) == ("healthy", [])
