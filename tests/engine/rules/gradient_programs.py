"""Programs like those that people report, with what is wrong with them, and healthy ones that look alike.

Each is a class `Net` with the shapes it is sent, the codes that may be said first (none: healthy), the parameters
that get no gradient, the operation at fault and its line, where these are one.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Variant:
    """A program, how it is sent, and what is true of it."""

    name: str
    source: str
    shapes: str
    codes: tuple[str, ...] = ()
    loss: str = "mean"
    export: str = "script"
    parameters: tuple[str, ...] | None = None
    ops: tuple[str, ...] = ()
    line: str | None = None
    frozen: tuple[str, ...] = field(default=())
    steps: int = 2


VARIANTS = (
    Variant(
        name="numpy_like_detach_chain",
        shapes="4x8",
        codes=("CUT101", "CUT107"),
        loss="output",
        parameters=("enc.0.weight", "enc.0.bias", "enc.2.weight", "enc.2.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 4))
        self.dec = nn.Linear(4, 8)

    def forward(self, x):
        z = self.enc(x)
        z = z.detach().clone().requires_grad_(True)
        return F.mse_loss(self.dec(z), x)
""",
    ),
    Variant(
        name="no_grad_in_submodule_loop",
        shapes="3x6",
        codes=("CUT102",),
        parameters=("blocks.0.fc.weight", "blocks.0.fc.bias", "blocks.1.fc.weight", "blocks.1.fc.bias"),
        ops=("prim::Enter",),
        source="""
class Block(nn.Module):
    def __init__(self, frozen: bool):
        super().__init__()
        self.fc = nn.Linear(6, 6)
        self.frozen = frozen

    def forward(self, x):
        if self.frozen:
            with torch.no_grad():
                return torch.tanh(self.fc(x))
        return torch.tanh(self.fc(x))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(False), Block(True), Block(False)])
        self.head = nn.Linear(6, 1)

    def forward(self, x):
        for b in self.blocks:
            x = b(x)
        return self.head(x)
""",
    ),
    Variant(
        name="topk_indices_float",
        shapes="3x6",
        codes=("CUT103",),
        loss="output",
        ops=("aten::topk",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)

    def forward(self, x):
        v, i = torch.topk(self.a(x), 2, dim=1)
        return i.float().mean()
""",
    ),
    Variant(
        name="threshold_mask",
        shapes="3x6;3x6",
        codes=("CUT103",),
        loss="output",
        parameters=("a.weight", "a.bias"),
        ops=("aten::gt",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.b = nn.Linear(6, 6)

    def forward(self, x, y):
        m = (torch.sigmoid(self.a(x)) > 0.5).float()
        return F.mse_loss(m * self.b(x), y)
""",
    ),
    Variant(
        name="accuracy_as_loss",
        shapes="8x6;8:int64[0,4)",
        codes=("CUT103",),
        loss="output",
        ops=("aten::argmax",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 4)

    def forward(self, x, y):
        pred = self.a(x).argmax(dim=1)
        return 1.0 - (pred == y).float().mean()
""",
    ),
    Variant(
        name="hard_routing_index",
        shapes="8x6",
        codes=("CUT103",),
        loss="output",
        parameters=("gate.weight", "gate.bias"),
        ops=("aten::argmax",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(6, 3)
        self.table = nn.Embedding(3, 6)

    def forward(self, x):
        i = self.gate(x).argmax(dim=1)
        return self.table(i).pow(2).mean()
""",
    ),
    Variant(
        name="int_cast_positions",
        shapes="3x6",
        codes=("CUT104",),
        parameters=("a.weight", "a.bias"),
        ops=("aten::to",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 2)
        self.s = nn.Linear(2, 1)

    def forward(self, x):
        pos = self.a(x).to(torch.int64)
        return self.s(pos.to(torch.float32))
""",
    ),
    Variant(
        name="item_scale",
        shapes="3x6",
        codes=("CUT105",),
        parameters=("g.weight", "g.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.g = nn.Linear(6, 1)

    def forward(self, x):
        s = float(self.g(x).mean())
        return self.a(x) * s
""",
    ),
    Variant(
        name="number_put_where_argmax_says",
        shapes="3x6",
        codes=("CUT105",),
        parameters=("g.weight", "g.bias"),
        line="weights[best] = float(scores[best])",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 4)
        self.g = nn.Linear(6, 4)

    def forward(self, x):
        scores = self.g(x).mean(0).softmax(0)
        best = int(scores.max(0)[1])
        weights = torch.zeros(4)
        weights[best] = float(scores[best])
        return self.a(x) * weights
""",
    ),
    Variant(
        name="score_put_where_argmax_says",
        shapes="3x6",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 4)
        self.g = nn.Linear(6, 4)

    def forward(self, x):
        scores = self.g(x).mean(0).softmax(0)
        best = int(scores.max(0)[1])
        weights = torch.zeros(4)
        weights[best] = scores[best]
        return self.a(x) * weights
""",
    ),
    Variant(
        name="row_that_argmax_says",
        shapes="3x6",
        codes=("CUT103",),
        parameters=("g.weight", "g.bias"),
        ops=("aten::argmax",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = nn.Linear(6, 4)
        self.rows = nn.Parameter(torch.randn(4, 6))

    def forward(self, x):
        best = int(self.g(x).mean(0).argmax())
        return x * self.rows[best]
""",
    ),
    Variant(
        name="tolist_rebuild",
        shapes="3x6",
        codes=("CUT105",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 1)

    def forward(self, x):
        vals: List[float] = []
        out = self.a(x)
        for i in range(x.size(0)):
            vals.append(out[i, 0].item())
        return torch.tensor(vals)
""",
    ),
    Variant(
        name="return_float",
        shapes="3x6",
        codes=("CUT105",),
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 1)

    def forward(self, x):
        return self.a(x).mean().item()
""",
    ),
    Variant(
        name="loss_sum_items",
        shapes="3x6",
        codes=("CUT105", "CUT107"),
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 1)

    def forward(self, x):
        total = 0.0
        for i in range(3):
            total += self.a(x[i]).sum().item()
        return torch.tensor(total, requires_grad=True)
""",
    ),
    Variant(
        name="histc",
        shapes="3x6",
        codes=("CUT103",),
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)

    def forward(self, x):
        h = torch.histc(self.a(x), 5, -1.0, 1.0)
        return h.pow(2).mean()
""",
    ),
    Variant(
        name="sort_indices_rank",
        shapes="3x6;3x6",
        codes=("CUT103",),
        loss="output",
        ops=("aten::argsort",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)

    def forward(self, x, y):
        r = self.a(x).argsort(dim=1).argsort(dim=1)
        return F.mse_loss(r.float(), y)
""",
    ),
    Variant(
        name="data_in_middle",
        shapes="3x5:int64[0,10)",
        codes=("CUT101",),
        parameters=("emb.weight", "rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0", "rnn.bias_hh_l0"),
        ops=("prim::data",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(10, 6)
        self.rnn = nn.GRU(6, 6, batch_first=True)
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        y, h = self.rnn(self.emb(x))
        h = h.data
        return self.out(h[0])
""",
    ),
    Variant(
        name="detach_inplace",
        shapes="3x6",
        codes=("CUT101",),
        parameters=("a.weight", "a.bias"),
        ops=("aten::detach_",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.b = nn.Linear(6, 1)

    def forward(self, x):
        h = self.a(x)
        h.detach_()
        return self.b(h)
""",
    ),
    Variant(
        name="two_detaches_two_encoders",
        shapes="3x6",
        codes=("CUT101",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.b = nn.Linear(6, 6)
        self.c = nn.Linear(12, 1)

    def forward(self, x):
        h = self.a(x).detach()
        g = self.b(x).detach()
        return self.c(torch.cat([h, g], 1))
""",
    ),
    Variant(
        name="buffer_copy_detach",
        shapes="3x6",
        codes=("CUT101",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.b = nn.Linear(6, 1)

    def forward(self, x):
        out = torch.zeros(x.size(0), 6)
        for i in range(x.size(0)):
            out[i] = self.a(x[i]).detach()
        return self.b(out)
""",
    ),
    Variant(
        name="trace_item",
        shapes="3x6",
        codes=("CUT101",),
        export="trace 3x6",
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.b = nn.Linear(6, 1)

    def forward(self, x):
        h = self.a(x)
        return self.b(h.detach() * 2)
""",
    ),
    Variant(
        name="unused_layer_nested",
        shapes="3x6",
        codes=("PAR203",),
        parameters=("body.skip.0.weight", "body.skip.0.bias", "body.skip.1.weight", "body.skip.1.bias"),
        source="""
class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)
        self.skip = nn.Sequential(nn.Linear(6, 6), nn.BatchNorm1d(6))

    def forward(self, x):
        return self.fc(x)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = Inner()
        self.head = nn.Linear(6, 1)

    def forward(self, x):
        return self.head(self.body(x))
""",
    ),
    Variant(
        name="overwritten_result",
        shapes="3x6",
        codes=("PAR204",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.b = nn.Linear(6, 6)

    def forward(self, x):
        h = torch.relu(self.a(x))
        h = torch.relu(self.b(x))
        return h
""",
    ),
    Variant(
        name="aux_head_not_in_loss",
        shapes="5x6;5:int64[0,3)",
        codes=("PAR204",),
        loss="output",
        parameters=("aux.weight", "aux.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.aux = nn.Linear(6, 3)
        self.b = nn.Linear(6, 3)

    def forward(self, x, y):
        h = torch.relu(self.a(x))
        aux = self.aux(h)
        return F.cross_entropy(self.b(h), y)
""",
    ),
    Variant(
        name="lstm_last_layer_hidden",
        shapes="3x4x6",
        codes=("PAR204",),
        parameters=("l2.weight_ih_l0", "l2.weight_hh_l0", "l2.bias_ih_l0", "l2.bias_hh_l0"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.LSTM(6, 6, batch_first=True)
        self.l2 = nn.LSTM(6, 6, batch_first=True)
        self.o = nn.Linear(6, 2)

    def forward(self, x):
        y, (h, c) = self.l1(x)
        z, _ = self.l2(y)
        return self.o(h[0])
""",
    ),
    Variant(
        name="frozen_loss_made_a_leaf",
        shapes="5x6;5:int64[0,3)",
        codes=("PAR202",),
        loss="output",
        ops=("aten::requires_grad_",),
        line="loss.requires_grad_(True)",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 3))
        for q in self.parameters():
            q.requires_grad = False

    def forward(self, x, y):
        loss = F.cross_entropy(self.a(x), y)
        loss.requires_grad_(True)
        return loss
""",
    ),
    Variant(
        name="saliency_of_a_frozen_classifier",
        shapes="5x6",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 3)).requires_grad_(False)

    def forward(self, x):
        x = x.clone().requires_grad_()
        return self.a(x).amax(1).sum()
""",
    ),
    Variant(
        name="all_frozen_seq",
        shapes="5x6;5:int64[0,3)",
        codes=("PAR202",),
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 3))
        for q in self.parameters():
            q.requires_grad = False

    def forward(self, x, y):
        return F.cross_entropy(self.a(x), y)
""",
    ),
    Variant(
        name="loss_on_target",
        shapes="5x6;5x6",
        codes=("BWD401", "PAR204"),
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)

    def forward(self, x, y):
        out = self.a(x)
        return F.mse_loss(y, x)
""",
    ),
    Variant(
        name="batchnorm_relu_inplace_residual",
        shapes="3x6",
        codes=("IPL301",),
        ops=("aten::add_",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(6, 6)
        self.fc2 = nn.Linear(6, 6)

    def forward(self, x):
        h = torch.sigmoid(self.fc1(x))
        y = self.fc2(h)
        h += y
        return h
""",
    ),
    Variant(
        name="mask_fill_inplace_softmax",
        shapes="3x6",
        codes=("IPL301",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(6, 6)

    def forward(self, x):
        a = torch.softmax(self.q(x), -1)
        a[a < 0.1] = 0.0
        return a @ x.t()
""",
    ),
    Variant(
        name="rnn_hidden_buffer_inplace",
        shapes="3x6",
        codes=("IPL301",),
        ops=("aten::copy_",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.Linear(6, 6)

    def forward(self, x):
        h = torch.zeros(4, 3, 6)
        for t in range(1, 4):
            h[t] = torch.tanh(self.cell(h[t - 1]) + x)
        return h[3]
""",
    ),
    Variant(
        name="weight_norm_inplace_param",
        shapes="3x6",
        codes=("IPL302",),
        ops=("aten::div_",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(6, 6))

    def forward(self, x):
        self.w /= self.w.norm()
        return x @ self.w
""",
    ),
    Variant(
        name="param_row_assign",
        shapes="3x6",
        codes=("IPL302",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(6, 6))

    def forward(self, x):
        self.w[0] = 0.0
        return x @ self.w
""",
    ),
    Variant(
        name="per_sample_loss",
        shapes="5x6;5:int64[0,3)",
        codes=("BWD402",),
        loss="output",
        ops=("aten::cross_entropy_loss",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 3)

    def forward(self, x, y):
        return F.cross_entropy(self.a(x), y, reduction="none")
""",
    ),
    Variant(
        name="buffer_state_graph",
        shapes="3x6",
        codes=("BWD403",),
        ops=("prim::SetAttr",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.register_buffer("ema", torch.zeros(6))

    def forward(self, x):
        h = torch.tanh(self.a(x))
        self.ema = 0.9 * self.ema + 0.1 * h.mean(0)
        return h + self.ema
""",
    ),
    Variant(
        name="list_state_graph",
        shapes="3x6",
        codes=("BWD403",),
        ops=("aten::append",),
        source="""
class Net(nn.Module):
    mem: List[torch.Tensor]

    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.mem = [torch.zeros(3, 6)]

    def forward(self, x):
        h = torch.tanh(self.a(x) + self.mem[-1])
        self.mem.append(h)
        return h
""",
    ),
    Variant(
        name="inplace_buffer_state",
        shapes="3x6",
        codes=("BWD403", "IPL301"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.register_buffer("ema", torch.zeros(6))

    def forward(self, x):
        h = torch.tanh(self.a(x))
        self.ema.mul_(0.9).add_(h.mean(0))
        return h * self.ema
""",
    ),
    Variant(
        name="healthy_stop_gradient_simsiam",
        shapes="4x6;4x6",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 6))
        self.p = nn.Linear(6, 6)

    def forward(self, a, b):
        z1 = self.f(a)
        z2 = self.f(b)
        return (
            -(
                F.cosine_similarity(self.p(z1), z2.detach()).mean()
                + F.cosine_similarity(self.p(z2), z1.detach()).mean()
            )
            / 2
        )
""",
    ),
    Variant(
        name="healthy_vq",
        shapes="5x6",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(6, 4)
        self.book = nn.Embedding(8, 4)
        self.dec = nn.Linear(4, 6)

    def forward(self, x):
        z = self.enc(x)
        i = torch.cdist(z, self.book.weight).argmin(1)
        q = self.book(i)
        st = z + (q - z).detach()
        return (
            F.mse_loss(self.dec(st), x)
            + F.mse_loss(q, z.detach())
            + 0.25 * F.mse_loss(z, q.detach())
        )
""",
    ),
    Variant(
        name="healthy_ste",
        shapes="5x6",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(6, 4)
        self.dec = nn.Linear(4, 6)

    def forward(self, x):
        z = self.enc(x)
        q = z + (torch.round(z) - z).detach()
        return F.mse_loss(self.dec(q), x)
""",
    ),
    Variant(
        name="healthy_metric_item",
        shapes="5x6;5:int64[0,3)",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 3)

    def forward(self, x, y) -> Tuple[torch.Tensor, float]:
        o = self.a(x)
        acc = (o.argmax(1) == y).float().mean().item()
        return F.cross_entropy(o, y), acc
""",
    ),
    Variant(
        name="healthy_ema_no_grad",
        shapes="3x6",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.register_buffer("ema", torch.zeros(6))

    def forward(self, x):
        h = torch.tanh(self.a(x))
        with torch.no_grad():
            self.ema.mul_(0.9).add_(h.mean(0))
        return h
""",
    ),
    Variant(
        name="healthy_teacher_built_like_the_student",
        shapes="3x6;3x6",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3))
        self.b = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3))

    def forward(self, x, y):
        with torch.no_grad():
            wanted = self.b(y).softmax(1)
        return F.mse_loss(self.a(x).softmax(1), wanted)
""",
    ),
    Variant(
        name="healthy_teacher_that_follows",
        shapes="3x6;3x6",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 3)
        self.b = nn.Linear(6, 3, bias=False)

    def forward(self, x, y):
        with torch.no_grad():
            self.b.weight.mul_(0.9).add_(self.a.weight, alpha=0.1)
            wanted = self.b(y).softmax(1)
        return -(wanted * self.a(x).log_softmax(1)).sum(1).mean()
""",
    ),
    Variant(
        name="healthy_teacher_in_two_modules",
        shapes="3x6;3x6",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.query_head = nn.Linear(6, 5), nn.Linear(5, 3)
        self.key, self.key_head = nn.Linear(6, 5), nn.Linear(5, 3)

    def forward(self, x, y):
        with torch.no_grad():
            key = F.normalize(self.key_head(torch.tanh(self.key(y))), dim=1)
        query = F.normalize(self.query_head(torch.tanh(self.query(x))), dim=1)
        return (2 - 2 * (query * key).sum(1)).mean()
""",
    ),
    Variant(
        name="tower_of_fewer_layers",
        shapes="3x6;3x6",
        loss="output",
        codes=("CUT102",),
        parameters=("text.0.weight", "text.0.bias", "text.2.weight", "text.2.bias"),
        ops=("prim::Enter",),
        line="with torch.no_grad():",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.image = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 3))
        self.text = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3))

    def forward(self, x, y):
        with torch.no_grad():
            text = self.text(y)
        return -F.cosine_similarity(self.image(x), text).mean()
""",
    ),
    Variant(
        name="tower_like_a_layer_of_the_other",
        shapes="3x6;3x6",
        loss="output",
        codes=("CUT102",),
        parameters=("text.weight", "text.bias"),
        ops=("prim::Enter",),
        line="with torch.no_grad():",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.image = nn.Sequential(nn.Linear(6, 3), nn.ReLU(), nn.Linear(3, 3))
        self.text = nn.Linear(6, 3)

    def forward(self, x, y):
        with torch.no_grad():
            text = self.text(y)
        return -F.cosine_similarity(self.image(x), text).mean()
""",
    ),
    Variant(
        name="tower_like_the_other_under_a_head",
        shapes="3x6;3x6",
        loss="output",
        codes=("CUT102",),
        parameters=("b.0.weight", "b.0.bias", "b.2.weight", "b.2.bias"),
        ops=("prim::Enter",),
        line="with torch.no_grad():",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3))
        self.b = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3))
        self.head = nn.Linear(6, 1)

    def forward(self, x, y):
        with torch.no_grad():
            right = self.b(y)
        return self.head(torch.cat([self.a(x), right], 1)).square().mean()
""",
    ),
    Variant(
        name="half_of_a_gate_like_the_other",
        shapes="3x6",
        codes=("CUT102",),
        parameters=("b.0.weight", "b.0.bias", "b.2.weight", "b.2.bias"),
        ops=("prim::Enter",),
        line="with torch.no_grad():",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3))
        self.b = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3))

    def forward(self, x):
        with torch.no_grad():
            gate = self.b(x).sigmoid()
        return self.a(x) * gate
""",
    ),
    Variant(
        name="healthy_teacher_among_labels",
        shapes="4x6;4:int64[0,3)",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.student = nn.Linear(6, 3)
        self.teacher = nn.Linear(6, 3)

    def forward(self, x, y):
        out = self.student(x)
        with torch.no_grad():
            wanted = self.teacher(x + 0.1)
        off = F.mse_loss(out.softmax(1), wanted.softmax(1), reduction="none").mean(1)
        return F.cross_entropy(out, y) + (off * (wanted.max(1)[0] > 0.1)).mean()
""",
    ),
    Variant(
        name="half_of_what_a_target_is_for",
        shapes="4x6;4x3",
        loss="output",
        codes=("CUT102",),
        parameters=("b.weight", "b.bias"),
        ops=("prim::Enter",),
        line="with torch.no_grad():",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 3)
        self.b = nn.Linear(6, 3)

    def forward(self, x, y):
        with torch.no_grad():
            right = self.b(x)
        return F.mse_loss(self.a(x) + right, y)
""",
    ),
    Variant(
        name="second_critic_like_the_first",
        shapes="4x6;4x3",
        loss="output",
        codes=("CUT102",),
        parameters=("b.weight", "b.bias"),
        ops=("prim::Enter",),
        line="with torch.no_grad():",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 3)
        self.b = nn.Linear(6, 3)

    def forward(self, x, y):
        with torch.no_grad():
            second = F.mse_loss(self.b(x), y)
        return F.mse_loss(self.a(x), y) + second
""",
    ),
    Variant(
        name="clipped_where_it_runs",
        shapes="4x6;4x6",
        loss="output",
        codes=("CUT102",),
        parameters=("critic.weight",),
        ops=("prim::Enter",),
        line="with torch.no_grad():",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.made = nn.Linear(6, 6)
        self.critic = nn.Linear(6, 1, bias=False)

    def forward(self, x, y):
        with torch.no_grad():
            self.critic.weight.clamp_(-0.01, 0.01)
            score = self.critic(y).mean()
        return self.made(x).mean() - score
""",
    ),
    Variant(
        name="healthy_mha",
        shapes="3x5:int64[0,20)",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(20, 8)
        self.enc = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2)
        self.o = nn.Linear(8, 20)

    def forward(self, x):
        return self.o(self.enc(self.e(x)))
""",
    ),
    Variant(
        name="healthy_tied",
        shapes="3x5:int64[0,20)",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(20, 8)
        self.o = nn.Linear(8, 20, bias=False)
        self.o.weight = self.e.weight

    def forward(self, x):
        return self.o(self.e(x))
""",
    ),
    Variant(
        name="healthy_conv_bn_traced",
        shapes="2x3x12x12",
        export="trace 2x3x12x12",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 8, 3),
            nn.ReLU(inplace=True),
        )
        self.f = nn.Linear(8, 2)

    def forward(self, x):
        return self.f(self.c(x).mean([2, 3]))
""",
    ),
    Variant(
        name="healthy_gru_packed_list",
        shapes="3x4x6",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(6, 5)
        self.o = nn.Linear(5, 1)

    def forward(self, x):
        h = torch.zeros(x.size(0), 5)
        outs: List[torch.Tensor] = []
        for t in range(x.size(1)):
            h = self.cell(x[:, t], h)
            outs.append(h)
        return self.o(torch.stack(outs, 1))
""",
    ),
    Variant(
        name="healthy_dict_out",
        shapes="3x6",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 3)
        self.b = nn.Linear(6, 2)

    def forward(self, x) -> Dict[str, torch.Tensor]:
        return {"a": self.a(x), "b": self.b(x)}
""",
    ),
    Variant(
        name="healthy_target_frozen_expect",
        shapes="3x6",
        loss="output",
        frozen=("t.*",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 3)
        self.t = nn.Linear(6, 3)

    def forward(self, x):
        with torch.no_grad():
            t = self.t(x)
        return F.mse_loss(self.a(x), t)
""",
    ),
    Variant(
        name="healthy_dropout_layernorm_gelu",
        shapes="3x6",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Sequential(
            nn.Linear(6, 12), nn.GELU(), nn.Dropout(0.5), nn.LayerNorm(12), nn.Linear(12, 6)
        )

    def forward(self, x):
        return x + self.l(x)
""",
    ),
    Variant(
        name="healthy_early_return",
        shapes="3x6",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 3)

    def forward(self, x, flag: bool = True):
        h = self.a(x)
        if flag:
            return h.relu()
        for i in range(10):
            h = h * 2
            if bool(h.sum() > 100):
                break
        return h
""",
    ),
    Variant(
        name="healthy_fork",
        shapes="3x6",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 3)
        self.b = nn.Linear(6, 3)

    def forward(self, x):
        f = torch.jit.fork(self.a, x)
        y = self.b(x)
        return y + torch.jit.wait(f)
""",
    ),
    Variant(
        name="healthy_interface",
        shapes="3x6",
        loss="auto",
        source="""
@torch.jit.interface
class Iface(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pass

class A(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(x)

class Net(nn.Module):
    m: Iface

    def __init__(self):
        super().__init__()
        self.m = A()
        self.o = nn.Linear(6, 1)

    def forward(self, x):
        return self.o(self.m(x))
""",
    ),
    Variant(
        name="healthy_moduledict",
        shapes="3x6",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.d = nn.ModuleDict({"a": nn.Linear(6, 6), "b": nn.Linear(6, 6)})

    def forward(self, x):
        for k, m in self.d.items():
            x = m(x)
        return x
""",
    ),
    Variant(
        name="healthy_clip_index_put",
        shapes="3x6",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)

    def forward(self, x):
        h = self.a(x)
        out = torch.zeros_like(h)
        out[:, ::2] = h[:, ::2]
        out[:, 1::2] = h[:, 1::2] * 2
        return out
""",
    ),
    Variant(
        name="threshold_on_the_right",
        shapes="4x6",
        codes=("CUT103",),
        parameters=("a.weight", "a.bias"),
        ops=("aten::gt",),
        line="m = 0.5 < p",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.b = nn.Linear(6, 6)

    def forward(self, x):
        y = self.b(x) * x
        p = torch.sigmoid(self.a(x))
        m = 0.5 < p
        return y * m
""",
    ),
    Variant(
        name="one_minus_similarity_per_sample",
        shapes="4x6;4x6",
        codes=("BWD402",),
        loss="output",
        line="return 1 - s",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)

    def forward(self, x, y):
        s = F.cosine_similarity(self.a(x), y)
        return 1 - s
""",
    ),
    Variant(
        name="prediction_cast_to_the_type_of_the_target",
        shapes="4x6;4x1:int64[0,3)",
        codes=("CUT104",),
        loss="output",
        parameters=("a.weight", "a.bias"),
        ops=("aten::type_as",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 1)

    def forward(self, x, y):
        p = self.a(x).type_as(y)
        return (p - y).abs().float().mean()
""",
    ),
    Variant(
        name="copied_into_data",
        shapes="4x6",
        codes=("CUT101", "IPL305"),
        parameters=("a.weight", "a.bias"),
        line="h.data.copy_(self.a(x))",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.b = nn.Linear(6, 6)

    def forward(self, x):
        h = torch.zeros(4, 6)
        h.data.copy_(self.a(x))
        return self.b(h)
""",
    ),
    Variant(
        name="added_to_a_row_of_a_detached_tensor",
        shapes="4x6",
        codes=("CUT101", "IPL305"),
        parameters=("a.weight", "a.bias"),
        line="d = h.detach()",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.b = nn.Linear(6, 6)

    def forward(self, x):
        h = torch.zeros(4, 6)
        d = h.detach()
        d[0] += self.a(x)[0]
        return self.b(h)
""",
    ),
    Variant(
        name="slot_of_a_memory_written",
        shapes="3x4",
        codes=("BWD403",),
        line="self.memory[0] = h.mean(0)",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.register_buffer("memory", torch.zeros(5, 4))

    def forward(self, x):
        h = self.a(x)
        self.memory[0] = h.mean(0)
        return h * self.memory[0].sum()
""",
    ),
    Variant(
        name="returned_after_a_detached_value_was_added_to_its_slices",
        shapes="4x6",
        codes=("CUT101",),
        parameters=("a.weight", "a.bias"),
        ops=("aten::detach",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.b = nn.Linear(6, 6)

    def forward(self, x):
        h = self.a(x)
        y = self.b(x)
        for i in range(3):
            y[:, i : i + 2] += h[:, i : i + 2].detach()
        return y
""",
    ),
    Variant(
        name="feature_extractor_no_grad_method",
        shapes="2x3x8x8",
        codes=("CUT102",),
        parameters=("backbone.conv.weight", "backbone.conv.bias", "backbone.bn.weight", "backbone.bn.bias"),
        ops=("prim::Enter",),
        line="with torch.no_grad():",
        source="""
class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)

    def forward(self, x):
        with torch.no_grad():
            x = F.relu(self.bn(self.conv(x)))
        return x.mean([2, 3])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = Backbone()
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.backbone(x))
""",
    ),
    Variant(
        name="dino_encoder_no_grad_nested",
        shapes="2x3x8x8",
        codes=("CUT102",),
        ops=("prim::Enter",),
        line="with torch.no_grad():",
        source="""
class Enc(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        y = torch.relu(self.conv(x))
        return y.mean([2, 3])


class Wrapper(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = Enc()

    def forward(self, x):
        x = x * 2.0
        with torch.no_grad():
            f = self.enc(x)
        return f


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.wrapped = Wrapper()
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(self.wrapped(x))
""",
    ),
    Variant(
        name="loop_detach",
        shapes="2x5x8",
        codes=("CUT101",),
        parameters=(
            "blocks.0.weight",
            "blocks.0.bias",
            "blocks.1.weight",
            "blocks.1.bias",
            "blocks.2.weight",
            "blocks.2.bias",
        ),
        ops=("aten::detach",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        for b in self.blocks:
            x = torch.relu(b(x)).detach()
        return self.head(x)
""",
    ),
    Variant(
        name="shared_block_twice_inplace",
        shapes="4x6",
        codes=("IPL301",),
        ops=("aten::mul_",),
        source="""
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, x):
        h = torch.sigmoid(self.fc(x))
        h.mul_(2.0)
        return h


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(Block(), Block(), Block())

    def forward(self, x):
        return self.blocks(x)
""",
    ),
    Variant(
        name="unbind_coordinates",
        shapes="4x6",
        codes=("IPL303",),
        ops=("aten::add_",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.box = nn.Linear(6, 4)

    def forward(self, x):
        cx, cy, w, h = self.box(x).unbind(-1)
        w += 1.0
        return torch.stack([cx - w, cy - h, cx + w, cy + h], -1)
""",
    ),
    Variant(
        name="detach_fill_after_mul",
        shapes="4x6",
        codes=("IPL305",),
        ops=("prim::data",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 4)
        self.b = nn.Linear(6, 4)

    def forward(self, x):
        p = self.a(x)
        q = self.b(x)
        y = p * q
        p.data.zero_()
        return y
""",
    ),
)
