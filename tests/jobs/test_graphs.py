from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from tests.engine.programs import build, request_of

from whygrad.engine.examine import examine
from whygrad.engine.graph.sketch import MOST_LINKS, MOST_OPERATIONS
from whygrad.engine.graph.tables import MOST_SCOPES
from whygrad.jobs.graphs import is_graph, packed, with_ending

SOURCE = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(5, 2)
    def forward(self, x):
        return self.b(torch.relu(self.a(x)))
"""
NOWHERE: dict[str, Any] = {"op": None, "scope": None, "related": [], "sizes": None}
TABLES = ("ops", "edges", "scopes")


@pytest.fixture(scope="module")
def graph() -> dict[str, Any]:
    """A real one, with a mismatch."""
    drawn: list[dict[str, Any]] = []
    examine(build(SOURCE), request_of({"shapes": "2x4"}), emit=lambda _document: None, draw=drawn.append)
    return drawn[-1]


def changed(graph: dict[str, Any], table: str, column: str, value: Any) -> dict[str, Any]:
    """The graph with the last value of a column replaced."""
    columns = dict(graph[table])
    columns[column] = [*columns[column][:-1], value]
    return graph | {table: columns}


def test_our_own_pass(graph: dict[str, Any]) -> None:
    assert is_graph(graph)
    assert graph["findings"][0]["sizes"]["given"] == 4


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("value", [-1, 10**6 + 0.5, "1", True, 2**60, [1]])
def test_every_column_holds_numbers_that_point_inside(graph: dict[str, Any], table: str, value: Any) -> None:
    for column in graph[table]:
        assert not is_graph(changed(graph, table, column, value)), (table, column)


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"schema": "1"},
        {"states": ["flows"]},
        {"texts": [1]},
        {"tensors": [{"shape": "2x4", "dtype": "float32"}]},
        {"stopped": 10**6},
        {"findings": [{}]},
        {"findings": [NOWHERE | {"op": 10**6}]},
        {"findings": [NOWHERE | {"scope": 10**6}]},
        {"findings": [NOWHERE | {"related": [{"label": 0, "op": 10**6}]}]},
        {"findings": [NOWHERE | {"sizes": {"given": "<b>"}}]},
        {"findings": [{"op": 0, "scope": None, "related": []}]},
        {"findings": [NOWHERE] * 301},
        {"findings": [NOWHERE | {"related": [{"label": 0, "op": 0}] * 9}]},
    ],
)
def test_forged_ones_do_not(graph: dict[str, Any], forged: dict[str, Any]) -> None:
    assert not is_graph(graph | forged if forged else {})


def test_columns_of_different_lengths_do_not(graph: dict[str, Any]) -> None:
    for table in TABLES:
        columns = {
            name: column[:-1] if name == "gradient" or name == "type" else column
            for name, column in graph[table].items()
        }
        assert not is_graph(graph | {table: columns})


def test_a_module_lies_in_an_earlier_one(graph: dict[str, Any]) -> None:
    for parents in ([0], [None, 1], [None, 0, 2]):
        columns = {name: [0] * len(parents) for name in graph["scopes"]} | {"parent": parents}
        assert not is_graph(graph | {"scopes": columns})


def test_only_so_many_lie_in_one_another(graph: dict[str, Any]) -> None:
    for deepest, passes in ((64, True), (65, False)):
        columns = {name: [0] * (deepest + 1) for name in graph["scopes"]} | {"parent": [None, *range(deepest)]}
        assert is_graph(graph | {"scopes": columns, "findings": [NOWHERE]}) is passes


def test_what_is_packed_is_spelt_and_holds_nothing_else(graph: dict[str, Any]) -> None:
    told = json.loads(gzip.decompress(packed(graph | {"texts": ["\x1b[2J", "a" * 999], "more": "of it"})))
    assert told["texts"] == ["\\x1b[2J", "a" * 127 + "…"]
    assert "more" not in told
    assert packed(graph) == packed(graph)


def test_a_run_that_was_ended_has_its_place(graph: dict[str, Any]) -> None:
    node = graph["ops"]["node"][1]
    ended = with_ending(graph, 1, node)
    assert [found["op"] for found in ended["findings"]][1:] == [1]
    assert with_ending(graph, 3, 10**6)["findings"][3]["op"] is None
    assert is_graph(ended)


def test_the_largest_is_under_a_megabyte() -> None:
    """Every list at its bound, with the longest numbers that can stand in it."""
    row = {"node": 99_999, "name": 9_999, "label": 99_999, "scope": 9_999, "gradient": 7, "times": 200_000}
    edge = {"from": 9_999, "to": 9_999, "role": 9_999, "tensor": 9_999, "gradient": 7}
    scope = {"name": 99_999, "type": 9_999, "parent": 9_999, "call": 9_999}
    sizes = [(row, MOST_OPERATIONS), (edge, MOST_LINKS), (scope, MOST_SCOPES)]
    assert (
        sum(len(f"{value},") for columns, count in sizes for value in columns.values() for _ in range(count)) < 800_000
    )
