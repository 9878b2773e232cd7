"""Operands of two types: whichever operation torch lets refuse them, one is converted, and the step runs then."""

from __future__ import annotations

import pytest
import torch
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source, imported
from tests.engine.rules.small import diagnosed, net, only, raised

from whygrad.engine.observe.inputs import Sampler
from whygrad.engine.shapes import parse_shapes

PRODUCTS = [
    ("torch.einsum('ij,jk->ik', x, self.w)", "6, 3", "4x6:float64"),
    ("torch.einsum('ij,jk->ik', x, self.w)", "6, 3", "4x6:int64"),
    ("torch.einsum('bhid,bhjd->bhij', self.w, x)", "2, 2, 3, 6", "2x2x3x6:float64"),
    ("torch.bmm(x, self.w)", "2, 6, 3", "2x4x6:float64"),
    ("torch.baddbmm(x, self.w, self.w.transpose(1, 2))", "2, 6, 3", "2x6x6:float64"),
    ("torch.baddbmm(self.w, x, x)", "2, 3, 3", "2x3x3:float64"),
    ("torch.addmm(x, self.w, self.w.t())", "6, 3", "6x6:float64"),
    ("torch.addmv(x, self.w, self.w[0])", "6, 3", "6:float64"),
    ("torch.tensordot(self.w, x, dims=1)", "3, 3", "3x3:float64"),
    ("torch.linalg.multi_dot([self.w, x])", "3, 3", "3x2:float64"),
    ("torch.linalg.vecdot(self.w, x)", "3, 3", "3x3:float64"),
    ("torch.cross(self.w, x, dim=1)", "3, 3", "3x3:float64"),
    ("torch.cdist(self.w, x)", "3, 3", "3x3:float64"),
    ("torch.matmul(x.to(torch.complex64), self.w).abs()", "3, 3", "3x3"),
    ("F.linear(self.w, self.w, x)", "4, 3", "4:float64"),
    ("F.bilinear(self.w, x, torch.randn(2, 3, 3))", "4, 3", "4x3:float64"),
    ("F.conv1d(x, self.w)", "4, 3, 2", "2x3x8:float64"),
    ("F.conv2d(self.w, torch.randn(4, 3, 2, 2), bias=x)", "4, 3, 8, 8", "4:float64"),
    ("F.scaled_dot_product_attention(self.w, x, x)", "1, 2, 3, 4", "1x2x3x4:float64"),
    ("F.scaled_dot_product_attention(self.w, self.w, self.w, attn_mask=x)", "1, 2, 3, 4", "3x3:float64"),
]
SOLVED = [
    ("torch.cholesky_solve(x, torch.linalg.cholesky(self.w @ self.w.t() + torch.eye(3)))", "3, 3", "3x2:float64"),
    ("torch.linalg.solve(self.w, x)", "3, 3", "3x2:float64"),
    ("torch.linalg.lstsq(self.w, x)[0]", "3, 3", "3x2:float64"),
    ("torch.linalg.householder_product(self.w, x)", "4, 3", "3:float64"),
    ("torch.triangular_solve(x, self.w)[0]", "3, 3", "3x2:float64"),
]
WRITTEN = [
    ("self.w.scatter(1, torch.zeros(4, 6).long(), x)", "4, 6", "4x6:float64"),
    ("self.w.scatter_add(1, torch.zeros(4, 6).long(), x)", "4, 6", "4x6:float64"),
    ("self.w.scatter_reduce(1, torch.zeros(4, 6).long(), x, 'sum')", "4, 6", "4x6:float64"),
    ("self.w.index_put((torch.tensor([0, 1]),), x)", "4, 6", "2x6:float64"),
    ("self.w.index_add(0, torch.tensor([0, 1]), x)", "4, 6", "2x6:float64"),
    ("self.w.index_copy(0, torch.tensor([0, 1]), x)", "4, 6", "2x6:float64"),
    ("self.w.index_reduce(0, torch.tensor([0, 1]), x, 'mean')", "4, 6", "2x6:float64"),
    ("self.w.masked_scatter(self.w > 0, x)", "4, 6", "4x6:float64"),
    ("torch.lerp(self.w, x, 0.5)", "4, 6", "4x6:float64"),
    ("torch.lerp(self.w, self.w * 2, x)", "4, 6", "4x6:float64"),
    ("torch.complex(self.w, x).abs()", "4, 3", "4x3:float64"),
    ("F.grid_sample(self.w, x)", "1, 2, 3, 3", "1x3x3x2:float64"),
    ("F.prelu(x, self.w)", "1", "3x3:float64"),
    ("F.group_norm(x, 2, self.w)", "4", "2x4x3:float64"),
    ("F.layer_norm(self.w, [3], None, x)", "4, 3", "3:float64"),
    (
        "F.embedding_bag(torch.arange(2), self.w, torch.arange(1), mode='sum', per_sample_weights=x)",
        "4, 3",
        "2:float64",
    ),
]
LOSSES = [
    ("F.cross_entropy(self.w, torch.arange(4), weight=x)", "4, 6", "6:float64"),
    ("F.nll_loss(F.log_softmax(self.w, 1), torch.arange(4), weight=x)", "4, 6", "6:float64"),
    ("F.multi_margin_loss(self.w, torch.arange(4), weight=x)", "4, 6", "6:float64"),
    ("F.binary_cross_entropy(self.w.sigmoid(), x.sigmoid())", "4, 6", "4x6:float64"),
    ("F.kl_div(self.w, x)", "4, 6", "4x6:int64"),
    ("F.huber_loss(self.w, x)", "4, 6", "4x6:float64"),
    ("F.huber_loss(self.w, x)", "4, 6", "4x6:int64"),
]
TAKEN = [
    ("torch.einsum('i,j->ij', self.w, x)", "3", "4:float64"),
    ("torch.addcmul(self.w, x, x)", "4, 6", "4x6:float64"),
    ("torch.where(self.w > 0, self.w, x)", "3, 3", "3x3:float64"),
    ("torch.cat([self.w, x])", "3, 3", "3x3:float64"),
    ("F.cross_entropy(self.w, x.softmax(1), weight=x[0])", "4, 6", "4x6:float64"),
    ("F.binary_cross_entropy(self.w.sigmoid(), x.sigmoid().float(), weight=x)", "4, 6", "4x6:float64"),
    ("F.huber_loss(self.w.detach(), x) + self.w.sum()", "4, 6", "4x6:float64"),
    ("F.smooth_l1_loss(self.w, x)", "4, 6", "4x6:float64"),
]


def _source(body: str, sizes: str) -> str:
    return net(f"return {body} + 0 * self.p", f"self.w = nn.Parameter(torch.randn({sizes}))")


def _step(source: str, shapes: str) -> None:
    with imported(source) as module:
        torch.manual_seed(0)
        result = module.Net()(*(Sampler(0, meta=False).value(entry) for entry in parse_shapes(shapes)))
        result.sum().backward()


@pytest.mark.parametrize(("body", "sizes", "shapes"), [*PRODUCTS, *SOLVED, *WRITTEN, *LOSSES])
def test_one_of_two_types_is_converted(body: str, sizes: str, shapes: str) -> None:
    source = _source(body, sizes)
    with pytest.raises(RuntimeError):
        _step(source, shapes)
    finding = only(diagnosed(source, shapes=shapes))
    assert (finding["code"], finding["fix"]["verified"]) == ("TYP801", True)
    assert "does not take" not in finding["title"]


@pytest.mark.parametrize("passes", [("structure",), ("structure", "numeric")], ids=["structure", "numeric"])
@pytest.mark.parametrize(("body", "sizes", "shapes"), TAKEN)
def test_two_types_that_torch_takes_are_no_fault(body: str, sizes: str, shapes: str, passes: tuple[str, ...]) -> None:
    _step(_source(body, sizes), shapes)
    assert raised(diagnosed(_source(body, sizes), passes, shapes=shapes)) == []


def test_numbers_beside_complex_ones_become_complex() -> None:
    fix = only(diagnosed(_source("torch.matmul(x.to(torch.complex64), self.w).abs()", "3, 3"), shapes="3x3"))["fix"]
    assert fix["summary"] == "convert it to complex64: self.w.to(torch.complex64)"


def test_what_was_sent_and_is_read_in_several_places_is_converted_before_them() -> None:
    source = net(
        "h = torch.einsum('ij,jk->ik', self.w, x).relu(); return h + self.l(x)",
        "self.l = nn.Linear(4, 4); self.w = nn.Parameter(torch.randn(6, 6))",
    )
    fix = only(diagnose_source(source, shapes="6x4:float64"))["fix"]
    assert fix["after"] == "x = x.float()\nh = torch.einsum('ij,jk->ik', self.w, x).relu()"
    assert unhealed(source, {"shapes": "6x4:float64"}) == []
    inline = net("return self.b(self.a(x)) * self.b(x)", "self.a = nn.Linear(4, 4); self.b = nn.Linear(4, 4)")
    fix = only(diagnose_source(inline, shapes="6x4:float64"))["fix"]
    assert fix["after"] == "x = x.float()\nreturn self.b(self.a(x)) * self.b(x)"
    assert unhealed(inline, {"shapes": "6x4:float64"}) == []


def test_every_operand_of_the_other_type_is_converted() -> None:
    state = net("return self.l(torch.randn(2, 4, 6), (x, x))[0]", "self.l = nn.LSTM(6, 3)")
    assert only(diagnosed(state, shapes="1x4x3:float64"))["fix"]["verified"]
    attention = _source("F.scaled_dot_product_attention(self.w, x.exp(), x.sin())", "1, 2, 3, 4")
    assert only(diagnosed(attention, shapes="1x2x3x4:float64"))["fix"]["verified"]


def test_a_weight_of_another_type_than_all_others_is_the_one_to_change() -> None:
    made = "self.w = nn.Parameter(torch.ones(4, 4, dtype=torch.float64)); self.l = nn.Linear(4, 2)"
    source = net("return self.l(x @ self.w)", made)
    fix = only(diagnosed(source, shapes="3x4"))["fix"]
    assert (fix["verified"], fix["after"]) == (True, "return self.l(x @ self.w.float())")
    assert fix["summary"].startswith("make w float32 where it is created")


def test_an_einsum_that_was_refused_is_stood_in_for_by_the_shape_of_its_equation() -> None:
    body = "h = torch.einsum('bij,bjk->bk', self.l(x), y); h = self.m(h); return h.view(5, 2, 2)"
    source = net(body, "self.l = nn.Linear(4, 6); self.m = nn.Linear(4, 4)", "x, y")
    document = diagnose_source(source, shapes="5x3x4; 5x7x4")
    assert [f["code"] for f in raised(document)] == ["SHP715"]
