"""Every culprit is put at the user's own line, through every call on the way, in the module whose code it is."""

from __future__ import annotations

import io
import zipfile

import pytest
from tests.engine.programs import FILE, PRELUDE, build

from whygrad.engine.observation import Frame, Node
from whygrad.engine.observe.stacks import is_library, line_in_source, read_stack
from whygrad.engine.observe.torchscript import TorchScriptProgram

FIRST_LINE = PRELUDE.count("\n") + 1

BLOCKS = """\
class Act(nn.Module):
    def forward(self, x):
        return F.relu(x)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)
        self.act = Act()

    def forward(self, x, deep: bool = True):
        if deep:
            y = self.inner(x)
        else:
            y = x
        return y

    def inner(self, x):
        return self.act(self.fc(x)) * 2


def scaled(x, by: float):
    return torch.mul(F.dropout(x, 0.5), by)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Sequential(nn.Linear(6, 6), Block())
        self.blocks = nn.ModuleList([Block(), Block()])
        self.named = nn.ModuleDict({"left": Block()})
        self.h = torch.zeros(1)
        self.register_buffer("mean", torch.zeros(1))

    def forward(self, x):
        x = self.first(x)
        for block in self.blocks:
            x = block(x)
        for name, block in self.named.items():
            x = block(x)
        x = F.relu(x) + F.relu(-x)
        with torch.no_grad():
            stop = x.sum()

            self.mean = stop
        frozen = x.data
        if frozen.sum() > 0:
            x = torch.sigmoid(x)
        self.h = x
        return scaled(x, 0.5)
"""

LINES = dict(enumerate((PRELUDE + BLOCKS).splitlines(), 1))


@pytest.fixture(scope="module")
def program() -> TorchScriptProgram:
    return TorchScriptProgram(build(BLOCKS))


def nodes(program: TorchScriptProgram, op: str, module: str | None = None) -> list[Node]:
    return [node for node in program.nodes if node.op == op and module in (None, node.module)]


def own(frames: tuple[Frame, ...]) -> list[str]:
    """The lines of the user's own frames."""
    return [frame.source or "" for frame in frames if not frame.library]


@pytest.mark.parametrize(
    ("module", "outer"),
    [
        ("first.1", ["x = self.first(x)"]),
        ("blocks.0", ["x = block(x)"]),
        ("blocks.1", ["x = block(x)"]),
        ("named.left", ["x = block(x)"]),
    ],
)
def test_paths_and_calls_through_containers(program: TorchScriptProgram, module: str, outer: list[str]) -> None:
    inner = [*outer, "y = self.inner(x)"]
    called = [*inner, "return self.act(self.fc(x)) * 2"]
    (linear,) = nodes(program, "aten::linear", f"{module}.fc")
    (relu,) = nodes(program, "aten::relu", f"{module}.act")
    (times,) = nodes(program, "aten::mul", module)
    assert own(program.stack(linear.id)) == called
    assert own(program.stack(relu.id)) == [*called, "return F.relu(x)"]
    assert own(program.stack(times.id)) == called


def test_every_frame_agrees_with_the_file(program: TorchScriptProgram) -> None:
    for node in program.nodes:
        for frame in program.stack(node.id):
            if not frame.library:
                assert frame.file.endswith(FILE)
                assert frame.source == LINES[frame.line].strip()
                assert all(LINES[number] == text for number, text in frame.context)


def test_column_is_where_the_culprit_begins(program: TorchScriptProgram) -> None:
    left, right = (program.stack(node.id)[0] for node in nodes(program, "aten::relu", ""))
    assert left.source == right.source == "x = F.relu(x) + F.relu(-x)"
    assert (left.offset, right.offset) == (4, 16)
    assert left.column == 8 + 4


def test_function_that_is_called_by_a_function(program: TorchScriptProgram) -> None:
    (dropout,) = nodes(program, "aten::dropout")
    assert own(program.stack(dropout.id)) == ["return scaled(x, 0.5)", "return torch.mul(F.dropout(x, 0.5), by)"]
    assert program.stack(dropout.id)[-1].library


@pytest.mark.parametrize(
    ("op", "line"),
    [
        ("prim::Enter", "with torch.no_grad():"),
        ("aten::sum", "stop = x.sum()"),
        ("prim::data", "frozen = x.data"),
        ("aten::sigmoid", "x = torch.sigmoid(x)"),
        ("prim::If", "if frozen.sum() > 0:"),
    ],
)
def test_line_of(program: TorchScriptProgram, op: str, line: str) -> None:
    assert line in [own(program.stack(node.id))[-1] for node in nodes(program, op) if own(program.stack(node.id))]


NUMBERS = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.alpha = 0.5
        self.fc = nn.Linear(6, 6)

    def forward(self, x, w: float = 2.0):
        eps = 0.25
        y = self.fc(x) - x
        z = self.alpha / y
        q = w * z
        if eps < w:
            q = eps - q
        a = (1e-3 / q).sum() + 3 * \\
            (1 - q)
        return (0.5 < a).T
"""


@pytest.mark.parametrize(
    ("op", "lines"),
    [
        ("aten::reciprocal", ["z = self.alpha / y", "a = (1e-3 / q).sum() + 3 * \\"]),
        ("aten::neg", ["q = eps - q", "(1 - q)"]),
        ("aten::gt", ["return (0.5 < a).T"]),
        ("aten::numpy_T", ["return (0.5 < a).T"]),
    ],
)
def test_line_of_what_torch_computes_by_code_of_its_own(op: str, lines: list[str]) -> None:
    program = TorchScriptProgram(build(NUMBERS))
    told = [program.stack(node.id)[-1].source for node in program.nodes if node.op == op]
    assert told == lines


WRITTEN = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def measured(self, y):
        each = torch.zeros(y.size(0))
        for i in range(y.size(0)):
            each[i] = float(y[i].norm())
        return each

    def forward(self, x):
        return {"loss": 0.5 * self.measured(self.fc(x))}
"""


def test_line_of_a_number_that_is_written_into_a_tensor() -> None:
    program = TorchScriptProgram(build(WRITTEN))
    (made,) = nodes(program, "aten::tensor")
    called = 'return {"loss": 0.5 * self.measured(self.fc(x))}'
    assert own(program.stack(made.id)) == [called, "each[i] = float(y[i].norm())"]


LISTED = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, x):
        rows: List[List[float]] = []
        for i in range(x.size(0)):
            row: List[float] = self.fc(x[i]).tolist()
            rows.append(row)
        return torch.tensor(rows)
"""


def test_line_of_numbers_that_are_listed() -> None:
    program = TorchScriptProgram(build(LISTED))
    (listed,) = nodes(program, "prim::tolist")
    assert own(program.stack(listed.id)) == ["row: List[float] = self.fc(x[i]).tolist()"]


def test_line_of_an_attribute_that_is_set(program: TorchScriptProgram) -> None:
    lines = {node.attribute: own(program.stack(node.id)) for node in nodes(program, "prim::SetAttr")}
    assert (lines["mean"], lines["h"]) == (["self.mean = stop"], ["self.h = x"])


def test_what_stands_under_no_grad(program: TorchScriptProgram) -> None:
    (region,) = nodes(program, "prim::Enter")
    inside = [node.op for node in program.nodes if region.id in node.regions]
    assert "aten::sum" in inside
    assert "prim::data" not in inside


def test_trace_tells_file_and_line_without_the_text() -> None:
    source = "class Net(nn.Module):\n    def forward(self, x):\n        return torch.sigmoid(x)\n"
    program = TorchScriptProgram(build(source, {"export": "trace 2x3"}))
    (sigmoid,) = nodes(program, "aten::sigmoid")
    (frame,) = [frame for frame in program.stack(sigmoid.id) if not frame.library]
    assert frame.file.endswith(FILE)
    assert (frame.line, frame.function, frame.source) == (FIRST_LINE + 2, "forward", None)


def test_trace_names_the_modules_it_went_through() -> None:
    source = (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.layers = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])\n\n"
        "    def forward(self, x):\n        for layer in self.layers:\n            x = layer(x)\n        return x\n"
    )
    program = TorchScriptProgram(build(source, {"export": "trace 2x3"}))
    linears = nodes(program, "aten::linear")
    assert [node.module for node in linears] == ["layers.0", "layers.1"]
    stack = program.stack(linears[1].id)
    assert [frame.line for frame in stack if not frame.library] == [FIRST_LINE + 7]
    assert any(frame.library for frame in stack)


MIXED = """\
class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, x):
        return self.fc(x).detach()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {inner}

    def forward(self, x):
        return torch.tanh(self.inner(x))
"""


@pytest.mark.parametrize(
    ("inner", "export", "lines"),
    [
        ("self.inner = torch.jit.trace(Inner(), torch.ones(4, 6), check_trace=False)", "script", [15, 6]),
        ("self.inner = torch.jit.script(Inner())", "trace 4x6", [6]),
    ],
)
def test_frames_of_a_program_half_compiled_half_traced(inner: str, export: str, lines: list[int]) -> None:
    program = TorchScriptProgram(build(MIXED.format(inner=inner), {"export": export}))
    (detach,) = (node.id for node in program.nodes if node.op == "aten::detach")
    frames = [f for f in program.stack(detach) if not f.library]
    assert [frame.line - FIRST_LINE for frame in frames] == lines
    assert not [line for frame in frames for _, line in frame.context if "(" in line and "): " in line]


def test_file_without_debug_records_still_has_its_operations() -> None:
    program = TorchScriptProgram(without_debug_records(build(BLOCKS)))
    (sigmoid,) = nodes(program, "aten::sigmoid")
    assert isinstance(program.stack(sigmoid.id), tuple)


def without_debug_records(upload: bytes) -> bytes:
    source, target = zipfile.ZipFile(io.BytesIO(upload)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            if not name.endswith(".debug_pkl"):
                out.writestr(name, source.read(name))
    return target.getvalue()


def test_message_without_a_listing_has_no_frames() -> None:
    assert read_stack("RuntimeError: something", {}) == ()
    assert read_stack("", {}) == ()


def test_library_is_what_torch_wrote() -> None:
    assert is_library("/usr/lib/python3/dist-packages/torch/nn/functional.py")
    assert is_library("/opt/env/lib/python3.11/site-packages/torch/nn/modules/linear.py")
    assert not is_library("/srv/train/torch_models/model.py")
    assert not is_library("model.py")


def test_nearest_matching_line_of_the_same_function() -> None:
    lines = {"m.py": {1: "def a(x):", 2: "    y = x.data", 3: "    return y", 4: "def b(x):", 5: "    z = x.data"}}
    near = Frame("m.py", 3, "a")
    found = line_in_source(lines, near, r"\.data\b")
    assert found is not None
    assert (found.line, found.source) == (2, "y = x.data")
    assert line_in_source(lines, near, r"\bnothing\b") is None
