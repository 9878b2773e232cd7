"""A program of torch.export, written anew, does what it did, and still knows where its operations come from."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from tests.engine.exported.architectures import ALL
from tests.engine.programs import examined, imported

from whygrad.engine.observe.archive import judge
from whygrad.engine.observe.recorded import recorded_inputs
from whygrad.engine.observe.torchscript import TorchScriptProgram
from whygrad.engine.preflight.refusal import RefusedError

PROGRAM = "models/model.json"

SOURCE = """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(8, 8)

    def forward(self, x):
        return torch.relu(self.lin(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = Block()
        self.layers = nn.ModuleList([Block(), Block()])
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        h = self.enc(x)
        h = h.detach()
        for layer in self.layers:
            h = layer(h)
        h = self.layers[0](h)
        return self.head(h)
"""


def saved(model: torch.nn.Module, example: tuple[Any, ...], *, strict: bool = False, decomposed: bool = False) -> bytes:
    """What torch.export writes of a model."""
    program = torch.export.export(copy.deepcopy(model), example, strict=strict)
    file = io.BytesIO()
    torch.export.save(program.run_decompositions() if decomposed else program, file)
    return file.getvalue()


def of_source(source: str, example: tuple[Any, ...] = (torch.ones(4, 8),), **how: bool) -> bytes:
    with imported(source) as module:
        return saved(module.Net(), example, **how)


def changed(archive: bytes, record: str, change: Callable[[Any], Any]) -> bytes:
    """The archive with another content of one of its JSON records."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            held = source.read(name)
            if name.endswith(record):
                told = json.loads(held)
                held = json.dumps(change(told) or told).encode()
            out.writestr(name, held)
    return target.getvalue()


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


@pytest.mark.parametrize("strict", [False, True], ids=["", "strict"])
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
    assert stack == [("forward", "h = self.layers[0](h)"), ("forward", "return torch.relu(self.lin(x))")]
    assert program.modules()["layers.1.lin"] == "Linear"
    assert program.traced


def test_a_cut_is_told_with_its_line_and_healed() -> None:
    document = examined(of_source(SOURCE, strict=True), {})[-1]
    (finding,) = document["findings"]
    assert document["model"]["format"] == "torch.export"
    assert (finding["code"], finding["location"]["source"]) == ("CUT101", "h = h.detach()")
    assert finding["parameters"] == ["enc.lin.weight", "enc.lin.bias"]
    assert finding["fix"]["verified"] is True


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


def test_a_region_whose_line_is_not_kept_shows_no_line_to_take_away() -> None:
    finding = examined(of_source(QUIET), {})[-1]["findings"][0]
    assert finding["code"] == "CUT102"
    assert finding["title"].endswith("gradients are switched off around it")
    assert (finding["fix"]["before"], finding["fix"]["verified"]) == ("", True)


CHOICE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 4)

    def forward(self, x):
        return torch.cond(x.sum() > 0, lambda h: h + 1, lambda h: h - 1, (self.a(x),))
"""


def versioned(program: dict[str, Any]) -> None:
    program["schema_version"]["major"] = 9


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a choice": (lambda: of_source(CHOICE), "it holds 'cond', which chooses"),
    "inference": (lambda: of_source(SOURCE, decomposed=True), "which leaves out every detach"),
    "a newer schema": (lambda: changed(of_source(SOURCE), PROGRAM, versioned), "its schema has version '9'"),
    "no graph": (lambda: changed(of_source(SOURCE), PROGRAM, lambda told: {**told, "graph_module": 3}), "described"),
    "a list": (lambda: changed(of_source(SOURCE), PROGRAM, lambda told: [told]), "described"),
}


def pointed(entry: dict[str, Any]) -> None:
    for told in entry["config"].values():
        told["tensor_meta"]["sizes"] = [{"as_int": 1 << 40}]
        told["tensor_meta"]["strides"] = [{"as_int": 1}]


def lost(entry: dict[str, Any]) -> None:
    for told in entry["config"].values():
        told["path_name"] = "../../etc/passwd"


def called(target: str) -> Callable[[dict[str, Any]], None]:
    def change(program: dict[str, Any]) -> None:
        program["graph_module"]["graph"]["nodes"][0]["target"] = target

    return change


def renamed(program: dict[str, Any]) -> None:
    node = program["graph_module"]["graph"]["nodes"][0]
    node["outputs"][0]["as_tensor"]["name"] = "x = torch.save(0, 'f')\n    y"


REFUSED |= {
    "tensors beyond their numbers": (
        lambda: changed(of_source(SOURCE), "weights_config.json", pointed),
        "reaches beyond its storage",
    ),
    "numbers that are elsewhere": (lambda: changed(of_source(SOURCE), "weights_config.json", lost), "described"),
    "a call of Python": (lambda: changed(of_source(SOURCE), PROGRAM, called("os.system")), "'os.system'"),
    "an operation on files": (
        lambda: changed(of_source(SOURCE), PROGRAM, called("torch.ops.aten.from_file.default")),
        "reads and writes a file",
    ),
    "a name that is code": (lambda: changed(of_source(SOURCE), PROGRAM, renamed), "described"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_read_is_refused_with_the_reason(name: str) -> None:
    make, why = REFUSED[name]
    with pytest.raises(RefusedError, match=why):
        judge(make())
