"""Graphs on their way from the sandbox to whoever looks: held against their shape, spelt out, packed.

A program that took its process over can send any JSON. What goes on from here is columns of one length, whose numbers
lie inside the tables that they point into, and scopes that lie in earlier ones, not too many in one another: whoever
draws them goes down from each to the next, and counts all that is in it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from types import NoneType
from typing import Any

from whygrad.engine.graph.document import MOST_FINDINGS, MOST_RELATED
from whygrad.engine.graph.sketch import MOST_LINKS, MOST_OPERATIONS
from whygrad.engine.graph.tables import LONGEST_NAME, MOST_SCOPES
from whygrad.engine.spelling import plain, spelt
from whygrad.engine.states import STATES
from whygrad.jobs.wellformed import COUNT, TEXT, Shape, fits

Graph = dict[str, Any]

MOST_NESTED = 64
"""Scopes in one another. No network is as deep as that."""

COLUMN: Shape = [COUNT]
SIZES: Shape = {"given": int, "taken": int, "of": str, "role": str, "against": TEXT}
RELATED: Shape = {"label": int, "op": int}
MARK: Shape = {"op": COUNT, "scope": COUNT, "related": [RELATED], "sizes": (SIZES, NoneType)}
GRAPH: dict[str, Shape] = {
    "schema": int,
    "pass": TEXT,
    "ops": dict.fromkeys(("node", "name", "label", "scope", "gradient", "times"), COLUMN),
    "edges": dict.fromkeys(("from", "to", "role", "tensor", "gradient"), COLUMN),
    "findings": [MARK],
    "stopped": COUNT,
    "scopes": dict.fromkeys(("name", "type", "parent", "call"), COLUMN),
    "tensors": [{"shape": [int], "dtype": str}],
    "texts": [str],
    "states": [str],
    "ops_total": int,
}


def is_graph(graph: Graph) -> bool:
    """True where every field is there, of its type, and points at something that is there too."""
    return (
        fits(graph, GRAPH)
        and graph["states"] == list(STATES)
        and _is_bounded(graph)
        and _points_inside(graph)
        and _nested(graph["scopes"]["parent"]) <= MOST_NESTED
    )


def with_ending(graph: Graph, finding: int, node: int | None) -> Graph:
    """The graph with the place of one more finding: of the run that was ended in a node."""
    nodes = graph["ops"]["node"]
    op = nodes.index(node) if node in nodes and node is not None else None
    found = [*graph["findings"], *(dict(_NOWHERE) for _ in range(finding - len(graph["findings"])))][:finding]
    return graph | {"findings": [*found, _NOWHERE | {"op": op}], "stopped": op}


def packed(graph: Graph) -> bytes:
    """The graph as JSON under gzip, every text in it spelt out."""
    told = {name: graph[name] for name in GRAPH}
    told |= {name: plain(graph[name]) for name in ("pass", "tensors", "findings")}
    told["texts"] = [spelt(text, LONGEST_NAME) for text in graph["texts"]]
    text = json.dumps(told, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=5, mtime=0)


_NOWHERE: Graph = {"op": None, "scope": None, "related": [], "sizes": None}


def _is_bounded(graph: Graph) -> bool:
    ops, edges, scopes, findings = graph["ops"], graph["edges"], graph["scopes"], graph["findings"]
    return (
        all(len({len(column) for column in table.values()}) == 1 for table in (ops, edges, scopes))
        and len(ops["node"]) <= 2 * MOST_OPERATIONS
        and len(edges["from"]) <= MOST_LINKS
        and len(scopes["name"]) <= MOST_SCOPES
        and len(findings) <= MOST_FINDINGS
        and all(len(found["related"]) <= MOST_RELATED for found in findings)
    )


def _points_inside(graph: Graph) -> bool:
    ops, edges, scopes, findings = graph["ops"], graph["edges"], graph["scopes"], graph["findings"]
    operations, texts, modules = len(ops["node"]), len(graph["texts"]), len(scopes["name"])
    related = [each for found in findings for each in found["related"]]
    return (
        all(_inside(ops[name], texts) for name in ("name", "label"))
        and _inside(ops["scope"], modules)
        and all(_inside(edges[name], operations) for name in ("from", "to"))
        and _inside(edges["role"], texts)
        and _inside([t for t in edges["tensor"] if t is not None], len(graph["tensors"]))
        and all(_inside(table["gradient"], len(STATES)) for table in (ops, edges))
        and all(_inside(scopes[name], texts) for name in ("name", "type"))
        and scopes["parent"][:1] == [None]
        and all(_inside([parent], place) for place, parent in enumerate(scopes["parent"]) if place)
        and _inside([*ops["times"], *scopes["call"]], 2**53)
        and _inside([n for n in ops["node"] if n is not None], 2**53)
        and _inside([found["op"] for found in findings if found["op"] is not None], operations)
        and _inside([found["scope"] for found in findings if found["scope"] is not None], modules)
        and _inside([each["op"] for each in related], operations)
        and _inside([each["label"] for each in related], texts)
        and (graph["stopped"] is None or _inside([graph["stopped"]], operations))
    )


def _nested(parents: Sequence[int]) -> int:
    """How many scopes lie in one another, the program itself not counted; each lies in an earlier one."""
    depths = [0]
    for parent in parents[1:]:
        depths.append(depths[parent] + 1)
    return max(depths)


def _inside(numbers: Sequence[Any], end: int) -> bool:
    return all(type(number) is int and 0 <= number < end for number in numbers)
