"""A program of torch.export, written anew, does what it did, and still knows where its operations come from."""

from __future__ import annotations

import copy
import io
import math
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from tests.engine.exported.architectures import ALL
from tests.engine.exported.exporting import PROGRAM, SOURCE, called, changed, of_source, saved
from tests.engine.programs import examined
from torch._export.serde import serialize

from whygrad.engine.exported.steps import OF_NUMBERS
from whygrad.engine.observe.archive import judge
from whygrad.engine.observe.recorded import recorded_inputs
from whygrad.engine.observe.torchscript import TorchScriptProgram


def leaves(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves(each)


def stepped(model: torch.nn.Module, example: tuple[Any, ...]) -> tuple[list[torch.Tensor], dict[str, Any]]:
    """What a model gives, and the gradient of each parameter."""
    torch.manual_seed(0)
    given = list(leaves(model(*example)))
    sum((g.sum() * n for n, g in enumerate(given, 1) if g.requires_grad), torch.zeros(())).backward()
    return given, {name: p.grad for name, p in model.named_parameters(remove_duplicate=False)}


@pytest.mark.parametrize("strict", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["", "strict"])
@pytest.mark.parametrize("name", ALL)
def test_it_computes_what_the_model_does(name: str, strict: bool) -> None:
    model, example = ALL[name]
    written = judge(saved(model, example, strict=strict))
    assert written.format == "torch.export"
    loaded = torch.jit.load(io.BytesIO(written.data))  # type: ignore[no-untyped-call]
    given, gradients = stepped(copy.deepcopy(model), example)
    again, found = stepped(loaded, tuple(t for t in leaves(example)))
    assert len(given) == len(again)
    for one, other in zip(given, again, strict=True):
        torch.testing.assert_close(one, other)
    assert found.keys() == gradients.keys() or strict  # which drops second names, and what is not used
    for parameter, gradient in found.items():
        torch.testing.assert_close(gradient, gradients[parameter], rtol=1e-4, atol=1e-5)


def test_operations_know_their_module_and_every_line_that_led_there() -> None:
    program = TorchScriptProgram(judge(of_source(SOURCE)).data, exported=True)
    linears = [node for node in program.nodes if node.op == "aten::linear"]
    assert [node.module for node in linears] == ["enc.lin", "layers.0.lin", "layers.1.lin", "layers.0.lin", "head"]
    stack = [(f.function, f.source) for f in program.stack(linears[3].id) if not f.library]
    assert stack == [
        ("forward", "for _ in range(1): h = self.layers[0](h)"),
        ("forward", "return torch.relu(self.lin(x))"),
    ]
    assert program.modules()["layers.1.lin"] == "Linear"
    assert program.traced


def test_a_cut_is_told_with_its_line_and_healed() -> None:
    document = examined(of_source(SOURCE, strict=True), {})[-1]
    (finding,) = document["findings"]
    assert document["model"]["format"] == "torch.export"
    assert (finding["code"], finding["location"]["source"]) == ("CUT101", "h = h.detach()")
    assert finding["parameters"] == ["enc.lin.weight", "enc.lin.bias"]
    assert finding["fix"]["verified"] is True
    assert [done["name"] for done in document["passes"] if done["ran"]] == ["structure", "numeric"]


def test_sizes_that_may_change_are_computed_from_the_inputs() -> None:
    class Sizes(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = torch.nn.Linear(4, 4)

        def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            n, m = x.shape[0], y.shape[0]
            k = torch.sym_max(n, m) - torch.sym_min(n, m) * (n // 2) + torch.sym_int(torch.sym_float(n) / m)
            return self.a(x).sum() * k * torch.sym_sqrt(n) * torch.sym_ite(n > m, n, m) + y.sum()

    example, sizes = (torch.randn(6, 4), torch.randn(9, 4)), {0: torch.export.Dim.DYNAMIC}
    archive = judge(saved(Sizes(), example, dynamic_shapes=(sizes, sizes)))
    assert [entry["shape"] for entry in recorded_inputs(archive, "forward") or ()] == [[6, 4], [9, 4]]
    model, written = Sizes(), torch.jit.load(io.BytesIO(archive.data))  # type: ignore[no-untyped-call]
    model.load_state_dict(written.state_dict())
    other = (torch.randn(5, 4), torch.randn(3, 4))
    torch.testing.assert_close(written(*other), model(*other))


def test_all_that_an_export_may_compute_with_numbers_is_read() -> None:
    written = {*serialize._SYM_OPS}
    assert {f"{operation.__module__}.{operation.__name__}" for operation in written} == OF_NUMBERS.keys()


def test_a_number_that_is_taken_out_and_cut_short_is_computed() -> None:
    class Cut(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = torch.nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.a(x) * math.trunc(x.sum().item())

    model, x = Cut(), torch.full((2, 4), 0.7)
    written = torch.jit.load(io.BytesIO(judge(saved(model, (x,))).data))  # type: ignore[no-untyped-call]
    torch.testing.assert_close(written(x), model(x))


def test_heads_that_come_out_of_the_batch_are_no_swapped_axes() -> None:
    attention, x = torch.nn.MultiheadAttention(4, 2), torch.randn(3, 2, 4)
    assert examined(saved(attention, (x, x, x)), {})[-1]["verdict"] == "healthy"


def test_an_operation_of_another_library_is_told_as_such() -> None:
    archive = changed(of_source(SOURCE), PROGRAM, called("torch.ops.mine.twice.default"))
    (finding,) = examined(archive, {})[-1]["findings"]
    assert (finding["code"], "calls 'mine::twice'" in finding["message"]) == ("FMT903", True)


def test_the_example_gives_the_shapes() -> None:
    class Bag(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = torch.nn.Embedding(9, 4)

        def forward(self, batch: dict[str, torch.Tensor], double: bool, other: torch.Tensor) -> torch.Tensor:
            return self.embed(batch["ids"]).sum(1) * (2 if double else 1) + other

    example = ({"ids": torch.tensor([[3, 7]])}, True, torch.ones(1, 4, dtype=torch.float64))
    archive = judge(saved(Bag(), example))
    assert recorded_inputs(archive, "forward") == [
        {"shape": [1, 2], "dtype": "int64", "low": 3, "high": 8},
        {"shape": [1, 4], "dtype": "float64"},
    ]


NAMED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict({"größe": nn.Linear(8, 3), 'a"': nn.Linear(8, 3)})

    def forward(self, x):
        return {"höhe": self.layers["größe"](x), "b": self.layers['a"'](x)}
"""


def test_names_of_any_letters_are_kept() -> None:
    program = TorchScriptProgram(judge(of_source(NAMED)).data, exported=True)
    assert {node.module for node in program.nodes if node.op == "aten::linear"} == {"layers.größe", 'layers.a"'}


KEPT = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(8, 6)
        self.register_buffer("h", torch.zeros(4, 6))
        self.register_buffer("c", torch.zeros(4, 6))

    def forward(self, x):
        h, c = self.cell(x, (self.h, self.c))
        self.h = h{0}
        self.c = c{0}
        return h
"""


def test_what_is_assigned_to_a_buffer_is_no_write_into_it() -> None:
    kept, detached = (of_source(KEPT.replace("{0}", end)) for end in ("", ".detach()"))
    assert examined(detached, {})[-1]["verdict"] == "healthy"
    assert examined(kept, {})[-1]["findings"][0]["code"] == "BWD403"


QUIET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(8, 4), nn.Linear(4, 2)

    def forward(self, x):
        with torch.no_grad():
            h = self.a(x)
        return self.b(h)
"""


@pytest.mark.parametrize("layer", ["a", "grad_scaled"])
def test_a_region_whose_line_is_not_kept_shows_no_line_to_take_away(layer: str) -> None:
    source = QUIET.replace("self.a", f"self.{layer}")
    finding = examined(of_source(source), {})[-1]["findings"][0]
    assert finding["code"] == "CUT102"
    assert finding["title"].endswith("gradients are switched off around it")
    assert (finding["fix"]["before"], finding["fix"]["verified"]) == ("", True)
