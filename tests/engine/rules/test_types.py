"""Types, indices, arguments and batches that are refused: the same with and without numbers."""

from __future__ import annotations

import json

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import build, diagnose_source, examined
from tests.engine.rules.small import BOTH, diagnosed, net, only, raised, wanting

W = "self.w = nn.Parameter(torch.randn({}))"

TYPES = [
    ("return self.l(x)", "self.l = nn.Linear(6, 1)", "4x6:int64", "aten::linear"),
    ("return self.l(x)", "self.l = nn.Linear(6, 1)", "4x6:float64", "aten::linear"),
    ("return self.l(x)", "self.l = nn.Linear(6, 1)", "4x5:int64", "aten::linear"),
    ("return self.l(x)", "self.l = nn.Linear(6, 1).half()", "4x6", "aten::linear"),
    ("return self.l(x > 0)", "self.l = nn.Linear(6, 1)", "4x6", "aten::linear"),
    ("return x @ self.w", W.format("6, 3"), "4x6:int64", "aten::matmul"),
    ("return torch.bmm(x, self.w)", W.format("2, 6, 3"), "2x4x6:float64", "aten::bmm"),
    ("return self.c(x)", "self.c = nn.Conv2d(3, 4, 3)", "2x3x8x8:uint8", "aten::conv2d"),
    ("return self.c(x)", "self.c = nn.Conv2d(3, 4, 3)", "2x3x8x8:float64", "aten::conv2d"),
    ("return self.c(x)", "self.c = nn.ConvTranspose2d(3, 4, 3)", "2x3x8x8:float64", "aten::conv_transpose2d"),
    ("return self.b(x)", "self.b = nn.BatchNorm2d(3)", "2x3x8x8:float64", "aten::batch_norm"),
    ("return self.n(x)", "self.n = nn.LayerNorm(6)", "2x6:float64", "aten::layer_norm"),
    (
        "return F.cross_entropy(self.l(x), torch.arange(4) % 2, weight=self.c)",
        "self.l = nn.Linear(6, 2); self.register_buffer('c', torch.ones(2, dtype=torch.float64))",
        "4x6",
        "aten::cross_entropy_loss",
    ),
    ("return self.r(x)[0]", "self.r = nn.LSTM(6, 3)", "2x4x6:float64", "aten::lstm"),
    ("return self.a(x, x, x)[0]", "self.a = nn.MultiheadAttention(6, 2)", "2x4x6:float64", "aten::linear"),
    ("return x.mean() * self.p", "", "3:int64", "aten::mean"),
    ("return F.softmax(x, 1) * self.p", "", "2x3:int64", "aten::softmax"),
    ("return F.gelu(x) * self.p", "", "3:int64", "aten::gelu"),
    ("return x.std() * self.p", "", "3:int64", "aten::std"),
    ("h = x.long(); h += self.p; return h", "", "2x3", "aten::add_"),
    ("return F.binary_cross_entropy(x.sigmoid() * self.p, (x > 0).long())", "", "2x3", "aten::binary_cross_entropy"),
]

INDICES = [
    ("return self.e(x)", "self.e = nn.Embedding(5, 4)", "2x3", "aten::embedding"),
    ("return self.e(x)", "self.e = nn.Embedding(5, 4)", "2x3:int16", "aten::embedding"),
    ("return self.e(x)", "self.e = nn.Embedding(5, 4)", "2x3:bool", "aten::embedding"),
    ("return self.e(x)", "self.e = nn.EmbeddingBag(5, 4)", "2x3", "aten::embedding_bag"),
    ("return (x * self.p).gather(1, x)", "", "2x3", "aten::gather"),
    ("return (x * self.p)[x]", "", "2", "aten::index"),
    ("return (x * self.p).index_select(0, x)", "", "2", "aten::index_select"),
    ("return (x * self.p).scatter(1, x, 1.0)", "", "2x3", "aten::scatter"),
    ("return torch.take(x * self.p, x)", "", "2", "aten::take"),
    ("return F.one_hot(x, 4) * self.p", "", "3:int32", "aten::one_hot"),
    ("return (x * self.p).index_copy(0, torch.zeros(1, dtype=torch.int32), x[:1])", "", "3", "aten::index_copy"),
    ("return (x * self.p).masked_fill(x, 0.0)", "", "2x3", "aten::masked_fill"),
    ("return torch.where(x, x * self.p, x)", "", "2x3", "aten::where"),
    ("return F.cross_entropy(x * self.p, x[:, 0])", "", "2x3", "aten::cross_entropy_loss"),
    ("return F.cross_entropy(x * self.p, x[:, 0].int())", "", "2x3", "aten::cross_entropy_loss"),
    ("return F.nll_loss(x * self.p, x[:, 0])", "", "2x3", "aten::nll_loss_nd"),
]

FEW = [
    ("return self.b(x)", "self.b = nn.BatchNorm1d(3)", "1x3", "aten::batch_norm"),
    ("return self.b(x)", "self.b = nn.BatchNorm1d(3)", "1x3x1", "aten::batch_norm"),
    ("return self.b(x)", "self.b = nn.BatchNorm2d(3)", "1x3x1x1", "aten::batch_norm"),
    ("return self.b(x)", "self.b = nn.Sequential(nn.Linear(5, 3), nn.BatchNorm1d(3))", "1x5", "aten::batch_norm"),
    ("return self.i(x) * self.p", "self.i = nn.InstanceNorm2d(3)", "2x3x1x1", "aten::instance_norm"),
    ("return self.i(x)", "self.i = nn.InstanceNorm1d(3, affine=True)", "2x3x1", "aten::instance_norm"),
    ("return self.g(x)", "self.g = nn.GroupNorm(4, 4)", "1x4", "aten::group_norm"),
]

REFUSED = [(code, *case) for code, cases in (("TYP801", TYPES), ("TYP802", INDICES), ("TYP805", FEW)) for case in cases]


@pytest.mark.parametrize("passes", [("structure",), BOTH], ids=["structure", "numeric"])
@pytest.mark.parametrize(("code", "body", "init", "shapes", "op"), REFUSED)
def test_refused_types_have_one_cause(
    code: str, body: str, init: str, shapes: str, op: str, passes: tuple[str, ...]
) -> None:
    document = diagnosed(net(body, init), passes, shapes=shapes)
    finding = only(document)
    assert (finding["code"], finding["location"]["op"]) == (code, op)
    assert finding["location"]["source"] in body
    assert set(finding["parameters"]) == wanting(document)


TAKEN = [
    ("return self.e(x)", "self.e = nn.Embedding(5, 4)", "2x3:int32"),
    ("return self.n(x)", "self.n = nn.LayerNorm(6)", "2x6:bfloat16"),
    ("return F.mse_loss(x * self.p, x.double())", "", "2x3"),
    ("return F.cross_entropy(x * self.p, x.softmax(1))", "", "2x3"),
    ("return F.relu(x) * self.p", "", "3:int64"),
    ("return torch.where(x > 0, x * self.p, x.double())", "", "2x3"),
    ("return (x * self.p).gather(1, (x > 0).int())", "", "2x3"),
    ("return (x.double() * self.p).float() @ self.w", W.format("6, 3"), "4x6"),
    ("return self.b(x)", "self.b = nn.BatchNorm1d(3)", "2x3"),
]


@pytest.mark.parametrize("passes", [("structure",), BOTH], ids=["structure", "numeric"])
@pytest.mark.parametrize(("body", "init", "shapes"), TAKEN)
def test_what_torch_takes_is_not_refused(body: str, init: str, shapes: str, passes: tuple[str, ...]) -> None:
    assert raised(diagnosed(net(body, init), passes, shapes=shapes)) == []


def test_one_sample_is_enough_in_evaluation() -> None:
    source = net("return self.b(x)", "self.b = nn.BatchNorm1d(3)")
    assert raised(diagnose_source(source, shapes="1x3", mode="eval")) == []


def test_the_cast_is_put_into_the_line() -> None:
    finding = only(diagnose_source(net("return self.l(x)", "self.l = nn.Linear(6, 1)"), shapes="4x6:float64"))
    assert finding["title"] == "l is float32, and gets float64"
    assert finding["fix"]["after"] == "return self.l(x.float())"
    assert finding["chain"][0] == "x was sent as float64"


def test_the_operation_that_changed_the_type_is_in_the_chain() -> None:
    source = net("h = x.double(); h = torch.relu(h); return self.l(h)", "self.l = nn.Linear(6, 1)")
    finding = only(diagnose_source(source, shapes="4x6"))
    assert finding["chain"][0] == "h became float64 in model.py line 14"


def test_an_index_is_cast_to_integers() -> None:
    finding = only(diagnose_source(net("return self.e(ids)", "self.e = nn.Embedding(5, 4)", "ids"), shapes="2x3"))
    assert finding["fix"]["summary"] == "send it as 2x3:int64, whole numbers from 0 to 4"
    body = "i = (ids * 2).abs(); return self.e(i)"
    finding = only(diagnose_source(net(body, "self.e = nn.Embedding(9, 4)", "ids"), shapes="2x3"))
    assert finding["fix"]["after"] == "return self.e(i.long())"


ARGUMENTS = [
    ("return x * self.p", "x", "2x3; 2x3", "2 inputs were sent, and it takes 1"),
    ("return x * y * self.p", "x, y", "2x3", "nothing was sent for y"),
    ("return x * n * self.p", "x, n: int", "2x3; 2x3", "n takes an int, and a tensor was sent"),
    ("return x[0] * self.p", "x: List[torch.Tensor]", "2x3", "x takes List[Tensor], and a tensor was sent"),
]


@pytest.mark.parametrize(("body", "takes", "shapes", "misfit"), ARGUMENTS)
def test_inputs_are_held_against_the_signature(body: str, takes: str, shapes: str, misfit: str) -> None:
    document = diagnose_source(net(body, takes=takes), shapes=shapes)
    finding = only(document)
    assert finding["code"] == "TYP804"
    assert misfit in finding["title"]
    assert finding["location"]["op"] is None
    assert finding["location"]["source"] == f"def forward(self, {takes}):"
    assert finding["parameters"] == [p["name"] for p in document["parameters"]] == ["p"]


@pytest.mark.parametrize(
    ("body", "sent", "shown"),
    [
        ("return x * y * self.p", "2x3", "--input 2x3 --input 2x3"),
        ("return F.nll_loss((x * self.p).log_softmax(1), y)", "2x3", "--input 2x3 --input '2:int64[0,2)'"),
        ("return F.binary_cross_entropy_with_logits(x[:, :1] * self.p, y)", "2x3", "--input 2x3 --input 2x1"),
        ("return self.p * (x @ y.view(3, 7))", "2x3", "--input SHAPE_OF_X --input SHAPE_OF_Y"),
    ],
)
def test_the_command_that_would_fit_is_shown(body: str, sent: str, shown: str) -> None:
    """A shape for the input that is missing is told only if the step is sound with it; else it is left to be filled."""
    finding = only(diagnose_source(net(body, takes="x, y"), shapes=sent))
    assert finding["fix"]["after"] == f"whygrad check model.pt {shown}"
    assert finding["fix"]["verified"] == (None if "SHAPE" in shown else True)


def test_an_input_too_many_is_left_out() -> None:
    finding = only(diagnose_source(net("return x * self.p"), shapes="2x3; 2x3"))
    assert finding["fix"]["summary"] == "send 1 input: leave out what comes after x"
    assert finding["fix"]["verified"] is True


def test_tensors_are_sent_as_a_list_where_one_is_taken() -> None:
    source = net("return x[0][x[1]] * self.p", takes="x: List[torch.Tensor]")
    finding = only(diagnose_source(source, shapes="5x3; 2:int64[0,5)"))
    assert (finding["code"], finding["fix"]["verified"]) == ("TYP804", True)
    shown = json.loads(finding["fix"]["after"])
    assert shown == {"inputs": [[{"shape": [5, 3]}, {"shape": [2], "dtype": "int64", "high": 5}]]}
    assert examined(build(source), shown)[-1]["verdict"] == "healthy"


def test_what_is_no_tensor_where_one_was_sent_is_described() -> None:
    source = net("return x[0] * n * self.p", takes="x: List[torch.Tensor], n: int")
    fix = only(diagnose_source(source, shapes="2x3; 2x3; 2x3"))["fix"]
    assert fix["summary"].startswith("describe each input")
    assert examined(build(source), json.loads(fix["after"]))[-1]["verdict"] == "healthy"


def test_no_input_and_no_such_method() -> None:
    upload = build(net("return x * self.p"))
    for request, words in (({}, "no input was described"), ({"method": "predict"}, "no method 'predict'")):
        finding = only(examined(upload, request)[-1])
        assert finding["code"] == "TYP804"
        assert words in finding["title"]


@pytest.mark.parametrize("inputs", [[[1, 2]], [[[1]]]])
def test_what_only_the_call_refuses_is_an_argument_too(inputs: list[object]) -> None:
    upload = build(net("return x[0] * self.p", takes="x: List[torch.Tensor]"))
    assert only(examined(upload, {"inputs": inputs})[-1])["code"] == "TYP804"


def test_what_was_sent_in_another_type_may_be_sent_in_the_right_one() -> None:
    source = net("return self.l(x)", "self.l = nn.Linear(6, 1)")
    fix = only(diagnosed(source, shapes="4x6:float64"))["fix"]
    assert fix["summary"] == "send it as 4x6:float32, or convert it here: x.float()"
    made = net("return self.l(x.double())", "self.l = nn.Linear(6, 1)")
    assert only(diagnosed(made, shapes="4x6"))["fix"]["summary"] == "convert it to float32: x.double().float()"


SHARES = "return F.binary_cross_entropy(x.sigmoid() * self.p.sigmoid(), {})"


def test_a_target_that_was_drawn_is_not_the_programs_fault() -> None:
    source = net(SHARES.format("y"), takes="x, y")
    finding = diagnose_source(source, shapes="4x1; 4x1", loss="output")["findings"][0]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP713", True)
    assert "as it was drawn" in finding["title"]
    assert '"fill": "uniform"' in finding["fix"]["summary"]


def test_a_target_that_was_computed_is_the_programs() -> None:
    finding = diagnose_source(net(SHARES.format("x * 9")), shapes="4x1", loss="output")["findings"][0]
    assert (finding["code"], "drawn" in finding["title"] + finding["message"]) == ("SHP713", False)


def test_an_expression_is_converted_whole() -> None:
    source = net("return self.l(x.double() + x.double())", "self.l = nn.Linear(6, 1)")
    summary = only(diagnosed(source, shapes="4x6"))["fix"]["summary"]
    assert summary == "convert it to float32: (x.double() + x.double()).float()"
    index = net("t = x * self.p; return t[x.abs() * 0]")
    assert only(diagnosed(index, shapes="2"))["fix"]["summary"].endswith("or here: (x.abs() * 0).long()")


def test_what_has_no_name_is_converted_in_words() -> None:
    source = net("return self.e(x.abs() * 0)", "self.e = nn.Embedding(6, 1)")
    assert only(diagnosed(source, shapes="2x3"))["fix"]["summary"] == "convert it where it is made, or here"


def test_a_layer_called_like_its_operation_is_no_operand() -> None:
    source = net("return self.linear(x.double())", "self.linear = nn.Linear(6, 1)")
    fix = only(diagnosed(source, shapes="4x6"))["fix"]
    assert (fix["verified"], fix["after"]) == (True, "return self.linear(x.double().float())")
    assert unhealed(source, {"shapes": "4x6"}) == []


def test_a_type_is_put_right_where_it_came_in_and_with_it_all_that_follows() -> None:
    forward = "a = torch.softmax(y, -1); h = torch.matmul(a, self.l(x)); return torch.matmul(torch.exp(y), h)"
    found = only(diagnose_source(net(forward, "self.l = nn.Linear(4, 4)", "x, y"), shapes="2x3x4; 2x3x3:float64"))
    assert found["fix"]["summary"].startswith("send it as 2x3x3:float32, or convert it to float32 where it comes in")
    assert found["fix"]["after"] == "y = y.float()\na = torch.softmax(y, -1)"
    assert found["fix"]["verified"]


def test_a_table_that_lifts_what_it_is_added_to_is_converted_there() -> None:
    forward = "m = torch.zeros(3, 3); s = torch.bmm(self.l(x), x.transpose(1, 2)) + m; return torch.bmm(s.exp(), x)"
    source = net(forward, "self.l = nn.Linear(4, 4); self.to(torch.bfloat16)")
    found = only(diagnose_source(source, shapes="2x3x4:bfloat16"))
    assert found["fix"]["summary"].startswith("convert it to bfloat16 where it comes in: m.to(torch.bfloat16)")
    assert found["fix"]["verified"]


def test_more_samples_are_no_fix_where_each_is_normalised_by_itself() -> None:
    """Two samples pass torch's check of a group norm, and what it gives is still its bias alone."""
    source = net("return self.g(self.c(x)) * self.p", "self.c = nn.Conv2d(3, 6, 4); self.g = nn.GroupNorm(6, 6)")
    finding = diagnose_source(source, shapes="1x3x4x4", loss="mean")["findings"][0]
    assert (finding["code"], finding["location"]["op"]) == ("TYP805", "aten::group_norm")
    assert finding["fix"]["verified"] is True
    assert finding["fix"]["summary"].startswith("send 1x3x5x5 or more")
    assert "fewer groups" in finding["fix"]["summary"]


@pytest.mark.parametrize(
    "head", ["def mask(self, q, n: int):  # rows of noise", "def mask(self, q: torch.Tensor, n: int):"]
)
def test_a_new_tensor_is_made_where_its_own_function_has_one(head: str) -> None:
    source = f"""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    {head}
        return q + torch.zeros(n, device="cuda")

    def forward(self, x):
        return self.mask(self.fc(x), 6)
"""
    (finding,) = diagnose_source(source, shapes="4x6", loss="mean")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("TYP803", True)
    assert finding["fix"]["after"] == "return q + torch.zeros(n, device=q.device)"
