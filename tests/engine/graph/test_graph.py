"""What is drawn of real programs, through the door of the engine: operations, edges, gradients, places of findings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from tests.engine.programs import build

from whygrad.engine.examine import examine
from whygrad.jobs.graphs import is_graph


@dataclass
class Drawn:
    """A graph, read back by names."""

    graph: dict[str, Any]
    codes: list[str]

    def text(self, number: int) -> str:
        return str(self.graph["texts"][number])

    @property
    def ops(self) -> list[str]:
        return [self.text(n).removeprefix("aten::") for n in self.graph["ops"]["name"]]

    def states(self) -> dict[str, str]:
        """The state of each operation, by its place and name."""
        found = self.graph["ops"]["gradient"]
        return {f"{i} {op}": self.graph["states"][found[i]] for i, op in enumerate(self.ops)}

    def edges(self) -> list[tuple[str, str, str]]:
        """From, to, and state."""
        table = self.graph["edges"]
        rows = zip(table["from"], table["to"], table["gradient"], strict=True)
        return [(self.ops[a], self.ops[b], self.graph["states"][s]) for a, b, s in rows]

    def shape(self, source: str, target: str) -> list[int] | None:
        for place, (a, b, _) in enumerate(self.edges()):
            if (a, b) == (source, target):
                number = self.graph["edges"]["tensor"][place]
                return None if number is None else list(self.graph["tensors"][number]["shape"])
        raise AssertionError(f"no edge from {source} to {target}")

    def path(self, op: int) -> str:
        """The modules around an operation, a second call of one marked so."""
        scopes, number, names = self.graph["scopes"], self.graph["ops"]["scope"][op], []
        while number:
            call = scopes["call"][number]
            names.append(self.text(scopes["name"][number]) + (f" (call {call})" if call > 1 else ""))
            number = scopes["parent"][number]
        return ".".join(reversed(names))

    def mark(self, code: str) -> dict[str, Any]:
        return dict(self.graph["findings"][self.codes.index(code)])


def drawn(source: str, export: str = "script", **request: Any) -> Drawn:
    """The last graph that an examination draws."""
    documents: list[dict[str, Any]] = []
    graphs: list[dict[str, Any]] = []
    program = build(source, {"export": export})
    request = {"inputs": [{"shape": [2, 4]}]} | request
    examine(program, request, emit=documents.append, draw=graphs.append)
    graph = json.loads(json.dumps(graphs[-1], allow_nan=False))
    assert is_graph(graph)
    return Drawn(graph, [finding["code"] for finding in documents[-1]["findings"]])


def net(forward: str, **layers: str) -> str:
    made = "\n".join(f"        self.{name} = {layer}" for name, layer in layers.items())
    body = "\n".join(f"        {line}" for line in forward.splitlines())
    head = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()"
    return f"{head}\n{made}\n    def forward(self, x):\n{body}\n"


TWO: Mapping[str, str] = {"a": "nn.Linear(4, 4)", "b": "nn.Linear(4, 2)"}


def test_a_healthy_program_flows_from_the_loss_to_its_first_parameter() -> None:
    seen = drawn(net("return self.b(torch.relu(self.a(x)))", **TWO))
    assert seen.ops == ["input", "linear", "relu", "linear", "output", "loss"]
    assert set(seen.states().values()) == {"data", "flows"}
    assert seen.states()["0 input"] == "data"
    assert seen.shape("relu", "linear") == [2, 4]
    assert [seen.path(op) for op in (1, 2, 3)] == ["a", "", "b"]
    assert seen.graph["findings"] == []


def test_a_cut_is_one_edge_and_what_it_starves_is_told_apart() -> None:
    seen = drawn(net("h = torch.relu(self.a(x)).detach()\nreturn self.b(h)", **TWO))
    assert seen.edges() == [
        ("input", "linear", "data"),
        ("linear", "relu", "none"),
        ("relu", "detach", "none"),
        ("detach", "linear", "cut"),
        ("linear", "output", "flows"),
        ("output", "loss", "flows"),
    ]
    assert seen.states()["3 detach"] == "cut"
    assert seen.mark("CUT101")["op"] == 3


def test_without_gradients_the_cut_is_where_the_finding_stands_and_where_results_leave() -> None:
    three = dict.fromkeys("abc", "nn.Linear(4, 4)")
    seen = drawn(
        net("h = self.a(x)\nwith torch.no_grad():\n    h = torch.relu(self.b(h)) * 2\nreturn self.c(h)", **three)
    )
    assert list(seen.states().values())[1:6] == ["none", "cut", "none", "cut", "flows"]
    assert seen.mark("CUT102")["op"] == 2
    assert [edge for edge in seen.edges() if edge[2] == "cut"] == [("mul", "linear", "cut")]
    seen = drawn(net("with torch.no_grad():\n    return self.c(torch.relu(self.b(self.a(x))))", **three))
    assert list(seen.states().values())[1:5] == ["cut", "none", "none", "cut"]
    assert [edge for edge in seen.edges() if edge[2] == "cut"] == [("linear", "output", "cut")]
    seen = drawn(net("with torch.no_grad():\n    s = self.a(x).abs().sum().item()\nreturn self.b(x) * s", **three))
    assert [edge for edge in seen.edges() if edge[2] == "cut"] == [("item", "mul", "cut")]


def test_numbers_that_were_taken_out_lead_to_where_they_go_on() -> None:
    seen = drawn(net("s = self.a(x).sum().item()\nreturn self.b(x) * torch.tensor(s)", **TWO))
    assert ("item", "tensor", "cut") in seen.edges()
    assert seen.shape("item", "tensor") is None


def test_both_sides_of_an_in_place_fault_are_operations() -> None:
    seen = drawn(net("h = torch.sigmoid(self.a(x))\nh += 1\nreturn self.b(h)", **TWO))
    mark = seen.mark("IPL301")
    assert seen.ops[mark["op"]] == "add_"
    related = [(seen.text(each["label"]), seen.ops[each["op"]]) for each in mark["related"]]
    assert related == [("saved here", "sigmoid"), ("changed here", "add_")]
    assert ("sigmoid", "add_", "not-run") in seen.edges()
    assert ("add_", "linear", "not-run") in seen.edges()


@pytest.mark.parametrize(
    ("forward", "layers", "sizes"),
    [
        ("return self.b(x)", {"b": "nn.Linear(5, 2)"}, (4, 5, "features")),
        ("return self.b(x[:, :, None])", {"b": "nn.Conv1d(3, 2, 1)"}, (4, 3, "channels")),
        ("return x + self.b[:3].sum() * torch.ones(2, 3)", {"b": "nn.Parameter(torch.ones(4))"}, (4, 3, "size")),
        ("return self.b(x).view(3, 3)", {"b": "nn.Linear(4, 2)"}, (4, 9, "elements")),
        ("return torch.cat([self.b(x), x], 0)", {"b": "nn.Linear(4, 2)"}, (4, 2, "size")),
    ],
)
def test_the_two_numbers_that_differ(forward: str, layers: dict[str, str], sizes: tuple[int, int, str]) -> None:
    seen = drawn(net(forward, **layers))
    found = seen.graph["findings"][0]["sizes"]
    assert (found["given"], found["taken"], found["of"]) == sizes


def test_where_the_forward_stopped_the_rest_is_drawn_as_not_run() -> None:
    layers = {"a": "nn.Linear(5, 4)", "b": "nn.Linear(4, 2)"}
    seen = drawn(
        net("h = torch.relu(x)\ny = self.a(h)\nz = torch.tanh(y)\nreturn self.b(torch.stack([z, z]))", **layers)
    )
    stopped = seen.graph["stopped"]
    assert seen.ops[stopped] == "linear"
    assert [op for op, times in zip(seen.ops, seen.graph["ops"]["times"], strict=True) if not times] == [
        "tanh",
        "stack",
        "linear",
    ]
    assert ("tanh", "stack", "not-run") in seen.edges()


def test_a_module_called_twice_is_two_scopes() -> None:
    seen = drawn(net("return self.b(self.a(self.a(x)))", **TWO))
    assert [seen.path(op) for op in (1, 2, 3)] == ["a", "a (call 2)", "b"]


def test_a_loop_is_counted() -> None:
    seen = drawn(net("for i in range(5):\n    x = torch.tanh(x)\nreturn self.a(x)", **TWO))
    assert seen.ops.count("tanh") == 1
    assert seen.graph["ops"]["times"][seen.ops.index("tanh")] == 5
    assert ("tanh", "tanh", "data") in seen.edges()


def test_what_is_written_is_read_from_the_last_writer_of_its_memory() -> None:
    seen = drawn(net("h = self.a(x) * 1\nh[0] = 0.5\nreturn self.b(h)", **TWO))
    writer = next(op for op in ("copy_", "fill_") if op in seen.ops)
    assert (writer, "linear", "flows") in seen.edges()


def test_a_frozen_layer_is_frozen_until_one_that_trains() -> None:
    source = net("return self.b(torch.relu(self.a(x)))", a="nn.Linear(4, 4).requires_grad_(False)", b="nn.Linear(4, 2)")
    seen = drawn(source)
    assert [seen.states()[key] for key in ("1 linear", "2 relu", "3 linear")] == ["frozen", "frozen", "flows"]


def test_zero_and_not_finite_are_told_where_they_were_felt() -> None:
    dead = drawn(net("return self.b(torch.relu(self.a(x) - 1e4))", **TWO))
    assert dead.states()["1 linear"] == "zero"
    spoilt = drawn(net("return self.b(torch.sqrt(torch.relu(self.a(x) - 1e4)))", **TWO))
    assert "non-finite" in spoilt.states().values()


def test_a_trace_is_drawn_like_a_script() -> None:
    source = net("return self.b(torch.relu(self.a(x)).detach())", **TWO)
    traced, scripted = drawn(source, "trace 2x4"), drawn(source)
    assert traced.ops == scripted.ops
    assert traced.edges() == scripted.edges()
    assert traced.path(1) == "a"


def test_an_unused_parameter_is_found_at_its_module() -> None:
    seen = drawn(net("return self.a(x) + (self.b(x).sum() if x.shape[0] > 99 else x.sum())", **TWO))
    mark = seen.mark("PAR203")
    assert mark["op"] is None
    assert seen.text(seen.graph["scopes"]["name"][mark["scope"]]) == "b"


def test_inputs_have_their_names_and_outputs_their_numbers() -> None:
    seen = drawn(net("return self.a(x), self.b(x)", **TWO))
    labels = dict(zip(range(9), map(seen.text, seen.graph["ops"]["label"]), strict=False))
    assert labels[seen.ops.index("input")] == "x"
    assert [labels[i] for i, op in enumerate(seen.ops) if op == "output"] == ["0", "1"]


def test_nothing_is_drawn_where_nobody_wants_it_and_hostile_names_are_spelt() -> None:
    program = build(net("return self.a(x)", **TWO))
    examine(program, {"inputs": [{"shape": [2, 4]}]}, emit=lambda _document: None)
    long = f"m{'x' * 200}"
    seen = drawn(net(f"return self.{long}(x)", **{long: "nn.Linear(4, 2)"}))
    assert max(map(len, seen.graph["texts"])) <= 128
