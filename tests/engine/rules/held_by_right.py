"""Modules that hold tensors which nobody learns, and rightly: how they are made and used, what they are sent."""

from __future__ import annotations

LAYER = "self.a = nn.Linear(6, 6)"

BY_RIGHT = {
    "a smoothing of targets": (
        "self.a = nn.Linear(6, 3); self.eps = torch.tensor(0.5)",
        "return self.p * (torch.softmax(self.a(x), -1) * (1 - self.eps) + self.eps / 3).square()",
        "4x6",
    ),
    "half of a range": (
        "self.a = nn.Linear(6, 3); self.c = torch.tensor([0.5])",
        "return self.p * (torch.tanh(self.a(x)) * self.c + self.c)",
        "4x6",
    ),
    "degrees of freedom": (
        "self.a = nn.Linear(6, 3); self.c = torch.ones(1)",
        "return self.p * (self.c + self.a(x).square() / self.c)",
        "4x6",
    ),
    "a margin": (
        "self.a = nn.Linear(6, 3); self.m = torch.tensor(0.5)",
        "return self.p * torch.relu(self.a(x) * self.m + self.m)",
        "4x6",
    ),
    "registered weights of losses": (
        "self.a = nn.Linear(6, 1); self.b = nn.Linear(6, 3); self.register_buffer('s', torch.zeros(2))",
        "l = torch.stack([self.a(x).square().mean(), self.b(x).square().mean()]); "
        "return self.p * (torch.exp(-self.s) * l + self.s).sum()",
        "4x6",
    ),
    "prefix and suffix of a learnt prompt": (
        "self.ctx = nn.Parameter(torch.randn(4, 6) * 0.02); self.enc = nn.Linear(6, 6); "
        "self.register_buffer('token_prefix', torch.randn(3, 1, 6)); "
        "self.register_buffer('token_suffix', torch.randn(3, 2, 6))",
        "c = self.ctx[None].expand(3, -1, -1); t = self.enc(torch.cat([self.token_prefix, c, self.token_suffix], 1)); "
        "return self.p * x @ t.mean(1).t()",
        "4x6",
    ),
    "a prompt that follows the image": (
        "self.ctx = nn.Parameter(torch.randn(4, 6) * 0.02); self.meta = nn.Linear(6, 6); self.enc = nn.Linear(6, 6); "
        "self.register_buffer('token_prefix', torch.randn(3, 1, 6)); "
        "self.register_buffer('token_suffix', torch.randn(3, 2, 6))",
        "c = (self.ctx + self.meta(x)[0])[None].expand(3, -1, -1); "
        "t = self.enc(torch.cat([self.token_prefix, c, self.token_suffix], 1)); return self.p * x @ t.mean(1).t()",
        "4x6",
    ),
    "random Fourier features": (
        f"{LAYER}; self.register_buffer('B', torch.randn(6, 8)); self.register_buffer('phase', torch.rand(8) * 6.28); "
        "self.out = nn.Linear(8, 3)",
        "return self.p * self.out(torch.cos(self.a(x) @ self.B + self.phase))",
        "4x6",
    ),
    "random projection": (
        f"{LAYER}; r = torch.randn(6, 8); self.register_buffer('rotation', r / r.norm(dim=0)); "
        "self.out = nn.Linear(8, 3)",
        "return self.p * self.out(self.a(x) @ self.rotation)",
        "4x6",
    ),
    "random projection that is called a weight": (
        f"{LAYER}; self.register_buffer('weight', torch.zeros(8, 6).uniform_(-1, 1))",
        "return self.p * F.linear(self.a(x), self.weight)",
        "4x6",
    ),
    "vectors learnt between shared random matrices": (
        f"{LAYER}; self.register_buffer('A', torch.randn(4, 6)); self.register_buffer('B', torch.randn(6, 4)); "
        "self.d = nn.Parameter(torch.full((4,), 0.1)); self.b = nn.Parameter(torch.full((6,), 0.1))",
        "h = self.a(x); return self.p * (h + self.b * F.linear(self.d * F.linear(h, self.A), self.B))",
        "4x6",
    ),
    "a random matrix before one that is learnt": (
        f"{LAYER}; self.register_buffer('A', torch.randn(6, 4)); self.B = nn.Parameter(torch.zeros(4, 6))",
        "h = self.a(x); return self.p * (h + h @ (self.A @ self.B))",
        "4x6",
    ),
    "reservoir": (
        "self.register_buffer('W_in', torch.rand(6, 8) - 0.5); self.register_buffer('W', torch.randn(8, 8) * 0.1); "
        "self.out = nn.Linear(8, 3); self.a = nn.Linear(6, 6)",
        "h = torch.tanh(self.a(x) @ self.W_in); h = torch.tanh(self.a(x) @ self.W_in + h @ self.W); "
        "return self.p * self.out(h)",
        "4x6",
    ),
    "a layer whose fixed part gets a learnt change": (
        f"{LAYER}; self.register_buffer('base', torch.randn(3, 6)); self.delta = nn.Parameter(torch.zeros(3, 6))",
        "return self.p * F.linear(self.a(x), self.base + self.delta)",
        "4x6",
    ),
    "mean and deviation of the data": (
        f"{LAYER}; self.register_buffer('mean', torch.randn(6)); self.register_buffer('std', torch.rand(6) + 0.5)",
        "return self.p * (self.a((x - self.mean) / (self.std + 1e-5)) * self.std + self.mean)",
        "4x6",
    ),
    "bounds of actions": (
        f"{LAYER}; self.action_scale = torch.ones(6); self.action_bias = torch.zeros(6)",
        "return self.p * torch.tanh(self.a(x)) * self.action_scale + self.action_bias",
        "4x6",
    ),
    "statistics that are yet to come": (
        f"{LAYER}; self.y_mean = torch.zeros(6); self.y_std = torch.ones(6)",
        "return self.p * self.a(x) * self.y_std + self.y_mean",
        "4x6",
    ),
    "frozen batch normalisation": (
        f"{LAYER}; self.register_buffer('weight', torch.randn(6)); self.register_buffer('bias', torch.randn(6)); "
        "self.register_buffer('m', torch.randn(6)); self.register_buffer('v', torch.rand(6) + 0.5)",
        "s = self.weight * (self.v + 1e-5).rsqrt(); return self.p * (self.a(x) * s + (self.bias - self.m * s))",
        "4x6",
    ),
    "noise with a learnt strength": (
        "self.x = nn.Conv2d(3, 4, 3); self.register_buffer('noise_const', torch.randn(3, 3)); "
        "self.strength = nn.Parameter(torch.full((), 0.1))",
        "return self.p * (self.x(x) + self.noise_const * self.strength)",
        "2x3x5x5",
    ),
    "words of a table that is frozen": (
        f"{LAYER}; self.register_buffer('glove', torch.randn(9, 6) * 0.4)",
        "return self.p * self.a(F.embedding(x, self.glove))",
        "4x5:int64[0,9)",
    ),
    "texts of the classes": (
        f"{LAYER}; t = torch.randn(3, 6); self.register_buffer('text', t / t.norm(dim=1, keepdim=True))",
        "return self.p * 10 * F.normalize(self.a(x), dim=1) @ self.text.t()",
        "4x6",
    ),
    "graph": (
        f"{LAYER}; g = torch.rand(4, 4); self.adj = g / g.sum(1, keepdim=True)",
        "return self.p * self.adj @ self.a(x)",
        "4x6",
    ),
    "graph of joints beside a learnt one": (
        f"{LAYER}; self.A = torch.rand(6, 6); self.PA = nn.Parameter(torch.full((6, 6), 1e-3))",
        "return self.p * torch.einsum('nv,vw->nw', self.a(x), self.A + self.PA)",
        "4x6",
    ),
    "operator of a graph": (
        f"{LAYER}; g = torch.rand(6, 6); g = g + g.t(); self.L = torch.diag(g.sum(1)) - g",
        "return self.p * self.a(x) @ self.L",
        "4x6",
    ),
    "principal axes": (
        f"{LAYER}; self.axes = torch.linalg.qr(torch.randn(6, 6))[0]",
        "return self.p * self.a(x) @ self.axes",
        "4x6",
    ),
    "cosine basis": (
        f"{LAYER}; n = torch.arange(6.); self.dct = torch.cos(torch.pi / 6 * (n[:, None] + 0.5) * n)",
        "return self.p * self.a(x) @ self.dct",
        "4x6",
    ),
    "waves of a short table": (
        f"{LAYER}; t = torch.arange(8.)[:, None]; w = torch.tensor([1.0, 0.01]); "
        "self.register_buffer('pe', torch.stack([(t * w).sin(), (t * w).cos()], -1).flatten(1)[None])",
        "return self.p * self.a((x + self.pe).repeat(1, 1, 2)[..., :6])",
        "4x8x4",
    ),
    "wavelets": (
        "self.x = nn.Conv1d(3, 1, 3); h = torch.linalg.qr(torch.randn(8, 2))[0].t(); self.bank = h[:, None]",
        "return self.p * F.conv1d(self.x(x), self.bank, stride=2)",
        "4x3x20",
    ),
    "shares of the clusters": (
        f"{LAYER}; self.assign = torch.randn(6, 3).softmax(1)",
        "return self.p * self.a(x) @ self.assign",
        "4x6",
    ),
    "noise that is kept for every sample": (
        f"{LAYER}; self.noise = torch.randn(4, 6)",
        "return self.p * (self.a(x) + self.noise)",
        "4x6",
    ),
    "first state of zeros": (
        "self.cell = nn.GRUCell(6, 6); self.h0 = torch.zeros(1, 6)",
        "h = self.cell(x, self.h0.expand(x.size(0), -1)); return self.p * self.cell(x, h)",
        "4x6",
    ),
    "mask that is all on": (
        f"{LAYER}; self.mask = torch.ones(6)",
        "return self.p * self.a(x) * self.mask",
        "4x6",
    ),
    "attention that sees everything": (
        f"{LAYER}; self.attn_mask = torch.zeros(5, 5)",
        "h = self.a(x); return self.p * torch.softmax(h @ h.transpose(1, 2) + self.attn_mask, -1) @ h",
        "4x5x6",
    ),
    "pruned weight": (
        "self.w = nn.Parameter(torch.randn(3, 6)); self.mask = torch.ones(3, 6)",
        "return self.p * F.linear(x, self.w * self.mask)",
        "4x6",
    ),
    "average of a weight": (
        f"{LAYER}; self.w = nn.Parameter(torch.randn(6, 6)); self.v = nn.Parameter(torch.randn(6, 6)); "
        "self.register_buffer('w_ema', self.w.detach().clone())",
        "h = self.a(x); return self.p * (h @ self.w @ self.v - h @ self.w_ema).square()",
        "4x6",
    ),
    "first content of a memory": (
        f"{LAYER}; self.register_buffer('memory', torch.randn(5, 6))",
        "m = self.memory.repeat(4, 1, 1); h = self.a(x)[:, None]; r = torch.softmax(h @ m.transpose(1, 2), -1) @ m; "
        "m = m * (1 - h.sigmoid()); return self.p * (r + m.mean(1, keepdim=True))",
        "4x6",
    ),
    "data of the nodes": (
        f"{LAYER}; self.out = nn.Linear(6, 3); self.features = torch.randn(9, 6)",
        "return self.p * self.out(self.a(self.features)[x])",
        "4:int64[0,9)",
    ),
    "facts about every node": (
        "self.register_buffer('facts', torch.randn(5, 3)); self.a = nn.Linear(9, 6)",
        "return self.p * self.a(torch.cat([x, self.facts.expand(x.size(0), -1, -1)], -1))",
        "4x5x6",
    ),
    "template that offsets are added to": (
        f"{LAYER}; self.register_buffer('template', torch.randn(1, 10, 3)); "
        "self.register_buffer('directions', torch.randn(10, 3, 6))",
        "v = self.template + torch.einsum('bl,mkl->bmk', self.a(x), self.directions); return self.p * v.square()",
        "4x6",
    ),
    "mean that an estimate begins with": (
        "self.a = nn.Linear(12, 6); self.register_buffer('mean', torch.randn(1, 6) + 0.1)",
        "q = self.mean.expand(x.size(0), -1); q = q + self.a(torch.cat([x, q], 1)); "
        "q = q + self.a(torch.cat([x, q], 1)); return self.p * q",
        "4x6",
    ),
}
