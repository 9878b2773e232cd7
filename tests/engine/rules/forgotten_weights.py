"""Modules with weights that are no parameters: what is forgotten, how it is made and used, what it is sent."""

from __future__ import annotations

LAYER = "self.a = nn.Linear(6, 6)"

FORGOTTEN = {
    "uncertainties that weigh losses": (
        ["s"],
        "self.b = nn.Linear(6, 3); self.s = torch.zeros(2); self.a = nn.Linear(6, 1)",
        "l = torch.stack([self.a(x).square().mean(), self.b(x).square().mean()]); "
        "return self.p * (torch.exp(-self.s) * l + self.s).sum()",
        "4x6",
    ),
    "deviations that weigh losses": (
        ["s"],
        "self.b = nn.Linear(6, 3); self.s = torch.ones(2); self.a = nn.Linear(6, 1)",
        "l = torch.stack([self.a(x).square().mean(), self.b(x).square().mean()]); "
        "return self.p * ((l / (2 * self.s ** 2)).sum() + torch.log(self.s).sum())",
        "4x6",
    ),
    "peepholes of a convolutional LSTM": (
        ["Wci", "Wcf", "Wco"],
        "self.x = nn.Conv2d(3, 16, 3, padding=1); self.h = nn.Conv2d(4, 16, 3, padding=1, bias=False); "
        "self.Wci = torch.zeros(1, 4, 5, 5); self.Wcf = torch.zeros(1, 4, 5, 5); self.Wco = torch.zeros(1, 4, 5, 5)",
        "h = torch.zeros(2, 4, 5, 5); c = torch.zeros(2, 4, 5, 5); "
        "i, f, g, o = (self.x(x) + self.h(h)).chunk(4, 1); i = torch.sigmoid(i + c * self.Wci); "
        "c = torch.sigmoid(f + c * self.Wcf) * c + i * g.tanh(); "
        "i, f, g, o = (self.x(x) + self.h(c.tanh())).chunk(4, 1); i = torch.sigmoid(i + c * self.Wci); "
        "c = torch.sigmoid(f + c * self.Wcf) * c + i * g.tanh(); "
        "return self.p * torch.sigmoid(o + c * self.Wco) * c.tanh()",
        "2x3x5x5",
    ),
    "peepholes of channels": (
        ["Wci"],
        "self.x = nn.Conv2d(3, 4, 3, padding=1); self.Wci = torch.zeros(1, 4, 1, 1)",
        "c = self.x(x); return self.p * torch.sigmoid(c * self.Wci) * c.tanh()",
        "2x3x5x5",
    ),
    "positions drawn into a buffer": (
        ["pe"],
        f"{LAYER}; self.register_buffer('pe', torch.empty(1, 9, 6).uniform_(-0.02, 0.02))",
        "return self.p * self.a(x + self.pe[:, :5])",
        "4x5x6",
    ),
    "positions of a batch that stands second": (
        ["pe"],
        f"{LAYER}; self.register_buffer('pe', torch.randn(9, 1, 6) * 0.02)",
        "return self.p * self.a(x + self.pe[:5])",
        "5x4x6",
    ),
    "weight and bias of a layer by hand": (
        ["W", "b"],
        f"{LAYER}; self.W = torch.randn(6, 3) * 0.1; self.b = torch.zeros(3)",
        "return self.p * self.a(x) @ self.W + self.b",
        "4x6",
    ),
    "a layer in columns": (
        ["W"],
        f"{LAYER}; self.W = torch.randn(3, 6) * 0.1",
        "return self.p * (self.W @ self.a(x).t())",
        "4x6",
    ),
    "weight drawn with rand": (
        ["W"],
        f"{LAYER}; self.W = torch.rand(6, 3)",
        "return self.p * self.a(x) @ self.W",
        "4x6",
    ),
    "gates of experts that begin at zero": (
        ["w_gate"],
        f"{LAYER}; self.w_gate = torch.zeros(6, 3); self.e = nn.Linear(6, 3)",
        "g = torch.softmax(self.a(x) @ self.w_gate, 1); return self.p * (g * self.e(x)).sum(1)",
        "4x6",
    ),
    "scale and shift of a norm by hand": (
        ["gamma", "beta"],
        f"{LAYER}; self.gamma = torch.ones(6); self.beta = torch.zeros(6)",
        "h = self.a(x); m = h.mean(-1, keepdim=True); s = h.std(-1, keepdim=True); "
        "return self.p * (self.gamma * (h - m) / (s + 1e-6) + self.beta).square()",
        "4x6",
    ),
    "filter response normalisation": (
        ["gamma", "beta"],
        "self.x = nn.Conv2d(3, 4, 3); self.gamma = torch.ones(1, 4, 1, 1); self.beta = torch.zeros(1, 4, 1, 1)",
        "h = self.x(x); h = h * torch.rsqrt(h.square().mean((2, 3), keepdim=True) + 1e-6); "
        "return self.p * torch.relu(self.gamma * h + self.beta)",
        "2x3x5x5",
    ),
    "a gate among parameters": (
        ["W_o"],
        f"{LAYER}; self.W_i = nn.Parameter(torch.randn(6, 6)); self.W_f = nn.Parameter(torch.randn(6, 6)); "
        "self.register_buffer('W_o', torch.randn(6, 6))",
        "h = self.a(x); i = (h @ self.W_i).sigmoid(); f = (h @ self.W_f).sigmoid(); o = (h @ self.W_o).sigmoid(); "
        "return self.p * o * (i * h + f).tanh()",
        "4x6",
    ),
    "weight in a buffer with a learnt bias": (
        ["weight"],
        f"{LAYER}; self.register_buffer('weight', torch.randn(3, 6) * 0.1); self.bias = nn.Parameter(torch.zeros(3))",
        "return self.p * F.linear(self.a(x), self.weight, self.bias)",
        "4x6",
    ),
    "product with a buffer, then a learnt bias": (
        ["weight"],
        f"{LAYER}; self.register_buffer('weight', torch.randn(6, 3) * 0.1); self.bias = nn.Parameter(torch.zeros(3))",
        "return self.p * (self.a(x) @ self.weight + self.bias)",
        "4x6",
    ),
    "bias of a layer in a buffer": (
        ["bias"],
        f"{LAYER}; self.w = nn.Parameter(torch.randn(9, 6)); self.register_buffer('bias', torch.randn(9) * 0.1)",
        "return self.p * F.linear(self.a(x), self.w, self.bias)",
        "4x6",
    ),
    "class token in a buffer": (
        ["cls_token"],
        f"{LAYER}; self.register_buffer('cls_token', torch.randn(1, 1, 6) * 0.02)",
        "t = torch.cat([self.cls_token.expand(x.size(0), -1, -1), self.a(x)], 1); "
        "return self.p * torch.softmax(t @ t.transpose(1, 2), -1) @ t",
        "4x5x6",
    ),
    "slots drawn about what is held": (
        ["slots_mu", "slots_log_sigma"],
        f"{LAYER}; self.q = nn.Linear(6, 6, bias=False); self.register_buffer('slots_mu', torch.randn(1, 1, 6)); "
        "self.register_buffer('slots_log_sigma', torch.randn(1, 1, 6))",
        "s = self.slots_mu + self.slots_log_sigma.exp() * torch.randn(4, 3, 6); k = self.a(x); "
        "return self.p * (torch.softmax(k @ self.q(s).transpose(1, 2), -1).transpose(1, 2) @ k).square()",
        "4x5x6",
    ),
    "queries of a decoder": (
        ["queries"],
        f"{LAYER}; self.q = nn.Linear(6, 6); self.queries = torch.randn(1, 3, 6)",
        "k = self.a(x); q = self.q(self.queries.expand(x.size(0), -1, -1)); "
        "return self.p * torch.softmax(q @ k.transpose(1, 2), -1) @ k",
        "4x5x6",
    ),
    "table of words": (
        ["table"],
        f"{LAYER}; self.table = torch.randn(9, 6)",
        "return self.p * self.a(F.embedding(x, self.table))",
        "4x5:int64[0,9)",
    ),
    "kernel of a convolution": (
        ["k"],
        "self.x = nn.Conv2d(3, 4, 3); self.k = torch.randn(4, 4, 3, 3) * 0.1",
        "return self.p * F.conv2d(self.x(x), self.k)",
        "2x3x6x6",
    ),
    "token in place of what is hidden": (
        ["hidden"],
        f"{LAYER}; self.hidden = torch.randn(1, 1, 6)",
        "h = self.a(x); return self.p * torch.where(x[..., :1] > 0, self.hidden, h).tanh().cumsum(1)",
        "4x5x6",
    ),
    "vector that attention is scored with": (
        ["v"],
        f"{LAYER}; self.v = torch.randn(6)",
        "h = self.a(x).tanh(); return self.p * (torch.softmax(h @ self.v, 1)[..., None] * x).sum(1)",
        "4x5x6",
    ),
    "biases of relative positions": (
        ["bias_table"],
        f"{LAYER}; self.register_buffer('index', torch.arange(5)[:, None] - torch.arange(5)[None] + 4); "
        "self.bias_table = torch.randn(9, 2) * 0.02",
        "h = self.a(x).view(4, 5, 2, 3).transpose(1, 2); "
        "b = self.bias_table[self.index.view(-1)].view(5, 5, 2).permute(2, 0, 1); "
        "return self.p * torch.softmax(h @ h.transpose(-1, -2) + b[None], -1) @ h",
        "4x5x6",
    ),
}
