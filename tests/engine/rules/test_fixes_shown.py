"""Fixes of shapes and writes that no single call mends: each is run, and shown as the code that it becomes."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

PROGRAM = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {layers}

    def forward(self, x):
        {lines}
"""
CASES = {
    "a view that drops elements, and the layer behind it": (
        "self.l = nn.Linear(1024, 5)",
        "h = x.view(x.size(0), 1024); return self.l(h)",
        "3x16x6x6",
        "h = x.flatten(1); return self.l(h)\nnn.Linear(576, 5)",
    ),
    "a shortcut without the stride": (
        "self.a = nn.Conv2d(8, 16, 3, stride=2, padding=1); self.b = nn.Conv2d(8, 16, 1)",
        "return self.a(x) + self.b(x)",
        "2x8x16x16",
        "nn.Conv2d(8, 16, 1, stride=2)",
    ),
    "too few channels before a depthwise layer": (
        "self.a = nn.Conv2d(4, 8, 1); self.b = nn.Conv2d(16, 16, 3, groups=16); self.c = nn.Conv2d(16, 4, 1)",
        "return self.c(self.b(self.a(x)))",
        "2x4x8x8",
        "nn.Conv2d(4, 16, ...)",
    ),
    "a mask shorter than the sequence in both dimensions": (
        "self.l = nn.Linear(8, 8); self.register_buffer('m', torch.ones(6, 6))",
        "return self.l(x) @ x.transpose(1, 2) + self.m",
        "2x9x8",
        "m = nn.Buffer(torch.empty(9, 9))",
    ),
    "positions for too few tokens": (
        "self.p = nn.Parameter(torch.randn(1, 6, 8))",
        "return x + self.p",
        "2x9x8",
        "p = nn.Parameter(torch.empty(1, 9, 8))",
    ),
    "a state made for the sequence": (
        "self.r = nn.GRU(6, 4, batch_first=True)",
        "return self.r(x, torch.zeros(1, x.size(1), 4))[0]",
        "2x9x6",
        "return self.r(x, torch.zeros(1, x.size(0), 4))[0]",
    ),
    "two states made for the sequence": (
        "self.r = nn.LSTM(6, 4, batch_first=True)",
        """h = torch.zeros(1, x.size(1), 4)
        c = torch.zeros(1, x.shape[1], 4)
        return self.r(x, (h, c))[0]""",
        "2x9x6",
        "h = torch.zeros(1, x.size(0), 4)\nc = torch.zeros(1, x.shape[0], 4)",
    ),
    "a state of two directions for a layer of one": (
        "self.e = nn.GRU(6, 4, batch_first=True, bidirectional=True); self.r = nn.GRU(6, 4, batch_first=True)",
        "h = self.e(x)[1]; return self.r(x, h)[0]",
        "2x9x6",
        "h = self.e(x)[1]; return self.r(x, h.unflatten(0, (-1, 2)).sum(1))[0]",
    ),
    "states of two layers for one": (
        "self.e = nn.GRU(6, 4, num_layers=2); self.r = nn.GRU(6, 4)",
        "h = self.e(x)[1]\n        return self.r(x, h)[0]",
        "2x9x6",
        "return self.r(x, h[-1:])[0]",
    ),
    "the state of a cell before its input": (
        "self.r = nn.GRUCell(6, 4)",
        "h = torch.zeros(x.size(0), 4)\n        return self.r(h, x)",
        "2x6",
        "return self.r(x, h)",
    ),
    "keys whose heads stand behind the steps, as many as features of each": (
        "self.q = nn.Linear(4, 4); self.k = nn.Linear(4, 4)",
        """q = self.q(x[:, 2:]).view(2, 7, 2, 2).transpose(1, 2)
        k = self.k(x).view(2, 9, 2, 2)
        return torch.einsum("bhid,bhjd->bhij", q, k)""",
        "2x9x4",
        'return torch.einsum("bhid,bjhd->bhij", q, k)',
    ),
    "a context without its time": (
        "self.l = nn.Linear(8, 8)",
        "h = self.l(x); c = h.mean(1); return torch.cat([h, c], dim=2)",
        "2x9x8",
        "h = self.l(x); c = h.mean(1); return torch.cat([h, c.unsqueeze(1).expand(-1, 9, -1)], dim=2)",
    ),
    "joined along the wrong dimension": (
        "self.l = nn.Linear(8, 8)",
        "h = self.l(x); return torch.cat([h, h[:, 2:], h[:, 1:]], dim=2)",
        "2x9x8",
        "h = self.l(x); return torch.cat([h, h[:, 2:], h[:, 1:]], dim=1)",
    ),
    "a skip that convolutions did not shorten": (
        "self.a = nn.Conv2d(3, 8, 3); self.b = nn.Conv2d(8, 8, 3); self.u = nn.ConvTranspose2d(8, 8, 2, stride=2)",
        "a = self.a(x); u = self.u(self.b(F.max_pool2d(a, 2))); return torch.cat([u, a], dim=1)",
        "2x3x28x28",
        "a = self.a(x); u = self.u(self.b(F.max_pool2d(a, 2))); return torch.cat([u, "
        "a.narrow(2, (a.size(2) - u.size(2)) // 2, u.size(2)).narrow(3, (a.size(3) - u.size(3)) // 2, u.size(3))], "
        "dim=1)",
    ),
    "a kernel that is not the stride's": (
        "self.a = nn.Conv2d(3, 8, 1); self.b = nn.Conv2d(8, 8, 1); self.u = nn.ConvTranspose2d(8, 8, 3, stride=2)",
        "a = self.a(x); u = self.u(self.b(F.max_pool2d(a, 2))); return torch.cat([u, a], dim=1)",
        "2x3x16x16",
        "nn.ConvTranspose2d(8, 8, 2, stride=2)",
    ),
    "a size that halving rounds down": (
        "self.a = nn.Conv2d(3, 8, 1); self.b = nn.Conv2d(8, 8, 1); self.u = nn.ConvTranspose2d(8, 8, 2, stride=2)",
        "a = self.a(x)\n        u = self.u(self.b(F.max_pool2d(a, 2)))\n        return torch.cat([u, a], dim=1)",
        "2x3x15x15",
        "return torch.cat([F.interpolate(u, size=a.shape[2:]), a], dim=1)",
    ),
    "one entry of what was spread": (
        "self.l = nn.Linear(8, 3)",
        "m = torch.zeros(1, 3).expand(x.size(0), 3)\n        m[0] = self.l(x)[0]\n        return self.l(x) + m",
        "4x8",
        "m = torch.zeros(1, 3).expand(x.size(0), 3).clone()",
    ),
    "the entries of what was spread that a mask picks": (
        "self.l = nn.Linear(8, 3)",
        "m = torch.zeros(1, 3).expand(x.size(0), 3)\n        m.masked_fill_(x[:, :3] > 0, 1.0)\n"
        "        return self.l(x) + m",
        "4x8",
        "m = torch.zeros(1, 3).expand(x.size(0), 3).clone()",
    ),
    "a token for each sample": (
        "self.c = nn.Parameter(torch.randn(1, 1, 8)); self.l = nn.Linear(8, 3)",
        "return self.l(torch.cat([self.c, x], dim=1))",
        "4x5x8",
        "return self.l(torch.cat([self.c.expand(x.size(0), -1, -1), x], dim=1))",
    ),
    "a kernel that a layer computes, for a convolution that is transposed": (
        "self.g = nn.Linear(8, 3 * 6 * 2 * 2); self.c = nn.Conv2d(3, 6, 3)",
        """kernel = self.g(x.mean((1, 2))[0]).view(3, 6, 2, 2)
        return F.conv_transpose2d(self.c(x), kernel, stride=2)""",
        "2x3x8x8",
        "return F.conv_transpose2d(self.c(x), kernel.transpose(0, 1), stride=2)",
    ),
    "a weight of the program's own": (
        "self.kernel = nn.Parameter(torch.randn(6, 4, 3, 3)); self.c = nn.Conv2d(3, 6, 3)",
        "return F.conv2d(self.c(x), self.kernel)",
        "2x3x8x8",
        "kernel = nn.Parameter(torch.empty(6, 6, 3, 3))",
    ),
    "codes of another width than what they are compared with": (
        "self.l = nn.Linear(8, 6); self.codes = nn.Parameter(torch.randn(5, 4))",
        "return torch.cdist(self.l(x), self.codes)",
        "4x8",
        "codes = nn.Parameter(torch.empty(5, 6))",
    ),
    "anchors of another width than the rest": (
        "self.l = nn.Linear(8, 6); self.m = nn.Linear(8, 4)",
        "return F.triplet_margin_loss(self.l(x), self.m(x), self.m(x + 1))",
        "4x8",
        "nn.Linear(8, 6)",
    ),
    "a flow with its two directions in front": (
        "self.flow = nn.Conv2d(3, 2, 3, padding=1)",
        "return F.grid_sample(x, self.flow(x))",
        "2x3x8x8",
        "return F.grid_sample(x, self.flow(x).movedim(1, -1))",
    ),
    "a mask of keys for each sample": (
        "self.l = nn.Linear(8, 8)",
        """q = self.l(x).view(x.size(0), x.size(1), 2, 4).transpose(1, 2)
        real = x.sum(2) > -50
        return F.scaled_dot_product_attention(q, q, q, attn_mask=real)""",
        "3x5x8",
        "return F.scaled_dot_product_attention(q, q, q, attn_mask=real[:, None, None])",
    ),
    "a mask for fewer positions": (
        "self.l = nn.Linear(8, 8); self.m = nn.Parameter(torch.zeros(4, 4))",
        "return F.scaled_dot_product_attention(x, self.l(x), x, attn_mask=self.m)",
        "2x5x8",
        "m = nn.Parameter(torch.empty(5, 5))",
    ),
    "features that are fewer than what they stretch to": (
        "self.l = nn.Linear(8, 3)",
        "return self.l(x).expand(4, 7)",
        "4x8",
        "nn.Linear(8, 7)",
    ),
    "two scores beside one answer for each": (
        "self.l = nn.Linear(8, 2)",
        "p = self.l(x); return F.binary_cross_entropy_with_logits(p, torch.ones(len(x)))",
        "4x8",
        "p = self.l(x); return F.binary_cross_entropy_with_logits(p.squeeze(1), torch.ones(len(x)))\nnn.Linear(8, 1)",
    ),
    "a map of classes that convolutions made smaller": (
        "self.a = nn.Conv2d(3, 4, 3)",
        """t = x.argmax(1)
        return F.cross_entropy(self.a(x), t)""",
        "2x3x8x8",
        "nn.Conv2d(3, 4, 3, padding=1)",
    ),
    "a map of classes at half the size": (
        "self.a = nn.Conv2d(3, 4, 3, stride=2, padding=1)",
        """t = x.argmax(1)
        return F.cross_entropy(self.a(x), t)""",
        "2x3x8x8",
        'return F.cross_entropy(F.interpolate(self.a(x), size=t.shape[-2:], mode="bilinear"), t)',
    ),
    "two views of other widths, stacked": (
        "self.a = nn.Linear(8, 6); self.b = nn.Linear(8, 4)",
        "return torch.stack([self.a(x), self.b(x)], dim=1)",
        "4x8",
        "nn.Linear(8, 6)",
    ),
    "a batch that a function of torch flattens": (
        "self.c = nn.Conv2d(3, 8, 4); self.l = nn.Linear(8, 3)",
        "h = torch.flatten(self.c(x)); return F.log_softmax(self.l(h), dim=1)",
        "2x3x4x4",
        "h = torch.flatten(self.c(x), 1); return F.log_softmax(self.l(h), dim=1)",
    ),
    "a batch that a function of torch lays out": (
        "self.c = nn.Conv2d(3, 8, 4, 2); self.l = nn.Linear(72, 3)",
        "h = torch.reshape(self.c(x), (3, 16)); return self.l(h)",
        "2x3x8x8",
        "h = torch.flatten(self.c(x), 1); return self.l(h)",
    ),
    "features and an adjacency": (
        "self.a = nn.Linear(8, 4)",
        "h = torch.relu(self.a(x) @ x[:, :6])\n        return h",
        "6x8",
        "h = torch.relu(x[:, :6] @ self.a(x))",
    ),
    "queries that are the same for each sample": (
        "self.q = nn.Parameter(torch.randn(1, 3, 8))",
        "return torch.bmm(self.q, x.transpose(1, 2))",
        "4x5x8",
        "return torch.bmm(self.q.expand(4, -1, -1), x.transpose(1, 2))",
    ),
    "one of two calls on a line": (
        "self.a = nn.Linear(8, 8); self.b = nn.Linear(8, 8)",
        "return torch.tanh(self.b(x[:, 0]).unsqueeze(1) + self.b(x))",
        "4x5x8",
        "return torch.tanh(self.a(x[:, 0]).unsqueeze(1) + self.b(x))",
    ),
    "slices of two lengths": (
        "self.l = nn.Linear(8, 8)",
        "h = self.l(x); return h[:, 1:] - h[:, :-2]",
        "2x9x8",
        "h = self.l(x); return h[:, 1:] - h[:, :-1]",
    ),
    "fewer heads of keys than of queries": (
        "self.l = nn.Linear(8, 8)",
        "h = self.l(x); return torch.einsum('bqhd,bkhd->bhqk', h, h[:, :, :2])",
        "2x5x4x8",
        "h = self.l(x); return torch.einsum('bqhd,bkhd->bhqk', h, h[:, :, :2].repeat_interleave(2, dim=-2))",
    ),
    "two operands of one line": (
        "self.a = nn.Linear(8, 6); self.b = nn.Linear(8, 6)",
        "v = x.mean((2, 3)); return x[:, :6] * self.a(v) + self.b(v)",
        "2x8x5x5",
        "v = x.mean((2, 3)); return x[:, :6] * self.a(v)[..., None, None] + self.b(v)[..., None, None]",
    ),
    "a layer that writes in place": (
        "self.l = nn.Linear(6, 6); self.act = nn.ReLU(inplace=True)",
        "y = torch.exp(self.l(x)); return self.act(y)",
        "4x6",
        "nn.ReLU()",
    ),
    "a part that is written": (
        "self.l = nn.Linear(6, 6)",
        "p = torch.sigmoid(self.l(x))\n        p[:, 0] = 0.0\n        return p",
        "4x6",
        "p = p.clone()\np[:, 0] = 0.0",
    ),
    "a norm over another axis": (
        "self.c = nn.Conv2d(4, 4, 1); self.n = nn.LayerNorm(4)",
        "return F.gelu(self.n(self.c(x)))",
        "2x4x5x6",
        "return F.gelu(self.n(self.c(x).transpose(1, 3)).transpose(1, 3))",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fix_is_run_and_shown(name: str) -> None:
    layers, lines, shapes, after = CASES[name]
    found = diagnose_source(PROGRAM.format(layers=layers, lines=lines), shapes=shapes)["findings"]
    assert found[0]["fix"]["verified"], found[0]
    assert found[0]["fix"]["after"] == after


def test_the_shapes_that_the_user_wrote_are_shown() -> None:
    line = "return F.mse_loss(self.l(x), x[:, 0])"
    found = diagnose_source(PROGRAM.format(layers="self.l = nn.Linear(6, 1)", lines=line), shapes="4x6")["findings"][0]
    assert (found["code"], [o["shape"] for o in found["operands"]]) == ("SHP707", [[4, 1], [4]])
