"""Programs whose gradients are zero or not finite, and healthy ones that look alike."""

from __future__ import annotations

from tests.engine.rules.gradient_programs import Variant

VARIANTS = (
    Variant(
        name="step_torch_floor_h",
        shapes="4x8",
        codes=("ZER501",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x) * 3
        return self.b(torch.floor(h))
""",
    ),
    Variant(
        name="step_torch_sign_h",
        shapes="4x8",
        codes=("ZER501",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x) * 3
        return self.b(torch.sign(h))
""",
    ),
    Variant(
        name="step_torch_div_h_0_5_rounding_mode_floor",
        shapes="4x8",
        codes=("ZER501",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x) * 3
        return self.b(torch.div(h, 0.5, rounding_mode="floor"))
""",
    ),
    Variant(
        name="step_h_round",
        shapes="4x8",
        codes=("ZER501",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x) * 3
        return self.b(h.round_())
""",
    ),
    Variant(
        name="step_torch_bernoulli_torch_sigmoid_h",
        shapes="4x8",
        codes=("ZER501",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x) * 3
        return self.b(torch.bernoulli(torch.sigmoid(h)))
""",
    ),
    Variant(
        name="step_in_loop",
        shapes="4x8",
        codes=("ZER501",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x)
        for i in range(3):
            h = torch.round(h * 2) / 2 + x
        return self.b(h)
""",
    ),
    Variant(
        name="ste_healthy",
        shapes="4x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x) * 3
        return self.b(h + (h.round() - h).detach())
""",
    ),
    Variant(
        name="fake_quant_healthy",
        shapes="4x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(torch.fake_quantize_per_tensor_affine(self.a(x), 0.1, 0, -128, 127))
""",
    ),
    Variant(
        name="gumbel_hard_healthy",
        shapes="4x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(F.gumbel_softmax(self.a(x), hard=True))
""",
    ),
    Variant(
        name="step_beside_live",
        shapes="4x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x)
        return self.b(h) + torch.round(h)
""",
    ),
    Variant(
        name="clamp_out",
        shapes="4x8",
        codes=("ZER502",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(torch.clamp(self.a(x), 50.0, 60.0))
""",
    ),
    Variant(
        name="hardtanh",
        shapes="4x8",
        codes=("ZER502",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(F.hardtanh(self.a(x) + 100))
""",
    ),
    Variant(
        name="sigmoid_sat",
        shapes="4x8",
        codes=("ZER502",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(torch.sigmoid(self.a(x) * 10 + 1000))
""",
    ),
    Variant(
        name="tanh_sat",
        shapes="4x8",
        codes=("ZER502",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(torch.tanh(1000 + self.a(x)))
""",
    ),
    Variant(
        name="softmax_sat",
        shapes="4x8",
        codes=("ZER502",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(torch.softmax(self.a(x) * 100000, -1))
""",
    ),
    Variant(
        name="relu6_upper",
        shapes="4x8",
        codes=("ZER502", "ZER505"),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(F.relu6(self.a(x) + 100))
""",
    ),
    Variant(
        name="pixel_clamp",
        shapes="4x8",
        codes=("ZER502",),
        loss="output",
        parameters=("d.weight", "d.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.d = nn.Linear(8, 8)
        nn.init.constant_(self.d.bias, 300.0)

    def forward(self, x):
        img = self.d(x)
        return F.mse_loss(img.clamp(0, 255), x)
""",
    ),
    Variant(
        name="clamp_in_range",
        shapes="4x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(torch.clamp(self.a(x), -1.0, 1.0))
""",
    ),
    Variant(
        name="sigmoid_some_sat",
        shapes="4x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(torch.sigmoid(self.a(x) * 30))
""",
    ),
    Variant(
        name="logsoftmax_1",
        shapes="4x8",
        codes=("ZER503",),
        parameters=("s.weight", "s.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.s = nn.Linear(8, 1)

    def forward(self, x):
        return F.log_softmax(self.s(x), dim=1)
""",
    ),
    Variant(
        name="layernorm_1",
        shapes="4x8",
        codes=("ZER503",),
        loss="auto",
        parameters=("s.weight", "s.bias", "n.weight"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.s = nn.Linear(8, 1)
        self.n = nn.LayerNorm(1)

    def forward(self, x):
        return self.n(self.s(x))
""",
    ),
    Variant(
        name="F_normalize_1",
        shapes="4x8",
        codes=("ZER503",),
        loss="auto",
        parameters=("s.weight", "s.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.s = nn.Linear(8, 1)

    def forward(self, x):
        return F.normalize(self.s(x), dim=1)
""",
    ),
    Variant(
        name="div_by_own_sum_1",
        shapes="4x8",
        codes=("ZER503",),
        loss="auto",
        parameters=("s.weight", "s.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.s = nn.Linear(8, 1)

    def forward(self, x):
        e = torch.exp(self.s(x))
        return e / e.sum(1, keepdim=True)
""",
    ),
    Variant(
        name="groupnorm_1_value",
        shapes="4x8",
        codes=("ZER503",),
        loss="auto",
        parameters=("s.weight", "s.bias", "n.weight"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.s = nn.Linear(8, 4)
        self.n = nn.GroupNorm(4, 4)

    def forward(self, x):
        return self.n(self.s(x))
""",
    ),
    Variant(
        name="mha_one_key",
        shapes="2x1x8",
        codes=("ZER503",),
        loss="auto",
        parameters=("q.weight", "q.bias", "k.weight", "k.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(8, 8)
        self.k = nn.Linear(8, 8)
        self.v = nn.Linear(8, 8)

    def forward(self, x):
        return F.scaled_dot_product_attention(self.q(x), self.k(x), self.v(x))
""",
    ),
    Variant(
        name="cosine_1",
        shapes="4x8",
        codes=("ZER503",),
        loss="auto",
        parameters=("s.weight", "s.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.s = nn.Linear(8, 1)

    def forward(self, x):
        return F.cosine_similarity(self.s(x), torch.ones(4, 1), dim=1)
""",
    ),
    Variant(
        name="binary_ce_with_one_logit",
        shapes="4x8; 4:int64[0,1)",
        codes=("ZER503",),
        loss="output",
        parameters=("s.weight", "s.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.s = nn.Linear(8, 1)

    def forward(self, x, y):
        return F.cross_entropy(self.s(x), y)
""",
    ),
    Variant(
        name="x_mean",
        shapes="4x8",
        codes=("ZER504",),
        loss="output",
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x)
        return (h - h.mean()).sum()
""",
    ),
    Variant(
        name="cancel",
        shapes="4x8",
        codes=("ZER504",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x)
        return self.b(x) + h - h
""",
    ),
    Variant(
        name="bn_mean",
        shapes="4x8",
        codes=("ZER504",),
        loss="output",
        parameters=("a.weight", "a.bias", "n.weight"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.n = nn.BatchNorm1d(8)

    def forward(self, x):
        return self.n(self.a(x)).mean()
""",
    ),
    Variant(
        name="probs_sum_two_heads",
        shapes="4x8",
        codes=("ZER504",),
        loss="output",
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(x).mean() + F.softmax(self.a(x), 1).sum(1).mean()
""",
    ),
    Variant(
        name="dead_mid",
        shapes="4x8",
        codes=("ZER505",),
        parameters=("a.weight", "a.bias", "b.weight"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)
        nn.init.constant_(self.a.bias, -50.0)

    def forward(self, x):
        return self.b(F.relu(self.a(x)))
""",
    ),
    Variant(
        name="dead_nn_ReLU_inplace",
        shapes="4x8",
        codes=("ZER505",),
        parameters=("a.weight", "a.bias", "b.weight"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)
        self.r = nn.ReLU(inplace=True)
        nn.init.constant_(self.a.bias, -50.0)

    def forward(self, x):
        return self.b(self.r(self.a(x)))
""",
    ),
    Variant(
        name="dead_clamp0",
        shapes="4x8",
        codes=("ZER502", "ZER505"),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)

    def forward(self, x):
        return (self.a(x) - 100).clamp(min=0)
""",
    ),
    Variant(
        name="dead_threshold",
        shapes="4x8",
        codes=("ZER505",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)

    def forward(self, x):
        return F.threshold(self.a(x), 100.0, 0.0)
""",
    ),
    Variant(
        name="dead_conv",
        shapes="2x3x8x8",
        codes=("ZER505",),
        parameters=("a.weight", "a.bias", "b.weight"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 4, 3)
        self.b = nn.Conv2d(4, 4, 3)
        nn.init.constant_(self.a.bias, -30.0)

    def forward(self, x):
        return self.b(F.relu(self.a(x)))
""",
    ),
    Variant(
        name="dead_relu_one_branch",
        shapes="4x8",
        codes=("ZER505",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)
        nn.init.constant_(self.a.bias, -50.0)

    def forward(self, x):
        return F.relu(self.a(x)) + self.b(x)
""",
    ),
    Variant(
        name="relu_some_dead",
        shapes="4x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(F.relu(self.a(x) - 0.5))
""",
    ),
    Variant(
        name="leaky",
        shapes="4x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(F.leaky_relu(self.a(x) - 50))
""",
    ),
    Variant(
        name="lora_both_zero",
        shapes="4x8",
        codes=("ZER506",),
        parameters=("A", "B"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Linear(8, 8)
        self.A = nn.Parameter(torch.zeros(2, 8))
        self.B = nn.Parameter(torch.zeros(8, 2))

    def forward(self, x):
        return self.base(x) + x @ self.A.t() @ self.B.t()
""",
    ),
    Variant(
        name="gate_and_last_zero",
        shapes="4x8",
        codes=("ZER506",),
        parameters=("g", "l.weight", "l.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.g = nn.Parameter(torch.zeros(1))
        self.l = nn.Linear(8, 8)
        nn.init.zeros_(self.l.weight)
        nn.init.zeros_(self.l.bias)

    def forward(self, x):
        return x * self.a(x) + self.g * self.l(torch.tanh(self.a(x)))
""",
    ),
    Variant(
        name="all_zero_mlp",
        shapes="4x8",
        codes=("ZER506",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)
        self.c = nn.Linear(8, 1)
        for p in self.parameters():
            nn.init.zeros_(p)

    def forward(self, x):
        return self.c(torch.tanh(self.b(torch.tanh(self.a(x)))))
""",
    ),
    Variant(
        name="zero_loss_weight",
        shapes="4x8",
        codes=("ZER506", "ZER507"),
        loss="output",
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(x).mean() + 0.0 * self.a(x).mean()
""",
    ),
    Variant(
        name="frozen_gate",
        shapes="4x8",
        codes=("ZER506",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)
        self.g = nn.Parameter(torch.zeros(1), requires_grad=False)

    def forward(self, x):
        return self.b(x) + self.g * self.a(x)
""",
    ),
    Variant(
        name="lora_b_zero_healthy",
        shapes="4x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Linear(8, 8)
        self.A = nn.Parameter(torch.randn(2, 8))
        self.B = nn.Parameter(torch.zeros(8, 2))

    def forward(self, x):
        return self.base(x) + x @ self.A.t() @ self.B.t()
""",
    ),
    Variant(
        name="lora_b_zero_scaled_by_zero",
        shapes="4x8",
        codes=("ZER507",),
        parameters=("A", "B"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Linear(8, 8)
        self.A = nn.Parameter(torch.randn(16, 8))
        self.B = nn.Parameter(torch.zeros(8, 16))
        self.alpha, self.rank = 8, 16

    def forward(self, x):
        return self.base(x) + (self.alpha // self.rank) * (x @ self.A.t() @ self.B.t())
""",
    ),
    Variant(
        name="squared_zero",
        shapes="4x8",
        codes=("ZER506",),
        parameters=("g",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.g = nn.Parameter(torch.zeros(8))

    def forward(self, x):
        return self.a(x) + self.g * self.g
""",
    ),
    Variant(
        name="lora_b_zero_1_step",
        shapes="4x8",
        steps=1,
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Linear(8, 8)
        self.A = nn.Parameter(torch.randn(2, 8))
        self.B = nn.Parameter(torch.zeros(8, 2))

    def forward(self, x):
        return self.base(x) + x @ self.A.t() @ self.B.t()
""",
    ),
    Variant(
        name="rezero_12_layers_1_step",
        shapes="4x8",
        steps=1,
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.ls = nn.ModuleList([nn.Linear(8, 8) for _ in range(6)])
        self.g = nn.Parameter(torch.zeros(6))

    def forward(self, x):
        i = 0
        for l in self.ls:
            x = x + self.g[i] * torch.relu(l(x))
            i += 1
        return x
""",
    ),
    Variant(
        name="bn_gamma_zero",
        shapes="4x3x8x8",
        loss="auto",
        steps=1,
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 3, 3, padding=1)
        self.n = nn.BatchNorm2d(3)
        nn.init.zeros_(self.n.weight)

    def forward(self, x):
        return x + self.n(self.a(x))
""",
    ),
    Variant(
        name="zero_init_nested",
        shapes="4x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)
        self.c = nn.Linear(8, 8)
        nn.init.zeros_(self.b.weight)
        nn.init.zeros_(self.c.weight)
        nn.init.zeros_(self.b.bias)
        nn.init.zeros_(self.c.bias)

    def forward(self, x):
        h = x + self.b(torch.tanh(self.a(x)))
        return x + self.c(h)
""",
    ),
    Variant(
        name="mask_zeros",
        shapes="4x8",
        codes=("ZER507",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)
        self.register_buffer("m", torch.zeros(8))

    def forward(self, x):
        return self.b(x) + self.a(x) * self.m
""",
    ),
    Variant(
        name="masked_fill_all",
        shapes="4x8",
        codes=("ZER507",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x)
        return self.b(x) + h.masked_fill(torch.ones_like(h) > 0, 0.0)
""",
    ),
    Variant(
        name="clipped_by_fills",
        shapes="4x8",
        codes=("ZER507",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x) + 50
        return self.b(x) + h.masked_fill(h > 6.0, 6.0).masked_fill(h < -6.0, -6.0)
""",
    ),
    Variant(
        name="where_none",
        shapes="4x8",
        codes=("ZER507",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x)
        return self.b(x) + torch.where(x > 100, h, torch.zeros_like(h))
""",
    ),
    Variant(
        name="padding_only",
        shapes="4x3:int64[0,1)",
        codes=("ZER507",),
        parameters=("e.weight", "b.weight"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(10, 8, padding_idx=0)
        self.b = nn.Linear(8, 8)

    def forward(self, t):
        return self.b(self.e(t))
""",
    ),
    Variant(
        name="dropout_1",
        shapes="4x8",
        codes=("ZER507",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(x) + F.dropout(self.a(x), 1.0)
""",
    ),
    Variant(
        name="overwritten",
        shapes="4x8",
        codes=("ZER507",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x)
        h[:] = x
        return self.b(h)
""",
    ),
    Variant(
        name="float_mask_of_comparison",
        shapes="4x8",
        codes=("ZER507",),
        parameters=("a.weight", "a.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        h = self.a(x)
        return self.b(x) + h * (x > 100).float()
""",
    ),
    Variant(
        name="embedding_some",
        shapes="4x3:int64[0,3)",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(10, 8, padding_idx=0)
        self.b = nn.Linear(8, 8)

    def forward(self, t):
        return self.b(self.e(t))
""",
    ),
    Variant(
        name="moe_unused",
        shapes="2x8",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = nn.Linear(8, 4)
        self.ex = nn.ModuleList([nn.Linear(8, 8) for _ in range(4)])

    def forward(self, x):
        p = self.g(x).softmax(-1)
        w, idx = p.max(-1)
        out = torch.zeros_like(x)
        i = 0
        for e in self.ex:
            m = idx == i
            out = out.index_put((m,), e(x[m]) * w[m].unsqueeze(-1))
            i += 1
        return out
""",
    ),
    Variant(
        name="moe_dense_gates",
        shapes="2x8",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = nn.Linear(8, 4)
        self.ex = nn.ModuleList([nn.Linear(8, 8) for _ in range(4)])

    def forward(self, x):
        p = self.g(x).softmax(-1)
        w, idx = p.topk(1, dim=-1)
        gate = torch.zeros_like(p).scatter(1, idx, w)
        out = torch.zeros_like(x)
        i = 0
        for e in self.ex:
            out = out + e(x) * gate[:, i : i + 1]
            i += 1
        return out
""",
    ),
    Variant(
        name="sqrt_w",
        shapes="4x8",
        codes=("NUM602",),
        parameters=("w",),
        ops=("aten::sqrt",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)
        self.w = nn.Parameter(torch.zeros(4))

    def forward(self, x):
        return self.f(x) * torch.sqrt(self.w)
""",
    ),
    Variant(
        name="pow_5",
        shapes="4x8",
        codes=("NUM602",),
        parameters=("w",),
        ops=("aten::pow",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)
        self.w = nn.Parameter(torch.zeros(4))

    def forward(self, x):
        return self.f(x) + self.w**0.5
""",
    ),
    Variant(
        name="acos",
        shapes="4x8",
        codes=("NUM602",),
        parameters=("w",),
        ops=("aten::acos",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)
        self.w = nn.Parameter(torch.zeros(4))

    def forward(self, x):
        return self.f(x) + torch.acos(self.w + 1)
""",
    ),
    Variant(
        name="pdist",
        shapes="4x8",
        codes=("NUM602",),
        parameters=("f.weight", "f.bias"),
        ops=("aten::sqrt",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        h = self.f(x)
        d = h[:, None] - h[None]
        return d.pow(2).sum(-1).sqrt()
""",
    ),
    Variant(
        name="angle",
        shapes="4x8",
        codes=("NUM602",),
        loss="auto",
        parameters=("f.weight", "f.bias"),
        ops=("aten::acos",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        h = F.normalize(self.f(x), dim=1)
        c = (h @ h.t()).clamp(-1, 1)
        return torch.acos(c)
""",
    ),
    Variant(
        name="svd_equal",
        shapes="4x8",
        codes=("NUM602",),
        loss="output",
        parameters=("w",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.eye(3))

    def forward(self, x):
        u, s, v = torch.linalg.svd(self.w * 1.0)
        return (u * torch.arange(9.0).view(3, 3)).sum() + v.pow(3).sum() + x.sum()
""",
    ),
    Variant(
        name="std_one",
        shapes="4x8",
        codes=("NUM601",),
        ops=("aten::std",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 1)

    def forward(self, x):
        h = self.f(x)
        return h.std(dim=1)
""",
    ),
    Variant(
        name="torch_norm_zero",
        shapes="4x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(4))
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        return torch.linalg.vector_norm(self.w) * 0.1 + self.f(x).mean(1)
""",
    ),
    Variant(
        name="where_div",
        shapes="4x8",
        codes=("NUM603",),
        parameters=("f.weight", "f.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        h = self.f(x)
        d = (h > 0).float() * h
        return torch.where(d > 0, 1 / d, d)
""",
    ),
    Variant(
        name="double_where_healthy",
        shapes="4x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        h = self.f(x)
        s = torch.where(h > 0, h, torch.ones_like(h))
        return torch.where(h > 0, torch.log(s), torch.zeros_like(h))
""",
    ),
    Variant(
        name="div0",
        shapes="4x8",
        codes=("NUM601",),
        parameters=("f.weight", "f.bias"),
        ops=("aten::div",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        return self.f(x) / (x.sum() * 0)
""",
    ),
    Variant(
        name="compared_with_itself",
        shapes="4x8",
        loss="output",
        codes=("ZER504",),
        parameters=("f.weight", "f.bias"),
        ops=("aten::mse_loss",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        h = self.f(x)
        return F.mse_loss(h, h)
""",
    ),
    Variant(
        name="compared_with_itself_by_hand",
        shapes="4x8",
        loss="output",
        codes=("ZER504",),
        parameters=("f.weight", "f.bias"),
        ops=("aten::pow",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        h = self.f(x)
        return ((h - h) ** 2).mean()
""",
    ),
    Variant(
        name="neighbours_of_zeros_compared",
        shapes="4x8",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)
        self.curve = nn.Parameter(torch.zeros(5))

    def forward(self, x):
        return self.f(x).mean() + F.mse_loss(self.curve[1:], self.curve[:-1])
""",
    ),
    Variant(
        name="softmax_by_hand_then_log",
        shapes="4x8; 4:int64[0,5)",
        codes=("NUM601",),
        loss="output",
        parameters=("f.weight", "f.bias"),
        ops=("aten::exp",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 5)

    def forward(self, x, y):
        e = torch.exp(self.f(x) * 500)
        p = e / e.sum(1, keepdim=True)
        return -torch.log(p.gather(1, y.unsqueeze(1))).mean()
""",
    ),
    Variant(
        name="log_softmax_of_large_scores",
        shapes="4x8; 4:int64[0,5)",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 5)

    def forward(self, x, y):
        p = torch.log_softmax(self.f(x) * 500, 1)
        return -p.gather(1, y.unsqueeze(1)).mean()
""",
    ),
    Variant(
        name="log_of_zeros_that_stand_for_quotients_by_zero",
        shapes="4x8",
        codes=("NUM601",),
        loss="output",
        ops=("aten::log",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 5)

    def forward(self, x):
        h = self.f(x).abs()
        norm = torch.relu(h - 100)
        share = torch.where(norm > 0, h / norm, torch.zeros_like(h))
        return torch.log(share.detach()).mean() + h.mean()
""",
    ),
    Variant(
        name="zero_times_masked_infinity",
        shapes="6x8",
        codes=("NUM601",),
        loss="output",
        ops=("aten::mul",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 5)

    def forward(self, x):
        z = F.normalize(self.f(x), dim=1)
        own = torch.eye(6, dtype=torch.bool)
        score = (z @ z.t()).masked_fill(own, float("-inf"))
        return -(torch.log_softmax(score, 1) * (~own).float()).mean()
""",
    ),
    Variant(
        name="zero_times_masked_large_number",
        shapes="6x8",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 5)

    def forward(self, x):
        z = F.normalize(self.f(x), dim=1)
        own = torch.eye(6, dtype=torch.bool)
        score = (z @ z.t()).masked_fill(own, -1e9)
        return -(torch.log_softmax(score, 1) * (~own).float()).mean()
""",
    ),
    Variant(
        name="gain_before_normalize",
        shapes="12x8; 12:int64[0,3)",
        loss="output",
        codes=("ZER504",),
        parameters=("gain",),
        ops=("aten::mul",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f, self.out = nn.Linear(8, 6), nn.Linear(6, 3)
        self.gain = nn.Parameter(torch.tensor(0.7))

    def forward(self, x, y):
        h = F.normalize(self.gain.exp() * self.f(x), dim=1)
        return F.cross_entropy(self.out(h), y)
""",
    ),
    Variant(
        name="gain_after_normalize",
        shapes="12x8; 12:int64[0,3)",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f, self.out = nn.Linear(8, 6), nn.Linear(6, 3)
        self.gain = nn.Parameter(torch.tensor(0.7))

    def forward(self, x, y):
        h = F.normalize(self.f(x), dim=1) * self.gain.exp()
        return F.cross_entropy(self.out(h), y)
""",
    ),
    Variant(
        name="gain_of_each_before_normalize",
        shapes="12x8; 12:int64[0,3)",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f, self.out = nn.Linear(8, 6), nn.Linear(6, 3)
        self.gain = nn.Parameter(torch.ones(6))

    def forward(self, x, y):
        h = F.normalize(self.f(x) * self.gain, dim=1)
        return F.cross_entropy(self.out(h), y)
""",
    ),
    Variant(
        name="offset_before_softmax",
        shapes="12x8; 12:int64[0,3)",
        codes=("ZER504",),
        parameters=("gain",),
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f, self.out = nn.Linear(8, 6), nn.Linear(6, 3)
        self.gain = nn.Parameter(torch.tensor(0.7))

    def forward(self, x, y):
        h = torch.softmax(self.f(x) + F.softplus(self.gain), dim=1)
        return F.cross_entropy(self.out(h), y)
""",
    ),
    Variant(
        name="exp_over",
        shapes="4x8",
        codes=("NUM601",),
        parameters=("f.weight", "f.bias"),
        ops=("aten::exp",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        e = torch.exp(self.f(x) * 1000)
        return e / e.sum(1, keepdim=True)
""",
    ),
    Variant(
        name="full_mask",
        shapes="4x8",
        codes=("NUM601",),
        loss="auto",
        ops=("aten::softmax",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        s = self.f(x).masked_fill(torch.ones(4, 4) > 0, float("-inf"))
        return torch.softmax(s, -1)
""",
    ),
    Variant(
        name="nan_param",
        shapes="4x8",
        codes=("NUM601",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)
        nn.init.constant_(self.f.bias, float("nan"))

    def forward(self, x):
        return self.f(x)
""",
    ),
    Variant(
        name="side_output_nan",
        shapes="4x8",
        codes=("NUM601",),
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        h = self.f(x)
        return h.mean(), torch.log(h.detach() * 0)
""",
    ),
    Variant(
        name="in_loop",
        shapes="4x8",
        codes=("NUM601",),
        ops=("aten::exp",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 8)

    def forward(self, x):
        for i in range(6):
            x = torch.exp(self.f(x) * 20)
        return x
""",
    ),
    Variant(
        name="attention_inf_healthy",
        shapes="2x5x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(8, 8)
        self.k = nn.Linear(8, 8)

    def forward(self, x):
        s = self.q(x) @ self.k(x).transpose(-1, -2)
        m = torch.triu(torch.full((5, 5), float("-inf")), 1)
        return torch.softmax(s + m, -1) @ x
""",
    ),
    Variant(
        name="masked_logits_returned",
        shapes="4x8",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        return self.f(x).masked_fill(torch.tensor([True, False, False, False]), float("-inf"))
""",
    ),
    Variant(
        name="masked_log_healthy",
        shapes="4x8",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        h = self.f(x).detach().relu()
        return self.f(x) + torch.where(h > 0, torch.log(h), torch.zeros_like(h))
""",
    ),
    Variant(
        name="logsoftmax_nll",
        shapes="4x8; 4:int64[0,4)",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x, y):
        return F.nll_loss(F.log_softmax(self.f(x), 1), y)
""",
    ),
    Variant(
        name="focal",
        shapes="4x8",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        p = torch.sigmoid(self.f(x)).clamp(1e-6, 1 - 1e-6)
        return -((1 - p) ** 2 * torch.log(p)).mean()
""",
    ),
    Variant(
        name="infonce",
        shapes="4x8",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        a = F.normalize(self.a(x), dim=1)
        b = F.normalize(self.b(x), dim=1)
        return F.cross_entropy(a @ b.t() / 0.07, torch.arange(4))
""",
    ),
    Variant(
        name="masked_mean",
        shapes="4x8",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 8)

    def forward(self, x):
        h = self.f(x)
        m = (x > 0).float()
        return (h * m).sum() / (m.sum() + 1e-8)
""",
    ),
    Variant(
        name="instancenorm",
        shapes="2x3x8x8",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3)
        self.n = nn.InstanceNorm2d(4, affine=True)

    def forward(self, x):
        return F.relu(self.n(self.c(x)))
""",
    ),
    Variant(
        name="weight_norm",
        shapes="4x8",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = nn.Parameter(torch.ones(8, 1))
        self.v = nn.Parameter(torch.randn(8, 8))

    def forward(self, x):
        return F.linear(x, self.g * self.v / torch.linalg.vector_norm(self.v, dim=1, keepdim=True))
""",
    ),
    Variant(
        name="ctc",
        shapes="10x2x8",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 5)

    def forward(self, x):
        lp = F.log_softmax(self.f(x), -1)
        return F.ctc_loss(
            lp,
            torch.ones(2, 3).long() + torch.arange(3),
            torch.full((2,), 10).long(),
            torch.full((2,), 3).long(),
            zero_infinity=True,
        )
""",
    ),
    Variant(
        name="tiny_scale",
        shapes="4x8",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 5)

    def forward(self, x):
        return self.f(x).mean() * 1e-7
""",
    ),
    Variant(
        name="lstm_one_step",
        shapes="2x1x8",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.r = nn.LSTM(8, 6, batch_first=True)

    def forward(self, x):
        o, _ = self.r(x)
        return o
""",
    ),
    Variant(
        name="gru_one_step",
        shapes="2x1x8",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.r = nn.GRU(8, 6, batch_first=True)
        self.o = nn.Linear(6, 2)

    def forward(self, x):
        o, _ = self.r(x)
        return self.o(o)
""",
    ),
    Variant(
        name="lstmcell",
        shapes="4x8",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.r = nn.LSTMCell(8, 6)

    def forward(self, x):
        h, c = self.r(x)
        return h
""",
    ),
    Variant(
        name="rnn_relu_one",
        shapes="4x8",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.i = nn.Linear(8, 6)
        self.h = nn.Linear(6, 6, bias=False)

    def forward(self, x):
        h = torch.zeros(4, 6)
        return torch.tanh(self.i(x) + self.h(h))
""",
    ),
    Variant(
        name="vae",
        shapes="4x8",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.m = nn.Linear(8, 4)
        self.v = nn.Linear(8, 4)

    def forward(self, x):
        m = self.m(x)
        v = self.v(x)
        z = m + torch.randn_like(m) * torch.exp(0.5 * v)
        return z.pow(2).mean() - 0.5 * (1 + v - m**2 - v.exp()).mean()
""",
    ),
    Variant(
        name="conv_bias_bn",
        shapes="4x3x8x8",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 8, 3)
        self.n = nn.BatchNorm2d(8)
        self.o = nn.Linear(8, 2)

    def forward(self, x):
        return self.o(F.relu(self.n(self.c(x))).mean((2, 3)))
""",
    ),
    Variant(
        name="mha_self",
        shapes="2x5x8",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.m = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        o, _ = self.m(x, x, x)
        return o
""",
    ),
    Variant(
        name="pos_emb_ln",
        shapes="2x5x8",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.Parameter(torch.zeros(1, 5, 8))
        self.n = nn.LayerNorm(8)
        self.o = nn.Linear(8, 2)

    def forward(self, x):
        return self.o(self.n(x + self.p))
""",
    ),
    Variant(
        name="class_bias_before_softmax",
        shapes="4x8",
        codes=("ZER504",),
        parameters=("s",),
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)
        self.s = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return F.softmax(self.f(x) + self.s, 1)
""",
    ),
    Variant(
        name="triplet",
        shapes="4x8",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        a, b, c = self.f(x), self.f(x.roll(1, 0)), self.f(x.roll(2, 0))
        return F.relu((a - b).pow(2).sum(1) - (a - c).pow(2).sum(1) + 1).mean()
""",
    ),
    Variant(
        name="cosine_emb",
        shapes="4x8",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return 1 - F.cosine_similarity(self.a(x), self.b(x)).mean()
""",
    ),
    Variant(
        name="vq",
        shapes="4x8",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Linear(8, 4)
        self.c = nn.Embedding(16, 4)
        self.d = nn.Linear(4, 8)

    def forward(self, x):
        z = self.e(x)
        i = torch.cdist(z, self.c.weight).argmin(1)
        q = self.c(i)
        s = z + (q - z).detach()
        return F.mse_loss(self.d(s), x) + F.mse_loss(q, z.detach()) + 0.25 * F.mse_loss(z, q.detach())
""",
    ),
    Variant(
        name="transformer_layer",
        shapes="2x5x8",
        loss="auto",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.t = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)

    def forward(self, x):
        return self.t(x)
""",
    ),
    Variant(
        name="huber_perfect_fit",
        shapes="4x8",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.Parameter(torch.ones(8))

    def forward(self, x):
        return F.mse_loss(x * self.p, x)
""",
    ),
    Variant(
        name="mask_all_zero",
        shapes="2x5x8",
        codes=("ZER507",),
        parameters=("aux.weight", "aux.bias"),
        ops=("aten::mul",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(8, 8)
        self.aux = nn.Linear(8, 8)

    def forward(self, x):
        keep = (x > 1e9).float()
        return self.enc(x) + self.aux(x) * keep
""",
    ),
    Variant(
        name="ignore_index_all",
        shapes="4x6; 4:int64[0,1)",
        codes=("ZER507",),
        loss="output",
        parameters=("fc.weight", "fc.bias"),
        ops=("aten::cross_entropy_loss",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 3)

    def forward(self, x, y):
        per = F.cross_entropy(self.fc(x), y, ignore_index=0, reduction="sum")
        return per / 4.0
""",
    ),
    Variant(
        name="routing_expert_never_selected",
        shapes="4x6",
        codes=("ZER507",),
        parameters=("experts.1.weight", "experts.1.bias", "experts.2.weight", "experts.2.bias"),
        ops=("aten::gather",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.experts = nn.ModuleList([nn.Linear(6, 3) for _ in range(3)])

    def forward(self, x):
        outs = torch.stack([e(x) for e in self.experts], 1)
        idx = torch.zeros(4, 1, 3, dtype=torch.long)
        return outs.gather(1, idx).squeeze(1)
""",
    ),
    Variant(
        name="stack_select_const",
        shapes="4x6",
        codes=(
            "ZER507",
            "PAR204",
        ),
        parameters=("experts.1.weight", "experts.1.bias", "experts.2.weight", "experts.2.bias"),
        ops=("aten::select",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.experts = nn.ModuleList([nn.Linear(6, 3) for _ in range(3)])

    def forward(self, x):
        outs = torch.stack([e(x) for e in self.experts], 1)
        return outs[:, 0]
""",
    ),
    Variant(
        name="cross_entropy_all_ignored",
        shapes="4x6; 4:int64[0,1)",
        codes=("NUM601",),
        loss="output",
        parameters=("fc.weight", "fc.bias"),
        ops=("aten::cross_entropy_loss",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 3)
        self.loss = nn.CrossEntropyLoss(ignore_index=0)

    def forward(self, x, y):
        return self.loss(self.fc(x), y)
""",
    ),
    Variant(
        name="log_of_zero_prob",
        shapes="4x6",
        codes=("NUM601",),
        loss="output",
        parameters=("fc.weight", "fc.bias"),
        ops=("aten::log",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        p = torch.relu(self.fc(x) - 50.0)
        return -(p.log()).mean()
""",
    ),
    Variant(
        name="moe_top1",
        shapes="4x6",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(6, 8)
        self.experts = nn.ModuleList([nn.Linear(6, 3) for _ in range(8)])

    def forward(self, x):
        p = F.softmax(self.gate(x), -1)
        w, i = p.max(-1, keepdim=True)
        outs = torch.stack([e(x) for e in self.experts], 1)
        return w * outs.gather(1, i.unsqueeze(-1).expand(-1, -1, 3)).squeeze(1)
""",
    ),
    Variant(
        name="maxpool_experts",
        shapes="4x6",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleList([nn.Linear(6, 1) for _ in range(8)])

    def forward(self, x):
        return torch.cat([h(x) for h in self.heads], 1).max(1)[0]
""",
    ),
    Variant(
        name="moe_index_add",
        shapes="4x6",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(6, 8)
        self.experts = nn.ModuleList([nn.Linear(6, 6) for _ in range(8)])

    def forward(self, x):
        p = F.softmax(self.gate(x), -1)
        w, idx = p.topk(2, -1)
        out = torch.zeros_like(x)
        for e, expert in enumerate(self.experts):
            rows, k = torch.where(idx == e)
            if rows.numel() > 0:
                out = out.index_add(0, rows, expert(x[rows]) * w[rows, k].unsqueeze(-1))
        return out
""",
    ),
    Variant(
        name="triplet_hard_mining",
        shapes="6x8",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(8, 4)

    def forward(self, x):
        z = F.normalize(self.f(x), dim=1)
        d = (2 - 2 * z @ z.t()).clamp(min=1e-8).sqrt()
        same = torch.tensor([[1, 1, 1, 0, 0, 0]] * 3 + [[0, 0, 0, 1, 1, 1]] * 3) > 0
        pos = d.masked_fill(~same, 0.0).max(1)[0]
        neg = d.masked_fill(same, 1e9).min(1)[0]
        return F.softplus(pos - neg).mean()
""",
    ),
    Variant(
        name="crf_forward",
        shapes="2x5x6; 2x5:int64[0,3)",
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emit = nn.Linear(6, 3)
        self.trans = nn.Parameter(torch.randn(3, 3))

    def forward(self, x, tags):
        e = self.emit(x)
        alpha = e[:, 0]
        gold = e[:, 0].gather(1, tags[:, :1]).squeeze(1)
        for t in range(1, x.size(1)):
            alpha = torch.logsumexp(alpha.unsqueeze(2) + self.trans.unsqueeze(0), 1) + e[:, t]
            gold = gold + self.trans[tags[:, t - 1], tags[:, t]] + e[:, t].gather(1, tags[:, t:t + 1]).squeeze(1)
        return (torch.logsumexp(alpha, 1) - gold).mean()
""",
    ),
    Variant(
        name="realnvp",
        shapes="4x6",
        loss="output",
        source="""
class Coupling(nn.Module):
    def __init__(self, flip: bool):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, 6))
        nn.init.zeros_(self.net[2].weight)
        nn.init.zeros_(self.net[2].bias)
        self.flip = flip

    def forward(self, x):
        a, b = x.chunk(2, 1)
        if self.flip:
            a, b = b, a
        s, t = self.net(a).chunk(2, 1)
        s = torch.tanh(s)
        b = b * torch.exp(s) + t
        return torch.cat([a, b], 1), s.sum(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2 = Coupling(False), Coupling(True)

    def forward(self, x):
        z, l1 = self.c1(x)
        z, l2 = self.c2(z)
        return (0.5 * z.pow(2).sum(1) - l1 - l2).mean()
""",
    ),
    Variant(
        name="spectral_norm_power_iteration",
        shapes="4x6",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(4, 6))
        self.register_buffer("u", F.normalize(torch.randn(4), dim=0))

    def forward(self, x):
        with torch.no_grad():
            v = F.normalize(torch.mv(self.w.t(), self.u), dim=0)
            self.u.copy_(F.normalize(torch.mv(self.w, v), dim=0))
        sigma = torch.dot(self.u.clone(), torch.mv(self.w, v))
        return F.linear(x, self.w / sigma)
""",
    ),
    Variant(
        name="clamped_logits",
        shapes="4x6",
        codes=("ZER502",),
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 1)
        nn.init.constant_(self.fc.bias, 30.0)

    def forward(self, x):
        p = torch.clamp(self.fc(x), 1e-6, 1 - 1e-6)
        return -torch.log(p).mean()
""",
    ),
    Variant(
        name="two_zero_layers",
        shapes="4x6; 4x2",
        codes=("ZER506",),
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, 8)
        self.fc1 = nn.Linear(8, 8)
        self.fc2 = nn.Linear(8, 2)
        for l in (self.fc1, self.fc2):
            nn.init.zeros_(l.weight)
            nn.init.zeros_(l.bias)

    def forward(self, x, y):
        h = torch.relu(self.body(x))
        return F.mse_loss(self.fc2(torch.tanh(self.fc1(h))), y)
""",
    ),
    Variant(
        name="all_zero_layers",
        shapes="4x6; 4x2",
        codes=("ZER506",),
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
        for m in self.net:
            if isinstance(m, nn.Linear):
                nn.init.constant_(m.weight, 0.0)
                nn.init.constant_(m.bias, 0.0)

    def forward(self, x, y):
        return F.mse_loss(self.net(x), y)
""",
    ),
    Variant(
        name="fully_masked_row",
        shapes="2x4x8",
        codes=("NUM601",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x):
        s = torch.bmm(self.q(x), self.k(x).transpose(1, 2))
        mask = torch.ones(4, 4, dtype=torch.bool)
        mask[0] = False
        s = s.masked_fill(~mask, float("-inf"))
        return torch.bmm(F.softmax(s, dim=-1), self.v(x))
""",
    ),
    Variant(
        name="equal_eigenvalues",
        shapes="6x4",
        codes=("NUM602",),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.eye(4))
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        vals, vecs = torch.linalg.eigh(self.a @ self.a.t())
        return self.fc(x @ vecs)
""",
    ),
    Variant(
        name="one_class",
        shapes="4x6; 4:int64[0,1)",
        codes=("ZER503",),
        loss="output",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(6, 8)
        self.fc2 = nn.Linear(8, 1)

    def forward(self, x, y):
        return F.cross_entropy(self.fc2(F.relu(self.fc1(x))), y)
""",
    ),
    Variant(
        name="positions_counted_in_pixels",
        shapes="2x3x8x12",
        codes=("ZER502",),
        parameters=("where.2.weight", "where.2.bias", "head.weight"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.where = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
        self.head = nn.Conv2d(3, 2, 1)

    def forward(self, x):
        ys, xs = torch.meshgrid(torch.arange(x.shape[2]), torch.arange(x.shape[3]), indexing="ij")
        pixels = torch.stack([xs, ys], -1).float() + 1.5
        grid = pixels + self.where(x)[:, None, None, :]
        return self.head(F.grid_sample(x, grid, align_corners=True))
""",
    ),
    Variant(
        name="nearest_pixel_read",
        shapes="2x3x8x12",
        codes=("ZER501",),
        parameters=("where.2.weight", "where.2.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.where = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
        self.head = nn.Conv2d(3, 2, 1)

    def forward(self, x):
        ys, xs = torch.meshgrid(torch.arange(x.shape[2]), torch.arange(x.shape[3]), indexing="ij")
        pixels = torch.stack([xs, ys], -1).float() + 1.5
        grid = pixels / 12 - 0.5 + self.where(x)[:, None, None, :]
        return self.head(F.grid_sample(x, grid, mode="nearest", align_corners=True))
""",
    ),
    Variant(
        name="positions_within_the_image",
        shapes="2x3x8x12",
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.where = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
        self.head = nn.Conv2d(3, 2, 1)

    def forward(self, x):
        ys, xs = torch.meshgrid(torch.arange(x.shape[2]), torch.arange(x.shape[3]), indexing="ij")
        pixels = torch.stack([xs, ys], -1).float() + 1.5
        grid = pixels / 12 - 0.5 + self.where(x)[:, None, None, :]
        return self.head(F.grid_sample(x, grid, align_corners=True))
""",
    ),
    Variant(
        name="targets_longer_than_their_input",
        shapes="8x2x6",
        codes=("NUM601",),
        loss="output",
        parameters=("score.weight", "score.bias"),
        source="""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(6, 5)

    def forward(self, x):
        steps = torch.full((2,), 8, dtype=torch.long)
        labels = torch.arange(24).reshape(2, 12) % 4 + 1
        return F.ctc_loss(F.log_softmax(self.score(x), -1), labels, steps, torch.tensor([12, 7]))
""",
    ),
    Variant(
        name="layers_that_are_scaled_to_begin_as_nothing",
        shapes="4x16",
        source="""
class Scaled(nn.Module):
    def __init__(self, small: float = 1e-7):
        super().__init__()
        self.inner = nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 16))
        self.gamma = nn.Parameter(small * torch.ones(16))

    def forward(self, x):
        return self.gamma * (0.25 * self.inner(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Parameter(torch.randn(16))
        self.blocks = nn.ModuleList([Scaled(), Scaled()])
        self.asked = Scaled()
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        for block in self.blocks:
            x = x + block(x)
        return self.head(self.token + self.asked(x))
""",
    ),
)
