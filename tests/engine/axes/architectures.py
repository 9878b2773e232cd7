"""Healthy programs that fold, cut, swap, drop and stretch axes as real architectures do: none of it is a fault."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Architecture:
    """A program and what it is sent with."""

    shapes: str
    source: str
    request: dict[str, str] = field(default_factory=dict)


HEALTHY = {
    "heads folded into the batch": Architecture("2x6x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(8, 24)
        self.out = nn.Linear(8, 8)

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q = q.reshape(B, T, 2, 4).transpose(1, 2).reshape(B * 2, T, 4)
        k = k.reshape(B, T, 2, 4).transpose(1, 2).reshape(B * 2, T, 4)
        v = v.reshape(B, T, 2, 4).transpose(1, 2).reshape(B * 2, T, 4)
        a = torch.bmm(q, k.transpose(1, 2)).softmax(-1)
        h = torch.bmm(a, v).view(B, 2, T, 4).transpose(1, 2).reshape(B, T, C)
        return self.out(h)
"""),
    "patches cut as high as there are samples": Architecture("2x6x8x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(6, 6, 3, padding=1)
        self.mix = nn.Linear(6, 6)

    def forward(self, x):
        x = self.conv(x)
        B, C, H, W = x.shape
        x = x.reshape(B * C * (H // 2), 2, W // 2, 2).transpose(1, 2)
        x = x.reshape(B, C, (H // 2) * (W // 2), 4).transpose(1, 3).reshape(B * 4, (H // 2) * (W // 2), -1)
        return torch.relu(self.mix(x))
"""),
    "attention over samples packed into one sequence": Architecture("3x5x8; 15x15:bool", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x, apart):
        h = x.flatten(0, 1).unsqueeze(0)
        h = h + self.attn(h, h, h, attn_mask=apart & ~torch.eye(15).to(torch.bool), need_weights=False)[0]
        return h.view(x.shape)
"""),
    "attention along the fields of each row": Architecture("3x4x5x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = nn.MultiheadAttention(8, 2)
        self.out = nn.Linear(40, 6)

    def forward(self, x):
        b, s, n, d = x.size()
        h = x.view(b * s, n, d).transpose(0, 1)
        h = (h + self.attn(h, h, h)[0]).transpose(0, 1)
        return self.out(h.reshape(b, s, n * d))
"""),
    "positions cut by the steps in front": Architecture("6x3x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0)
        self.positions = nn.Parameter(torch.randn(9, 1, 8))

    def forward(self, x):
        return self.block(x + self.positions[: x.size(0)]).mean(dim=0)
"""),
    "steps in front, and nodes that have a vector of their own": Architecture("6x5x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.steps = nn.Parameter(torch.randn(6, 1, 8))
        self.nodes = nn.Parameter(torch.randn(1, 5, 8))
        self.attn = nn.MultiheadAttention(8, 2)

    def forward(self, x):
        h = x + self.steps + self.nodes
        return h + self.attn(h, h, h)[0]
"""),
    "scores of one question squeezed, and added to what has its batch": Architecture("1x5x6; 1x3x6", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.both = nn.Linear(6, 1)
        self.words = nn.Linear(6, 1)

    def forward(self, c, q):
        both = torch.stack([self.both(c * q[:, i].unsqueeze(1)).squeeze() for i in range(3)], dim=-1)
        return torch.tanh(self.words(c).expand(-1, -1, 3) + both)
"""),
    "one sample of many steps, given its batch by hand": Architecture("7x5", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 4)
        self.out = nn.Linear(4, 2)

    def forward(self, x):
        return self.out(self.rnn(x.unsqueeze(1))[0])
"""),
    "each vector against all others": Architecture("5x4; 5x3", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(4, 3)

    def forward(self, x, bank):
        return (self.embed(x) - bank.unsqueeze(1)).pow(2).sum(-1).softmax(1)
"""),
    "a code of its own for each sample": Architecture("3x6x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.codes = nn.Parameter(torch.randn(3, 1, 8))
        self.rnn = nn.GRU(8, 4, batch_first=True)

    def forward(self, x):
        return self.rnn(x + self.codes)[0]
"""),
    "a Transformer of torch's own": Architecture("2x6x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        self.positions = nn.Parameter(torch.randn(1, 6, 8))

    def forward(self, x):
        return self.block(x + self.positions).mean(dim=1)
"""),
    "windows of Swin": Architecture("2x8x8x4", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = nn.Linear(4, 4)

    def forward(self, x):
        B, H, W, C = x.shape
        x = torch.roll(x, (-2, -2), (1, 2))
        w = x.view(B, H // 4, 4, W // 4, 4, C).permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, 16, C)
        w = (w @ w.transpose(1, 2)).softmax(-1) @ self.mix(w)
        x = w.view(B, H // 4, W // 4, 4, 4, C).permute(0, 1, 3, 2, 4, 5).contiguous().view(B, H, W, C)
        return x.reshape(B, H * W, C)
"""),
    "patches merged": Architecture("2x8x8x4", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.reduce = nn.Linear(16, 8)

    def forward(self, x):
        B, H, W, C = x.shape
        x = x.view(B, H // 2, 2, W // 2, 2, C).permute(0, 1, 3, 2, 4, 5).flatten(3)
        return self.reduce(x).flatten(1, 2)
"""),
    "a U-Net": Architecture("2x3x8x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 4, 3, padding=1)
        self.mid = nn.Conv2d(4, 4, 3, padding=1)
        self.up = nn.ConvTranspose2d(4, 4, 2, stride=2)
        self.out = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        d = torch.relu(self.down(x))
        u = self.up(torch.relu(self.mid(F.max_pool2d(d, 2))))
        return self.out(torch.cat([d, u], dim=1)).squeeze(1)
"""),
    "an LSTM classifier": Architecture("4x6:int64[0,30)", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(30, 8)
        self.rnn = nn.LSTM(8, 5, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(10, 3)

    def forward(self, x):
        h, (n, c) = self.rnn(self.embed(x))
        n = n.view(2, 2, x.size(0), 5)[-1]
        return self.head(n.transpose(0, 1).reshape(x.size(0), -1)) + self.head(h[:, -1])
"""),
    "frames stacked in a pyramid, twice as many as features": Architecture("3x16x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lower = nn.LSTM(8, 8, batch_first=True)
        self.upper = nn.LSTM(16, 8, batch_first=True)

    def forward(self, x):
        h, _ = self.lower(x)
        h = h.reshape(h.size(0), h.size(1) // 2, h.size(2) * 2)
        return self.upper(h)[0]
"""),
    "frames stacked in a pyramid": Architecture("2x6x5", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(10, 4, batch_first=True)

    def forward(self, x):
        B, T, C = x.shape
        h, s = self.rnn(x.contiguous().view(B, T // 2, C * 2))
        return h
"""),
    "a sequence-first decoder": Architecture("6x3:int64[0,20)", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.rnn = nn.GRU(8, 8)
        self.out = nn.Linear(8, 20)

    def forward(self, x):
        h, s = self.rnn(self.embed(x[:-1]))
        return F.cross_entropy(self.out(h).view(-1, 20), x[1:].reshape(-1))
"""),
    "a language model": Architecture("3x6:int64[0,20)", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.positions = nn.Embedding(16, 8)
        self.out = nn.Linear(8, 20)

    def forward(self, x):
        h = self.embed(x) + self.positions(torch.arange(x.size(1), device=x.device))
        logits = self.out(h)
        return F.cross_entropy(logits[:, :-1].reshape(-1, 20), x[:, 1:].reshape(-1))
"""),
    "sequences with classes second": Architecture("3x6:int64[0,20)", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.out = nn.Linear(8, 20)

    def forward(self, x):
        return F.cross_entropy(self.out(self.embed(x)).transpose(1, 2), x)
"""),
    "a PointNet": Architecture("2x16x3", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv1d(3, 8, 1)
        self.b = nn.Linear(8, 4)

    def forward(self, x):
        h = torch.relu(self.a(x.transpose(2, 1)))
        h = torch.max(h, 2, keepdim=True)[0].view(-1, 8)
        return self.b(h)
"""),
    "a spatial transform": Architecture("2x3x6", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 9)

    def forward(self, x):
        m = self.fc(x.mean(2)).view(-1, 3, 3) + torch.eye(3).view(1, 9).repeat(x.size(0), 1).view(-1, 3, 3)
        return torch.bmm(x.transpose(2, 1), m)
"""),
    "contrastive pairs": Architecture("4x6; 4x6", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(6, 3)

    def forward(self, a, b):
        z = F.normalize(torch.cat([self.enc(a), self.enc(b)], dim=0), dim=1)
        sim = (z @ z.t() / 0.5).masked_fill(torch.eye(z.size(0), dtype=torch.bool), -1e4)
        n = a.size(0)
        target = (torch.arange(2 * n) + n) % (2 * n)
        return F.cross_entropy(sim, target)
"""),
    "distances of pairs": Architecture("4x6; 4x1", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(6, 3)

    def forward(self, x, y):
        z = self.enc(x)
        d = (z[:, None] - z[None, :]).pow(2).sum(-1)
        s = z.pow(2).sum(1, keepdim=True) + z.pow(2).sum(1) - 2 * z @ z.t()
        same = (y == y.t()).float()
        return (d * same + s * (1 - same)).mean()
"""),
    "ranks of pairs": Architecture("5x6; 5", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(6, 1)

    def forward(self, x, y):
        s = self.score(x).squeeze(-1)
        d = s.unsqueeze(1) - s.unsqueeze(0)
        t = (y.unsqueeze(1) > y.unsqueeze(0)).float()
        return F.binary_cross_entropy_with_logits(d, t)
"""),
    "graph attention by addition": Architecture("5x6; 5x5", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Linear(6, 4, bias=False)
        self.a = nn.Linear(4, 1)
        self.b = nn.Linear(4, 1)

    def forward(self, x, adj):
        h = self.w(x)
        e = F.leaky_relu(self.a(h) + self.b(h).t())
        att = torch.softmax(e.masked_fill(adj > 0, -9e4), dim=1)
        return att @ h
"""),
    "graph attention by repetition": Architecture("5x6", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Linear(6, 4, bias=False)
        self.a = nn.Linear(8, 1)

    def forward(self, x):
        h = self.w(x)
        n = h.size(0)
        pairs = torch.cat([h.repeat(1, n).view(n * n, -1), h.repeat(n, 1)], dim=1).view(n, -1, 8)
        return self.a(pairs).squeeze(2).softmax(1) @ h
"""),
    "relation pairs": Architecture("2x5x4", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = nn.Linear(8, 3)

    def forward(self, x):
        b, n, c = x.shape
        i = x.unsqueeze(1).repeat(1, n, 1, 1)
        j = x.unsqueeze(2).repeat(1, 1, n, 1)
        p = torch.cat([i, j], 3).view(b * n * n, 2 * c)
        return self.g(p).view(b, n * n, 3).sum(1)
"""),
    "rotary positions": Architecture("2x6x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(8, 8)

    def forward(self, x):
        B, T, C = x.shape
        q = self.q(x).view(B, T, 2, 4).transpose(1, 2)
        f = torch.outer(torch.arange(T).float(), 1.0 / (10.0 ** torch.arange(0, 4, 2).float()))
        cos, sin = f.cos().repeat_interleave(2, -1), f.sin().repeat_interleave(2, -1)
        turned = torch.stack([-q[..., 1::2], q[..., ::2]], dim=-1).flatten(-2)
        return (q * cos + turned * sin).transpose(1, 2).reshape(B, T, C)
"""),
    "relative positions by a shift": Architecture("2x6x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.r = nn.Linear(8, 6)

    def forward(self, x):
        s = self.r(x).unsqueeze(1)
        B, H, T, S = s.shape
        p = torch.cat([torch.zeros(B, H, T, 1), s], dim=-1).view(B, H, S + 1, T)
        return p[:, :, 1:].reshape(B, H, T, S)
"""),
    "channels shuffled": Architecture("2x8x4x4", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(8, 8, 1, groups=2)
        self.b = nn.Conv2d(8, 8, 3, padding=1, groups=8)

    def forward(self, x):
        h = self.a(x)
        N, C, H, W = h.shape
        h = h.view(N, 2, C // 2, H, W).transpose(1, 2).contiguous().view(N, C, H, W)
        return self.b(h)
"""),
    "a video, frame by frame": Architecture("2x5x3x8x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Conv2d(3, 4, 3)
        self.rnn = nn.LSTM(4, 6, batch_first=True)
        self.head = nn.Linear(6, 2)

    def forward(self, x):
        B, T, C, H, W = x.shape
        h = F.adaptive_avg_pool2d(self.cnn(x.view(B * T, C, H, W)), 1).view(B, T, -1)
        o, s = self.rnn(h)
        return self.head(o[:, -1, :])
"""),
    "an MLP-Mixer": Architecture("2x3x8x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 2, 2)
        self.tokens = nn.Linear(16, 16)
        self.channels = nn.Linear(8, 8)

    def forward(self, x):
        h = self.patch(x).flatten(2).transpose(1, 2)
        h = h + self.tokens(h.transpose(1, 2)).transpose(1, 2)
        return (h + self.channels(h)).mean(1)
"""),
    "attention that pools": Architecture("3x6x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(8, 1)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        a = self.score(x).squeeze(-1).softmax(dim=1)
        return self.head((x * a.unsqueeze(-1)).sum(1)) + self.head(torch.bmm(a.unsqueeze(1), x).squeeze())
"""),
    "squeeze and excitation": Architecture("3x8x4x4", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 2)
        self.b = nn.Linear(2, 8)

    def forward(self, x):
        b, c, _, _ = x.size()
        g = F.adaptive_avg_pool2d(x, 1).squeeze()
        g = torch.sigmoid(self.b(torch.relu(self.a(g)))).view(b, c, 1, 1)
        return x * g.expand_as(x)
"""),
    "a codebook": Architecture("2x4x6x6", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.codes = nn.Embedding(5, 4)
        self.enc = nn.Conv2d(4, 4, 1)
        self.dec = nn.Conv2d(4, 4, 1)

    def forward(self, x):
        z = self.enc(x).permute(0, 2, 3, 1).contiguous()
        flat = z.view(-1, 4)
        d = flat.pow(2).sum(1, keepdim=True) + self.codes.weight.pow(2).sum(1) - 2 * flat @ self.codes.weight.t()
        q = self.codes(d.argmin(1)).view(z.shape)
        loss = F.mse_loss(q.detach(), z) + F.mse_loss(q, z.detach())
        q = z + (q - z).detach()
        return F.mse_loss(self.dec(q.permute(0, 3, 1, 2)), x) + loss
"""),
    "segmentation with all pixels in a row": Architecture("2x3x6x6; 2x6x6:int64[0,4)", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x, y):
        p = self.net(x)
        dice = (torch.sigmoid(p[:, 0]).view(-1) * (y == 0).float().view(-1)).sum()
        return F.cross_entropy(p.permute(0, 2, 3, 1).reshape(-1, 4), y.view(-1)) + F.cross_entropy(p, y) - 0.01 * dice
"""),
    "boxes of anchors": Architecture("2x6x4x4; 2x48x2", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Conv2d(6, 6, 1)

    def forward(self, x, y):
        N, A, H, W = x.shape
        p = self.head(x).view(N, 3, 2, H, W).permute(0, 3, 4, 1, 2).reshape(N, -1, 2)
        return F.smooth_l1_loss(p, y) + ((p - y) ** 2).mean()
"""),
    "losses over flat outputs": Architecture("4x6; 4x1", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(6, 1)

    def forward(self, x, y):
        p = self.net(x)
        weight = 1 + y.abs()
        loss = F.mse_loss(p.view(-1), y.view(-1)) + F.l1_loss(p.squeeze(1), y.squeeze(1))
        return loss + ((p - y) ** 2 * weight).mean()
"""),
    "one target for several quantiles": Architecture("4x6; 4x1", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(6, 3)
        self.register_buffer("q", torch.tensor([0.1, 0.5, 0.9]))

    def forward(self, x, y):
        e = y - self.net(x)
        return torch.maximum(self.q * e, (self.q - 1) * e).mean()
"""),
    "values of actions": Architecture("4x6; 4:int64[0,3); 4", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(6, 3)

    def forward(self, s, a, r):
        q = self.net(s).gather(1, a.unsqueeze(1)).squeeze(1)
        with torch.no_grad():
            target = r + 0.9 * self.net(s).max(1)[0]
        return F.smooth_l1_loss(q, target)
"""),
    "a generator": Architecture("3x10", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(10, 8 * 4 * 4)
        self.up = nn.ConvTranspose2d(8, 3, 4, 2, 1)

    def forward(self, z):
        return torch.tanh(self.up(self.fc(z).view(z.size(0), 8, 4, 4)))
"""),
    "pixels shuffled": Architecture("2x3x6x6", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Conv2d(3, 12, 3, padding=1)

    def forward(self, x):
        h = self.net(x)
        b, c, H, W = h.shape
        return h.view(b, 3, 2, 2, H, W).permute(0, 1, 4, 2, 5, 3).reshape(b, 3, 2 * H, 2 * W) + F.pixel_shuffle(h, 2)
"""),
    "squares of tokens made channels, in numbers": Architecture("3x16x6", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.vision = nn.Linear(6, 6)
        self.mlp = nn.Linear(24, 8)

    def forward(self, patches):
        x = self.vision(patches).view(3, 4, 4, 6)
        x = x.view(3, 4, 2, 12).permute(0, 2, 1, 3).contiguous()
        x = x.view(3, 2, 2, 24).permute(0, 2, 1, 3).contiguous()
        return self.mlp(x.reshape(3, 4, 24))
"""),
    "rows of an image as a sequence": Architecture("3x1x8x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(8, 6, batch_first=True)
        self.out = nn.Linear(6, 4)

    def forward(self, x):
        h, s = self.rnn(x.squeeze(1))
        g, t = self.rnn(x.view(-1, 8, 8))
        return self.out(h[:, -1] + g[:, -1])
"""),
    "a captcha read by columns": Architecture("2x1x8x12", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Conv2d(1, 4, 3, padding=1)
        self.rnn = nn.GRU(32, 6, bidirectional=True)
        self.out = nn.Linear(12, 5)

    def forward(self, x):
        h = self.cnn(x).permute(3, 0, 1, 2).flatten(2)
        o, s = self.rnn(h)
        T, B, C = o.shape
        return self.out(o.view(T * B, C)).view(T, B, -1).log_softmax(2)
"""),
    "halves of the channels of a recording, each read alone": Architecture("3x1x40; 3:int64[0,4)", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Conv1d(1, 8, 5)
        self.part = nn.Linear(4 * 36, 6)
        self.out = nn.Linear(12, 4)

    def forward(self, x, y):
        h = self.part(self.cnn(x).view(-1, 4 * 36)).relu()
        return F.cross_entropy(self.out(h.view(x.size(0), -1)), y)
"""),
    "pieces of a recording in rows": Architecture("3x1x40", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Conv1d(1, 8, 5)
        self.part = nn.Linear(9, 6)

    def forward(self, x):
        return self.part(self.cnn(x).view(-1, 9)).relu()
"""),
    "steps stacked by twos in rows": Architecture("3x6x5", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.frame = nn.Linear(5, 4)
        self.pair = nn.Linear(8, 4)

    def forward(self, x):
        return self.pair(self.frame(x).view(-1, 8))
"""),
    "heads in rows, as many as steps": Architecture("3x4x8; 3:int64[0,4)", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = nn.Linear(8, 8)
        self.head = nn.Linear(2, 4)

    def forward(self, x, y):
        h = self.head(self.mix(x).reshape(-1, 2))
        return F.cross_entropy(h, y.repeat_interleave(16))
"""),
    "a column seen as a row by the names of its sizes": Architecture("3x5x1", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = nn.Linear(5, 5)

    def forward(self, x):
        B, T, C = x.shape
        return self.mix(x.view(B, C, T))
"""),
    "scores seen by the names of two sequences of one length": Architecture("3x4x6; 3x4x6", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(6, 6)

    def forward(self, x, y):
        B, N, C = x.shape
        M = y.size(1)
        s = (self.q(x) @ y.transpose(1, 2)).softmax(-1)
        return s.view(B, M, N).transpose(1, 2) @ y
"""),
    "a transcription of as many samples as steps": Architecture("6x6x5; 6x3:int64[1,7)", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 7, batch_first=True)

    def forward(self, x, y):
        p = self.rnn(x)[0].log_softmax(2).transpose(0, 1)
        n = torch.full((x.size(0),), p.size(0), dtype=torch.long)
        m = torch.full((x.size(0),), 3, dtype=torch.long)
        return F.ctc_loss(p, y, n, m)
"""),
    "a transcription of as many steps, which come first, as samples": Architecture("6x6x5; 6x3:int64[1,7)", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 7)

    def forward(self, x, y):
        p = self.rnn(x)[0].log_softmax(2)
        n = torch.full((x.size(1),), p.size(0), dtype=torch.long)
        m = torch.full((x.size(1),), 3, dtype=torch.long)
        return F.ctc_loss(p, y, n, m)
"""),
    "multiplied by samples": Architecture("4x6; 4", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(6, 2)

    def forward(self, x, w):
        e = F.cross_entropy(self.net(x), (w > 0).long(), reduction="none")
        return (e * w.abs()).mean() + (self.net(x) * w.view(-1, 1)).pow(2).mean()
"""),
    "one sample alone": Architecture("1x3x8x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        h = F.adaptive_avg_pool2d(torch.relu(self.conv(x)), 1)
        return self.fc(h.view(h.size(0), -1))
"""),
    "an image without a batch": Architecture("3x8x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(144, 2)

    def forward(self, x):
        return self.fc(torch.relu(self.conv(x)).flatten())
"""),
    "a matrix without a batch": Architecture("5x4", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(20, 2)

    def forward(self, x):
        return self.fc(x.reshape(-1))
"""),
    "convolutions over time": Architecture("2x6x5", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(5, 8, 3, padding=1)
        self.norm = nn.BatchNorm1d(8)
        self.ln = nn.LayerNorm(8)

    def forward(self, x):
        return self.ln(self.norm(self.conv(x.permute(0, 2, 1))).permute(0, 2, 1))
"""),
    "steps of a sequence folded into the batch for a norm": Architecture("2x6x5", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(5)
        self.fc = nn.Linear(5, 3)

    def forward(self, x):
        B, T, C = x.size()
        return self.fc(self.norm(x.contiguous().view(-1, C))).view(B, T, 3)
"""),
    "a sequence that comes first, and the mask of its samples": Architecture("6x4x8; 4x6:bool", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = nn.MultiheadAttention(8, 2)
        self.fc = nn.Linear(8, 3)

    def forward(self, x, padding):
        h, _ = self.attn(x, x, x, key_padding_mask=padding, need_weights=False)
        return self.fc((x + h).mean(dim=0))
"""),
    "the mask of a batch that comes first": Architecture("4x6x8; 4x6:bool", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = nn.MultiheadAttention(8, 2, batch_first=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, x, padding):
        h, _ = self.attn(x, x, x, key_padding_mask=padding, need_weights=False)
        return self.fc((x + h)[:, 0])
"""),
    "several images of each row of features": Architecture("4x10", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(10, 3 * 64)
        self.up = nn.ConvTranspose2d(4, 2, 4)

    def forward(self, x):
        slots = torch.relu(self.fc(x)).view(-1, 4, 4, 4)
        return self.up(slots)
"""),
    "the last state of a layer that takes the sequence first": Architecture("6x4x5", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 8)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        out, h = self.rnn(x)
        return self.fc(h[-1])
"""),
    "a scale of each feature, as many as samples": Architecture("8x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.g = nn.Parameter(torch.ones(8))

    def forward(self, x):
        return self.a(x) * self.g + torch.arange(8.0)
"""),
    "a mean of each feature that is sent, as many as samples": Architecture("8x8; 8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)

    def forward(self, x, mean):
        return self.a(x - mean)
"""),
    "features normalised over as many samples": Architecture("8x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x)
        return (h - h.mean(0)) / h.std(0)
"""),
    "a graph whose edges are weighed by the degree of their ends": Architecture("6x6; 6x4", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 3)

    def forward(self, adj, x):
        adj = adj.abs()
        return (adj / adj.sum(-1)) @ self.a(x)
"""),
    "positions and a mask that are sent, as many as samples": Architecture("6x6:int64[0,9); 6:int64[0,6); 6x6", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(9, 4)
        self.p = nn.Embedding(6, 4)
        self.f = nn.Linear(4, 4)

    def forward(self, ids, at, mask):
        h = self.f(self.e(ids) + self.p(at))
        return (h @ h.transpose(1, 2) + mask).softmax(-1) @ h
"""),
    "each sample held against each other": Architecture("6x6; 6x6", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)

    def forward(self, x, y):
        s = self.a(x) @ self.a(y).t()
        return s - s.diagonal() + (s.logsumexp(1) - s.logsumexp(0)).mean()
"""),
    "scores of the edges of a dense graph": Architecture("6x5; 6x6x3", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Linear(3, 4)
        self.s = nn.Linear(5, 4)
        self.t = nn.Linear(5, 4)
        self.v = nn.Linear(5, 5)

    def forward(self, x, edge):
        h = torch.tanh(self.e(edge) + self.s(x)[:, None] + self.t(x))
        return h.mean(-1).softmax(-1) @ self.v(x)
"""),
    "edges of a dense graph gated by where they come from": Architecture("6x6x4", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)

    def forward(self, edge):
        gate = self.a(edge.mean(1)).sigmoid()
        return (edge * gate).sum(1)
"""),
    "a learned graph normalised from both sides": Architecture("6x5", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(5, 6)
        self.b = nn.Linear(5, 3)

    def forward(self, x):
        adj = self.a(x).exp()
        d = adj.sum(1)
        return (d[:, None] ** -0.5 * adj * d ** -0.5).sum(1, keepdim=True) * self.b(x)
"""),
    "a learned graph normalised by the degree of the ends": Architecture("6x5", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(5, 6)
        self.b = nn.Linear(5, 3)

    def forward(self, x):
        adj = self.a(x).exp()
        return (adj / adj.sum(-1)) @ self.b(x)
"""),
    "a graph normalised from both sides before a layer": Architecture("6x6; 6x6", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)

    def forward(self, adj, x):
        d = (adj.abs().sum(1) + 1).rsqrt()
        return self.a(d * adj * d[:, None]) + self.a(x)
"""),
    "a mask of features as whole numbers, as many as samples": Architecture("8x8; 8:int64[0,2)", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)

    def forward(self, x, m):
        return self.a(x * m) * m
"""),
    "a mask of keys for a sequence without a batch": Architecture("6x5; 6:int64[0,2)", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(5, 6)
        self.v = nn.Linear(5, 5)

    def forward(self, x, m):
        return (self.a(x) + (1 - m.float()) * -1e9).softmax(-1) @ self.v(x)
"""),
    "features held against a covariance": Architecture("8x8; 8; 8x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)

    def forward(self, x, std, cov):
        c = cov / (std[:, None] * std[None, :])
        return self.a(x / std) / std + self.a(x) @ c
"""),
    "a covariance scaled side by side": Architecture("8x8; 8; 8x8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)

    def forward(self, x, std, cov):
        c = cov / std[:, None] / std
        return self.a(x) / std @ c
"""),
    "a bias of each class from what is known of it, as many as samples": Architecture("8x5; 8x3", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(5, 8)
        self.c = nn.Linear(3, 1)

    def forward(self, x, classes):
        return self.a(x) + self.c(classes).squeeze(-1)
"""),
    "stations and the graph between them, as many as samples": Architecture("6x6; 6x6", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)

    def forward(self, x, adj):
        h = self.a(x) @ adj
        return self.a(h) / (adj.abs().sum(1) + 1)
"""),
    "a spread that is sent with a part of its own mean": Architecture("8x8; 8", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)

    def forward(self, x, std):
        return self.a(x) / (std.abs() + 1e-3 * x.abs().mean() + 1)
"""),
    "a choice of features that is sent, as many as samples": Architecture("8x8; 8:bool", """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.g = nn.Parameter(torch.ones(8))

    def forward(self, x, chosen):
        return self.a(x) * chosen.float() * self.g[chosen].mean()
"""),
}  # fmt: skip
