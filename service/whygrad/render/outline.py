"""A graph of a diagnosis folded to what one page can hold: rows in the order of execution, modules around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_ROWS = 60


@dataclass
class Row:
    """One module that is closed, one operation, or the title of a module that is open.

    `findings` are the numbers of those whose place it is, or is in it.
    """

    name: str
    kind: str
    depth: int
    ops: tuple[int, ...]
    state: str
    ran: bool
    open: bool = False
    findings: tuple[int, ...] = ()


@dataclass
class _Box:
    name: str
    kind: str
    ops: list[int] = field(default_factory=list)
    children: list[_Box] = field(default_factory=list)


def rows(graph: Mapping[str, Any]) -> list[Row]:
    """What is shown of a graph: the first levels, and the way to the place of each finding."""
    tree = _tree(graph)
    places = _places(graph)
    shown = {id(tree)}
    _open_to(tree, {op for ops in places for op in ops}, shown)
    _open_levels(tree, shown)
    return list(_walk(graph, tree, shown, 0, places))


def _tree(graph: Mapping[str, Any]) -> _Box:
    texts, scopes, ops = graph["texts"], graph["scopes"], graph["ops"]
    boxes = [_Box(texts[n], texts[t]) for n, t in zip(scopes["name"], scopes["type"], strict=True)]
    for op, (name, scope) in enumerate(zip(ops["name"], ops["scope"], strict=True)):
        boxes[scope].children.append(_Box(texts[name].removeprefix("aten::"), "", [op]))
    aside = _aside(graph)
    for place in range(len(boxes) - 1, 0, -1):
        boxes[place].ops = sorted(op for child in boxes[place].children for op in child.ops)
        if _is_layer(boxes[place], aside):
            boxes[place].children = []
        boxes[scopes["parent"][place]].children.append(boxes[place])
    for box in boxes:
        box.children.sort(key=lambda child: child.ops or [len(ops["name"])])
    boxes[0].ops = list(range(len(ops["name"])))
    return boxes[0]


def _aside(graph: Mapping[str, Any]) -> set[int]:
    """The operations that nothing reads and no gradient passes, such as the batches that a normalisation counts."""
    data, read = graph["states"].index("data"), set(graph["edges"]["from"])
    return {op for op, state in enumerate(graph["ops"]["gradient"]) if state == data and op not in read}


def _is_layer(box: _Box, aside: set[int]) -> bool:
    """Whether one operation stands for a module, whatever it counts besides, as in the map (graph.js)."""
    return all(not child.kind for child in box.children) and len(set(box.ops) - aside) < 2


def _places(graph: Mapping[str, Any]) -> list[set[int]]:
    """For each finding the operations that it stands at."""
    return [
        {each for each in (found["op"], *(related["op"] for related in found["related"])) if each is not None}
        for found in graph["findings"][:20]
    ]


def _open_to(box: _Box, wanted: set[int], shown: set[int]) -> None:
    for child in box.children:
        if len(child.children) > 1 and wanted & set(child.ops):
            shown.add(id(child))
            _open_to(child, wanted, shown)


def _open_levels(tree: _Box, shown: set[int]) -> None:
    count, level = 1, [tree]
    while level:
        for box in level:
            count += len(box.children)
        level = [child for box in level for child in box.children if id(child) in shown or len(child.children) > 1]
        extra = sum(len(child.children) for child in level)
        if count + extra > MOST_ROWS:
            level = [child for child in level if id(child) in shown]
        shown.update(id(child) for child in level)


def _walk(
    graph: Mapping[str, Any], box: _Box, shown: set[int], depth: int, places: Sequence[set[int]]
) -> Iterator[Row]:
    for child in box.children[: 2 * MOST_ROWS]:
        opened = id(child) in shown
        yield _row(graph, child, depth, places, opened=opened)
        if opened:
            yield from _walk(graph, child, shown, depth + 1, places)


def _row(graph: Mapping[str, Any], box: _Box, depth: int, places: Sequence[set[int]], *, opened: bool) -> Row:
    ops = graph["ops"]
    states = graph["states"]  # of several the first is shown
    only = graph["texts"][ops["label"][box.ops[0]]] if len(box.ops) == 1 and not box.kind else ""
    first, inside = [found["op"] for found in graph["findings"][: len(places)]], set(box.ops)
    return Row(
        name=box.name,
        kind=box.kind or only,
        depth=depth,
        ops=tuple(box.ops),
        state=states[min((ops["gradient"][op] for op in box.ops), default=-1)],
        ran=any(ops["times"][op] for op in box.ops),
        open=opened,
        findings=() if opened else tuple(n for n, op in enumerate(first) if op in inside),
    )
