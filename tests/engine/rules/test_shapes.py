"""Shapes that are refused: one finding for each, the same with and without numbers, at the operation that refused."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import BOTH, diagnosed, net, only, raised, wanting

W = "self.w = nn.Parameter(torch.randn({}))"

PRODUCTS = [
    ("return self.l(x)", "self.l = nn.Linear(6, 1)", "4x5", "aten::linear"),
    ("return self.l(x)", "self.l = nn.Linear(6, 1, bias=False)", "4x3x5", "aten::linear"),
    ("return self.l(x)", "self.l = nn.Linear(6, 1)", "5", "aten::linear"),
    ("return F.linear(x, self.w)", W.format("2, 6"), "4x5", "aten::linear"),
    ("return x @ self.w", W.format("6, 3"), "4x5", "aten::matmul"),
    ("return torch.matmul(x, self.w)", W.format("6"), "4x5", "aten::matmul"),
    ("return torch.matmul(x, self.w)", W.format("2, 6, 3"), "3x4x6", "aten::matmul"),
    ("return torch.mm(x, self.w)", W.format("6, 3"), "4x5", "aten::mm"),
    ("h = x * self.p; return h.sum() + torch.mm(self.w, self.w).sum()", W.format("6, 3"), "4x5", "aten::mm"),
    ("return torch.bmm(x, self.w)", W.format("2, 6, 3"), "2x4x5", "aten::bmm"),
    ("return torch.bmm(x, self.w)", W.format("2, 6, 3"), "3x4x6", "aten::bmm"),
    ("return torch.addmm(self.p, x, self.w)", W.format("6, 3"), "4x5", "aten::addmm"),
    ("return torch.baddbmm(self.p, x, self.w)", W.format("2, 6, 3"), "2x4x5", "aten::baddbmm"),
    ("return torch.mv(x, self.w)", W.format("6"), "4x5", "aten::mv"),
    ("return torch.dot(x, self.w)", W.format("6"), "5", "aten::dot"),
    ("return torch.tensordot(x, self.w, dims=1)", W.format("6, 3"), "4x5", "aten::tensordot"),
    ("return self.l(x, x)", "self.l = nn.Bilinear(6, 3, 2)", "4x6", "aten::bilinear"),
    ("return self.a(x, x, x)[0]", "self.a = nn.MultiheadAttention(6, 2, batch_first=True)", "2x4x5", "aten::linear"),
    (
        "q = x * self.p; return F.scaled_dot_product_attention(q, q[:, :, :3], x)",
        "",
        "2x4x6",
        "aten::scaled_dot_product_attention",
    ),
]

CHANNELS = [
    ("return self.c(x)", "self.c = nn.Conv2d(3, 4, 3)", "2x1x8x8", "aten::conv2d"),
    ("return self.c(x)", "self.c = nn.Conv2d(3, 4, 3)", "2x5x8x8", "aten::conv2d"),
    ("return self.c(x)", "self.c = nn.Conv2d(3, 4, 3)", "1x8x8", "aten::conv2d"),
    ("return self.c(x)", "self.c = nn.Conv2d(3, 4, 3, padding='same')", "2x1x8x8", "aten::conv2d"),
    ("return self.c(x)", "self.c = nn.Conv2d(3, 4, 3, padding=1, padding_mode='reflect')", "2x1x8x8", "aten::conv2d"),
    ("return self.c(x)", "self.c = nn.Conv2d(4, 4, 3, groups=2)", "2x2x8x8", "aten::conv2d"),
    ("return self.c(x)", "self.c = nn.Conv1d(3, 4, 3)", "2x1x8", "aten::conv1d"),
    ("return self.c(x)", "self.c = nn.Conv3d(3, 4, 3)", "2x1x8x8x8", "aten::conv3d"),
    ("return self.c(x)", "self.c = nn.ConvTranspose2d(3, 4, 3)", "2x1x8x8", "aten::conv_transpose2d"),
    ("return self.c(x)", "self.c = nn.ConvTranspose2d(4, 4, 3, groups=2)", "2x2x8x8", "aten::conv_transpose2d"),
    ("return self.c(x)", "self.c = nn.ConvTranspose1d(3, 4, 3)", "2x1x8", "aten::conv_transpose1d"),
    ("return F.conv2d(x, self.w, groups=3)", W.format("4, 3, 3, 3"), "2x9x8x8", "aten::conv2d"),
    ("return F.conv2d(x, self.w, torch.ones(5))", W.format("4, 3, 3, 3"), "2x3x8x8", "aten::conv2d"),
]

RANKS = [
    ("return self.c(x)", "self.c = nn.Conv2d(3, 4, 3)", "8x8", "aten::conv2d"),
    ("return self.c(x)", "self.c = nn.Conv2d(3, 4, 3)", "2x3x5x8x8", "aten::conv2d"),
    ("return self.c(x)", "self.c = nn.Conv2d(1, 4, 3)", "5x8x8", "aten::conv2d"),
    ("return self.c(x)", "self.c = nn.Conv1d(1, 4, 3)", "5x8", "aten::conv1d"),
    ("return self.c(x)", "self.c = nn.ConvTranspose2d(3, 4, 3)", "8x8", "aten::conv_transpose2d"),
    ("return self.b(x)", "self.b = nn.BatchNorm2d(3)", "3x8x8", "aten::batch_norm"),
    ("return self.b(x)", "self.b = nn.BatchNorm1d(3)", "2x3x8x8", "aten::batch_norm"),
    ("return self.b(x)", "self.b = nn.BatchNorm1d(16)", "16x9", "aten::batch_norm"),
    ("return self.i(x) * self.p", "self.i = nn.InstanceNorm2d(3)", "5x5", "aten::instance_norm"),
    ("return F.max_pool2d(x * self.p, 2)", "", "4x4", "aten::max_pool2d"),
    ("return self.m(x * self.p)", "self.m = nn.AdaptiveAvgPool2d(2)", "4x4", "prim::RaiseException"),
    ("return F.interpolate(x * self.p, scale_factor=2.0)", "", "4x4", "prim::RaiseException"),
    ("return F.interpolate(x * self.p, size=[4, 4])", "", "2x3x5", "prim::RaiseException"),
    ("return F.pad(x * self.p, [1, 1, 1, 1], mode='reflect')", "", "5", "aten::pad"),
    ("return self.l(x.sum())", "self.l = nn.Linear(6, 1)", "4x6", "aten::linear"),
    ("return torch.mm(x, self.w)", W.format("6, 3"), "2x4x6", "aten::mm"),
    ("return torch.bmm(x, self.w)", W.format("2, 6, 3"), "4x6", "aten::bmm"),
    ("return (x * self.p).t()", "", "2x3x4", "aten::t"),
    ("return (x * self.p).permute(0, 2, 1)", "", "2x3", "aten::permute"),
    ("return (x * self.p).transpose(1, 2)", "", "2x3", "aten::transpose"),
    ("return (x * self.p).mean([2, 3])", "", "2x3", "aten::mean"),
    ("return F.softmax(x * self.p, 2)", "", "2x3", "aten::softmax"),
    ("return (x * self.p).flatten(2)", "", "2x3", "aten::flatten"),
    ("return (x * self.p)[:, 0, 0]", "", "2x3", "aten::select"),
    ("return x.size(3) * self.p", "", "2x3", "aten::size"),
    ("return x.shape[3] * self.p", "", "2x3", "aten::__getitem__"),
    ("b, c, h, w = x.shape; return x * self.p * b", "", "2x3", "prim::ListUnpack"),
    ("return torch.cat([x * self.p, x], 3)", "", "2x3", "aten::cat"),
    ("return self.r(x)[0]", "self.r = nn.LSTM(6, 3)", "6", "aten::lstm"),
    ("return self.a(x, x, x)[0]", "self.a = nn.MultiheadAttention(6, 2)", "3x2x4x6", "aten::linear"),
]

DIVISIONS = [
    ("return (x * self.p).view(3, 4)", "", "2x5", "aten::view"),
    ("return (x * self.p).view(-1, 4)", "", "2x5", "aten::view"),
    ("return (x * self.p).view(-1, -1)", "", "2x5", "aten::view"),
    ("return (x * self.p).reshape(x.size(0), -1, 4)", "", "2x5", "aten::reshape"),
    ("return (x * self.p).view_as(torch.zeros(3, 4))", "", "2x5", "aten::view_as"),
    ("return (x * self.p).unflatten(1, (2, 3))", "", "2x5", "aten::unflatten"),
    ("return F.pixel_shuffle(x * self.p, 2)", "", "2x6x4x4", "aten::pixel_shuffle"),
    ("return F.pixel_unshuffle(x * self.p, 2)", "", "1x2x5x4", "aten::pixel_unshuffle"),
    ("return (x * self.p).split([2, 2], 1)[0]", "", "2x5", "aten::split"),
    ("a, b = (x * self.p).split(2, 1); return a + b", "", "2x5", "prim::ListUnpack"),
    ("a, b, c = (x * self.p).chunk(3, 1); return a + b", "", "2x4", "prim::ListUnpack"),
]

JOINS = [
    ("return torch.cat([x * self.p, x[:, :2]], 0)", "", "2x3", "aten::cat"),
    ("return torch.cat([x * self.p, x[0]], 0)", "", "2x3", "aten::cat"),
    ("return torch.cat([x.sum() * self.p, x.sum()], 0)", "", "3", "aten::cat"),
    ("return torch.stack([x * self.p, x[:, :2]])", "", "2x3", "aten::stack"),
    ("return torch.hstack([x * self.p, x[:1]])", "", "2x3", "aten::hstack"),
    ("return torch.vstack([x * self.p, x[:, :1]])", "", "2x3", "aten::vstack"),
    ("kept: List[torch.Tensor] = []; return torch.cat(kept, 0) * self.p", "", "2x3", "aten::cat"),
]

STRETCHES = [
    ("return x * self.p + x[:, :2]", "", "2x3", "aten::add"),
    ("h = x * self.p; h += x[:, :2]; return h", "", "2x3", "aten::add_"),
    ("h = x[:1] * self.p; h += x; return h", "", "2x3", "aten::add_"),
    ("return torch.where(x > 0, x * self.p, x[:, :2])", "", "2x3", "aten::where"),
    ("return (x * self.p).masked_fill(x[:, :2] > 0, 0.0)", "", "2x3", "aten::masked_fill"),
    ("return torch.lerp(x * self.p, x[:, :2], 0.5)", "", "2x3", "aten::lerp"),
    ("return x * self.p == x[:, :2]", "", "2x3", "aten::eq"),
    ("return (x * self.p).expand(4, 3)", "", "2x3", "aten::expand"),
    ("return (x * self.p).expand(4)", "", "2x3", "aten::expand"),
    ("return (x * self.p).expand_as(torch.zeros(4, 3))", "", "2x3", "aten::expand_as"),
    ("h = torch.zeros(2, 3); h[:, :2] = x * self.p; return h", "", "2x3", "aten::copy_"),
    ("return torch.addmm(torch.ones(4), x, self.w)", W.format("6, 3"), "5x6", "aten::addmm"),
]

WINDOWS = [
    ("return F.max_pool2d(x * self.p, 4)", "", "1x2x3x3", "aten::max_pool2d"),
    ("return F.avg_pool1d(x * self.p, 4)", "", "1x2x3", "aten::avg_pool1d"),
    ("return self.c(x)", "self.c = nn.Conv2d(3, 4, 5)", "2x3x4x4", "aten::conv2d"),
    ("return self.c(x)", "self.c = nn.Conv1d(3, 4, 3, dilation=2)", "2x3x4", "aten::conv1d"),
    ("return F.pad(x * self.p, [3, 3], mode='reflect')", "", "1x2x3", "aten::pad"),
    ("return F.unfold(x * self.p, 5)", "", "1x2x3x3", "aten::im2col"),
    ("return F.interpolate(x * self.p, scale_factor=0.25)", "", "1x2x3x3", "aten::upsample_nearest2d"),
]

NORMS = [
    ("return self.b(x)", "self.b = nn.BatchNorm1d(3)", "2x8x3", "aten::batch_norm"),
    ("return self.b(x)", "self.b = nn.BatchNorm2d(16)", "2x3x8x8", "aten::batch_norm"),
    ("return self.b(x)", "self.b = nn.InstanceNorm2d(16, affine=True)", "2x3x8x8", "aten::instance_norm"),
    ("return self.n(x)", "self.n = nn.LayerNorm(6)", "2x5", "aten::layer_norm"),
    ("return self.n(x)", "self.n = nn.LayerNorm([3, 8, 8])", "2x3x9x9", "aten::layer_norm"),
    ("return F.layer_norm(x * self.p, [6])", "", "2x5", "aten::layer_norm"),
    ("return self.n(x)", "self.n = nn.GroupNorm(4, 8)", "2x6x5x5", "aten::group_norm"),
    ("return F.group_norm(x * self.p, 4)", "", "2x6x5x5", "aten::group_norm"),
]

INDICES = [
    ("return self.e(x)", "self.e = nn.Embedding(10, 4)", "2x5:int64[9,40)", "aten::embedding"),
    ("return self.e(x - 10)", "self.e = nn.Embedding(10, 4)", "2x5:int64[0,10)", "aten::embedding"),
    ("return torch.gather(x * self.p, 1, torch.full((2, 2), 7))", "", "2x5", "aten::gather"),
    ("return torch.gather(x * self.p, 1, torch.zeros(4, 2, dtype=torch.long))", "", "2x5", "aten::gather"),
    ("return torch.index_select(x * self.p, 0, torch.tensor([4]))", "", "2x5", "aten::index_select"),
    ("return (x * self.p).scatter(1, torch.full((2, 1), 6), 1.0)", "", "2x5", "aten::scatter"),
    ("return (x * self.p)[torch.tensor([0, 3])]", "", "2x5", "aten::index"),
    ("return (x * self.p)[:, 5]", "", "2x5", "aten::select"),
    ("return torch.topk(x * self.p, 7)[0]", "", "2x5", "aten::topk"),
    ("return F.one_hot(x, 3) * self.p", "", "5:int64[3,9)", "aten::one_hot"),
]

RECURRENT = [
    ("return self.r(x)[0]", "self.r = nn.LSTM(6, 3)", "2x4x5", "aten::lstm"),
    ("return self.r(x)", "self.r = nn.GRUCell(6, 3)", "2x5", "aten::gru_cell"),
    ("return self.r(x, torch.zeros(3, 3))", "self.r = nn.GRUCell(6, 3)", "2x6", "aten::gru_cell"),
    ("return self.r(x, torch.zeros(1, 2, 3))[0]", "self.r = nn.GRU(6, 3)", "2x4x6", "aten::gru"),
    ("h = torch.zeros(2, 1, 3); return self.r(x, (h, h))[0]", "self.r = nn.LSTM(6, 3)", "4x2x6", "aten::lstm"),
    ("return self.r(x, torch.zeros(2, 3))[0]", "self.r = nn.GRU(6, 3)", "4x2x6", "aten::gru"),
    (
        "return self.r(x, torch.zeros(1, 2, 3))[0]",
        "self.r = nn.RNN(6, 3, bidirectional=True)",
        "4x2x6",
        "aten::rnn_tanh",
    ),
]

TARGETS = [
    ("return F.mse_loss(x * self.p, x[:, :2])", "", "2x3", "aten::mse_loss"),
    ("return F.l1_loss(x * self.p, x[:, :2])", "", "2x3", "aten::l1_loss"),
    ("return self.c(x * self.p, x[:, :2])", "self.c = nn.MSELoss()", "2x3", "aten::mse_loss"),
    ("return self.c(x * self.p, x[:, :2])", "self.c = nn.SmoothL1Loss()", "2x3", "aten::smooth_l1_loss"),
    ("return self.c(x * self.p, x[:, :2])", "self.c = nn.HuberLoss()", "2x3", "aten::huber_loss"),
    ("return self.c(x * self.p, x[:, :2])", "self.c = nn.KLDivLoss()", "2x3", "aten::kl_div"),
    ("return F.cross_entropy(x * self.p, torch.zeros(4, 1, dtype=torch.long))", "", "4x3", "aten::cross_entropy_loss"),
    ("return F.nll_loss(x * self.p, torch.zeros(3, dtype=torch.long))", "", "4x3", "aten::nll_loss_nd"),
    ("return F.cross_entropy(x * self.p, torch.full((4,), 3))", "", "4x3", "aten::cross_entropy_loss"),
    ("return F.binary_cross_entropy(torch.sigmoid(x * self.p), x[:, :2])", "", "2x3", "aten::binary_cross_entropy"),
    (
        "return F.binary_cross_entropy_with_logits(x * self.p, torch.zeros(4))",
        "",
        "4x1",
        "aten::binary_cross_entropy_with_logits",
    ),
]

MEMORY = [
    ("return (x * self.p).t().view(10)", "", "2x5", "aten::view"),
    ("return (x * self.p).permute(0, 2, 1).view(2, -1)", "", "2x5x4", "aten::view"),
    ("return (x * self.p).t().view_as(torch.zeros(10))", "", "2x5", "aten::view_as"),
]

EQUATIONS = [
    ("return torch.einsum('bi,ij->bj', x, self.w)", W.format("6, 3"), "4x5", "aten::einsum"),
    ("return torch.einsum('bi,ij->bj', x, self.w)", W.format("6, 3"), "2x4x6", "aten::einsum"),
    ("return torch.einsum('ij,jk->ik', x * self.p)", "", "4x6", "aten::einsum"),
]

OTHERS = [
    ("return torch.cdist(x * self.p, x[:, :2])", "", "2x3", "aten::cdist"),
    ("return torch.linalg.inv(x * self.p)", "", "2x3", "aten::linalg_inv"),
    ("return (x * self.p).repeat(4)", "", "2x3", "aten::repeat"),
]

REFUSED = [
    (code, *case)
    for code, cases in (
        ("SHP701", PRODUCTS),
        ("SHP702", CHANNELS),
        ("SHP703", RANKS),
        ("SHP704", DIVISIONS),
        ("SHP705", JOINS),
        ("SHP706", STRETCHES),
        ("SHP708", WINDOWS),
        ("SHP709", NORMS),
        ("SHP710", INDICES),
        ("SHP711", RECURRENT),
        ("SHP713", TARGETS),
        ("SHP714", MEMORY),
        ("SHP715", EQUATIONS),
        ("SHP717", OTHERS),
    )
    for case in cases
]


@pytest.mark.parametrize("passes", [("structure",), BOTH], ids=["structure", "numeric"])
@pytest.mark.parametrize(("code", "body", "init", "shapes", "op"), REFUSED)
def test_refused_shapes_have_one_cause(
    code: str, body: str, init: str, shapes: str, op: str, passes: tuple[str, ...]
) -> None:
    document = diagnosed(net(body, init), passes, shapes=shapes)
    finding = only(document)
    assert (finding["code"], finding["location"]["op"]) == (code, op)
    assert finding["location"]["source"] in body
    assert set(finding["parameters"]) == wanting(document)
    assert finding["severity"] == "error"
    assert finding["fix"]["summary"]


@pytest.mark.parametrize(
    ("code", "init", "body", "traced", "shapes", "op"),
    [
        ("SHP701", "self.l = nn.Linear(6, 2)", "return self.l(x)", "4x6", "4x5", "aten::linear"),
        ("SHP702", "self.c = nn.Conv2d(3, 2, 3)", "return self.c(x)", "4x3x6x6", "4x1x6x6", "aten::_convolution"),
        (
            "SHP702",
            "self.c = nn.ConvTranspose2d(3, 2, 3)",
            "return self.c(x)",
            "4x3x6x6",
            "4x1x6x6",
            "aten::_convolution",
        ),
        ("SHP703", "self.c = nn.Conv2d(3, 2, 3)", "return self.c(x)", "4x3x6x6", "6x6", "aten::_convolution"),
        ("SHP712", "", "return (x * self.p).view(-1, 6)", "4x6", "4x7", "aten::view"),
        ("SHP712", "", "return x * self.p + torch.zeros(4, 6)", "4x6", "5x6", "aten::zeros"),
    ],
)
def test_traces_are_told_like_scripts(code: str, init: str, body: str, traced: str, shapes: str, op: str) -> None:
    document = diagnosed(net(body, init), shapes=shapes, export=f"trace {traced}")
    finding = only(document)
    assert (finding["code"], finding["location"]["op"]) == (code, op)
    assert finding["location"]["line"]


@pytest.mark.parametrize(
    ("body", "init", "code"),
    [
        ("return F.pixel_shuffle(x * self.p, 0)", "", "RUN005"),
        ("return F.pixel_unshuffle(x * self.p, 0)", "", "RUN005"),
        ("return F.channel_shuffle(x * self.p, 0)", "", "SHP717"),
        ("return F.conv2d(x, self.w, groups=0)", W.format("4, 4, 1, 1"), "RUN005"),
        ("return F.linear(x, self.w, x)", W.format("()"), "SHP717"),
    ],
)
def test_sizes_of_nothing_are_told_in_the_words_of_torch(body: str, init: str, code: str) -> None:
    assert diagnosed(net(body, init), shapes="1x4x2x2")["findings"][0]["code"] == code


def test_a_layer_is_named_with_both_sizes_and_written_out() -> None:
    source = net("x = x.flatten(1); return self.out(x)", "self.out = nn.Linear(20, 3, bias=False)")
    finding = only(diagnose_source(source, shapes="2x4x6"))
    assert finding["title"] == "out takes 20 features, and gets 24"
    assert finding["location"]["module"] == "out"
    assert finding["fix"]["before"] == "nn.Linear(20, 3, bias=False)"
    assert finding["fix"]["after"] == "nn.Linear(24, 3, bias=False)"
    assert finding["chain"][0].startswith("x became 2x24 in model.py line ")
    assert [(o["role"], o["shape"]) for o in finding["operands"]] == [("input", [2, 24]), ("weight", [3, 20])]


TIED = "self.table = nn.Embedding(9, 4); self.back = nn.Linear(6, 9); self.back.weight = self.table.weight"


def test_of_layers_that_share_a_weight_the_one_that_runs_is_named() -> None:
    body = "h = torch.cat([self.table(x), self.table(x)[..., :2]], -1); return self.back(h)"
    finding = only(diagnosed(net(body, TIED), shapes="2x5:int64[0,9)"))
    assert (finding["title"], finding["location"]["module"]) == ("back takes 4 features, and gets 6", "back")
    assert finding["fix"]["summary"] == "make back take 6 features, and with it table, or give it 4"
    assert finding["fix"]["after"] is None


def test_a_table_that_a_product_reads_is_named_as_a_weight() -> None:
    body = "h = torch.cat([self.table(x), self.table(x)[..., :2]], -1); return h @ self.table.weight.t()"
    finding = only(diagnosed(net(body, "self.table = nn.Embedding(9, 4)"), shapes="2x5:int64[0,9)"))
    assert finding["title"] == "h is 2x5x6 and self.table.weight.t() is 4x9: 6 and 4 do not match"


def test_a_forgotten_flatten_is_the_fix_where_the_numbers_say_so() -> None:
    finding = only(diagnose_source(net("return self.out(x)", "self.out = nn.Linear(24, 3)"), shapes="2x4x6"))
    assert finding["fix"]["after"] == "return self.out(x.flatten(1))"


def test_a_view_of_memory_in_another_order_becomes_a_reshape() -> None:
    source = net("return (x * self.w).permute(0, 2, 1).view(2, 24)", W.format("2, 4, 6"))
    finding = only(diagnose_source(source, shapes="2x4x6"))
    assert finding["fix"]["after"] == "return (x * self.w).permute(0, 2, 1).reshape(2, 24)"


def test_an_equation_is_left_alone_where_axes_do_not_say_which_letter_is_which() -> None:
    finding = only(
        diagnosed(net("return torch.einsum('bhd,bhd->bh', x * self.p, y)", takes="x, y"), shapes="4x3x3; 3x3x4")
    )
    assert finding["fix"]["after"] is None


def test_a_factor_that_fits_transposed_is_transposed() -> None:
    finding = only(diagnose_source(net("return x @ self.w", W.format("3, 6")), shapes="4x6"))
    assert finding["fix"]["after"] == "return x @ self.w.transpose(-2, -1)"


def test_a_convolution_is_written_out_with_its_settings() -> None:
    source = net("return self.c(x)", "self.c = nn.Conv2d(16, 8, (3, 5), stride=2, padding=1, bias=False)")
    finding = only(diagnose_source(source, shapes="2x24x9x9"))
    assert finding["title"] == "c takes 16 channels, and gets 24"
    assert finding["fix"]["after"] == "nn.Conv2d(24, 8, (3, 5), stride=2, padding=1, bias=False)"


def test_channels_that_come_last_are_moved() -> None:
    finding = only(diagnose_source(net("return self.c(x)", "self.c = nn.Conv2d(3, 8, 3)"), shapes="2x9x9x3"))
    assert finding["fix"]["after"] == "return self.c(x.permute(0, 3, 1, 2))"


def test_a_view_tells_what_each_sample_holds() -> None:
    finding = only(diagnose_source(net("h = x * self.p; return h.view(-1, 20)"), shapes="3x4x6"))
    assert finding["message"] == "h is 3x4x6: 3 samples of 24 elements (4x6), and 20 is asked of each."
    assert finding["fix"]["after"] == "return h.flatten(1)"


def test_of_a_line_with_several_calls_the_join_alone_is_changed() -> None:
    line = "return torch.cat([x, F.interpolate(F.max_pool2d(x,2), scale_factor=2.0)], 1) * self.p"
    finding = only(diagnose_source(net(line), shapes="2x3x5x5"))
    resized = "F.interpolate(F.max_pool2d(x,2), size=x.shape[2:])"
    assert finding["fix"]["after"] == f"return torch.cat([x, {resized}], 1) * self.p"
    assert finding["fix"]["verified"] is True
    finding = only(diagnose_source(net("return torch.cat([x.sum(1, True), x * self.p], dim=0)"), shapes="2x3"))
    assert finding["fix"]["after"] == "return torch.cat([x.sum(1, True), x * self.p], dim=1)"


def test_what_was_computed_is_not_told_as_sent() -> None:
    source = net("h = self.a(x); return self.l(h)", "self.a = nn.Linear(4, 4); self.l = nn.Linear(6, 1)")
    assert only(diagnose_source(source, shapes="3x4"))["chain"][0].startswith("h became 3x4 in model.py line ")
    source = net("h = torch.relu(x); return self.l(h)", "self.l = nn.Linear(6, 1)")
    assert only(diagnose_source(source, shapes="3x4"))["chain"][0].startswith("h is 3x4, as was sent")


def test_of_two_joined_tensors_the_second_is_resized() -> None:
    source = net("d = F.avg_pool2d(x, 2); return torch.cat([x, d], dim=1) * self.p")
    finding = only(diagnose_source(source, shapes="1x3x8x8"))
    assert finding["fix"]["after"] == "return torch.cat([x, F.interpolate(d, size=x.shape[2:])], dim=1) * self.p"


def test_a_table_that_is_too_long_is_the_one_to_change() -> None:
    source = net("return x + self.w", W.format("1, 9, 8"))
    finding = only(diagnose_source(source, shapes="2x5x8"))
    assert finding["title"] == "x is 2x5x8 and w is 1x9x8: 5 does not stretch to 9"
    assert finding["fix"]["summary"].startswith("make w for 5")


def test_state_that_grows_is_refused_in_the_second_step() -> None:
    source = net(
        "h = torch.cat([self.h, x]); self.h = h.detach(); return self.w * h",
        W.format("4, 1") + "; self.h = torch.zeros(2, 3)",
    )
    document = diagnose_source(source, shapes="2x3")
    assert only(document)["code"] == "SHP706"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("4:int64[0,3)", None),
        ("5:int64[0,3)", "SHP713"),
        ("4", "TYP802"),
        ("4:int32", "TYP802"),
        ("4x3:int64", "TYP801"),
    ],
)
@pytest.mark.parametrize("passes", [("structure",), BOTH], ids=["structure", "numeric"])
def test_a_loss_that_the_request_names_refuses_its_target(
    target: str, code: str | None, passes: tuple[str, ...]
) -> None:
    document = diagnosed(net("return x * self.p"), passes, shapes="4x3", loss=f"cross_entropy:{target}")
    assert [f["code"] for f in raised(document)] == ([code] if code else [])
    assert all(f["location"]["op"] == "aten::cross_entropy_loss" for f in raised(document))
