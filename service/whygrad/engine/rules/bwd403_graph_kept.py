"""State kept between steps leads into the graph of the last step, which is already freed.

What happened
-------------
The program keeps a tensor from one step to the next (`self.h = h`, a list that it appends to, a buffer that it
writes). The tensor carries the history of the step that made it. In the next step backward follows that history
into a graph whose saved tensors were freed by the backward before.

Why it matters
--------------
The first step succeeds. The second raises "Trying to backward through the graph a second time", and points at no
line. `retain_graph=True` silences it and lets memory grow with every step.

How to fix it
-------------
Keep the numbers, not the history: `self.h = h.detach()`. This is truncated backpropagation through time, as meant
for recurrent state. Where a loop inside the forward keeps the state too, only what the last forward left is detached,
at the beginning of the next one: `self.h = self.h.detach()`. What parameters compute is not to be kept at all while
they are trained: `if self.training or self.cached is None:`.

Not to be confused with
-----------------------
Calling backward twice in one step is the training loop's doing, and not the program's.

Example
-------
Shapes: 4x6
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.Linear(12, 6)
            self.h = torch.zeros(4, 6)

        def forward(self, x):
            h = torch.tanh(self.cell(torch.cat([x, self.h], dim=1)))
            self.h = h
            return h

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.Linear(12, 6)
            self.h = torch.zeros(4, 6)

        def forward(self, x):
            h = torch.tanh(self.cell(torch.cat([x, self.h], dim=1)))
            self.h = h.detach()
            return h
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from whygrad.engine.edits import Edit, Renew, Wrap
from whygrad.engine.facts import Frame
from whygrad.engine.finding import Finding, Fix, Link, Related, names
from whygrad.engine.gradients.copying import copied_before
from whygrad.engine.gradients.remembered import computed_anew
from whygrad.engine.gradients.updates import lines_with_a_copy
from whygrad.engine.gradients.writes import target
from whygrad.engine.observation import Event, Node, Observation, Step
from whygrad.engine.operations import FILLING, KEEPING, RETYPING
from whygrad.engine.rule import rule
from whygrad.engine.wording.parsing import statement
from whygrad.engine.wording.rewriting import assigned, rewritten, suffixed


@rule("BWD403", "graph-kept", "error")
def graph_kept(observation: Observation) -> Iterator[Finding]:
    """The first assignment that carries history into the step whose backward failed."""
    for before, failed in zip(observation.steps, observation.steps[1:], strict=False):
        error = failed.error
        if error is not None and error.stage == "backward" and "second time" in error.message:
            keepers = list(_keepers(observation, before, failed))
            if keepers:
                yield _finding(observation, before, failed, keepers)


def _keepers(observation: Observation, before: Step, failed: Step) -> Iterator[int]:
    """The executions of the earlier step that put away a tensor with history, or wrote one into memory, for the later.

    What is written may be a view of what is kept: `self.memory[0] = h`. A list of the step itself keeps nothing.
    """
    lasting = _lasting(observation)
    own = {p.tensor for p in observation.parameters}
    read = [t for e in failed.events for t in (*e.tensors, *e.outputs) if t.id not in own]
    tensors, memory = {t.id for t in read}, {t.storage for t in read}
    for index, event in enumerate(before.events):
        node = observation.nodes[event.node]
        if node.op in FILLING and node.arguments[0].value not in lasting:
            continue
        kept = (t.id in tensors and t.grad_fn for t in event.tensors)
        written = (t.storage in memory and t.grad_fn for t in event.outputs)
        if any(kept if node.op in KEEPING else written if node.writes else ()):
            yield index


def _lasting(observation: Observation) -> frozenset[int]:
    """The values that a module holds, and what is taken out of lists and dicts of them as it is."""
    found: set[int] = set()
    for node in observation.nodes:
        handed_on = node.op in RETYPING or node.op == "aten::__getitem__"
        if node.op == "prim::GetAttr" or (handed_on and node.arguments[0].value in found):
            found.update(node.outputs)
        found.update(target for source, target in node.joins if source in found)
    return frozenset(found)


def _finding(observation: Observation, before: Step, failed: Step, keepers: list[int]) -> Finding:
    first = before.events[keepers[0]]
    node, kept = observation.nodes[first.node], _kept(first)
    held = _held(observation, before, first)
    where = f"self.{held}" if held else "a tensor"
    fixes = list(_fixes(observation, before, failed, keepers))
    return Finding(
        title=f"{where} keeps the graph of the last step",
        message=f"{where} is kept with its history ({kept}), and the second backward runs into the freed graph.",
        node=node.id,
        event=first,
        order=keepers[0],
        parameters=names(observation.trainable),
        related=tuple(Related("kept here too", before.events[k].node) for k in keepers[1:]),
        chain=(
            Link(f"step 1 keeps a tensor with a history ({kept})", node.id),
            Link("backward of step 1 frees the graph behind it"),
            Link("step 2 computes with it, and its backward runs into the freed graph"),
        ),
        fix=fixes[0],
        other_fixes=tuple(fixes[1:]),
    )


def _fixes(observation: Observation, before: Step, failed: Step, keepers: list[int]) -> Iterator[Fix]:
    """What lets the history go. State that goes on through the rounds of a loop does so only between two steps.

    What the first step alone keeps is to be computed anew where nobody would learn it without its history.
    """
    nodes = [observation.nodes[before.events[k].node] for k in keepers]
    rounds = sum(event.node == nodes[0].id for event in before.events)
    yield from _between(observation, nodes) if rounds > 1 else ()
    yield Fix(
        "keep the numbers without their history",
        *_lines(observation, [before.events[k] for k in keepers]),
        edits=tuple(dict.fromkeys(edit for k in keepers for edit in _detaching(observation, before.events[k]))),
    )
    yield _where_it_is_read(observation, before, failed, keepers)
    if nodes[0].op == "prim::SetAttr" and all(event.node != nodes[0].id for event in failed.events):
        yield from computed_anew(observation, nodes[0], f"self.{nodes[0].attribute}")
    yield from _anew(observation, before, keepers)


def _between(observation: Observation, keepers: Sequence[Node]) -> Iterator[Fix]:
    """The history let go where a forward begins, if modules alone keep tensors."""
    names = dict.fromkeys(_name(observation, node) for node in keepers)
    place = observation.signature.place if observation.signature is not None else None
    lines = [f"    self.{name} = self.{name}.detach()" for name in names]
    if all(node.op == "prim::SetAttr" and node.arguments[1].type == "Tensor" for node in keepers):
        yield Fix(
            f"detach {' and '.join(f'self.{name}' for name in names)} where a forward begins, not in each of its steps",
            before=place.source if place is not None else None,
            after="\n".join((place.source, *lines)) if place is not None and place.source else None,
            edits=tuple(Renew(name, "x.detach()") for name in names),
        )


def _name(observation: Observation, node: Node) -> str:
    """The dotted name under which an assignment keeps what it is given."""
    path, owner = [node.attribute or ""], node.arguments[0].value
    while (giver := observation.givers.get(owner)) is not None and giver.op == "prim::GetAttr":
        path.append(giver.attribute or "")
        owner = giver.arguments[0].value
    return ".".join(reversed(path))


def _where_it_is_read(observation: Observation, before: Step, failed: Step, keepers: list[int]) -> Fix:
    """The history let go where the next step reads what is kept; shown where that is the line that replaces it."""
    edits, keeping = tuple(_reading_detached(observation, before, failed)), before.events[keepers[0]].node
    held = [f"self.{name}" for k in keepers if (name := _held(observation, before, before.events[k]))]
    places = {observation.place(number) for number in (keeping, *(edit.node for edit in edits))}
    lines = {(place.file, place.line) for place in places if place is not None}
    where = held[0] if held else "a tensor"
    return Fix(
        f"detach what {where} holds where the next step reads it, before it is replaced",
        after=_read_detached(observation.source(keeping), held) if len(lines) == 1 else None,
        edits=edits,
    )


def _read_detached(source: str | None, held: Sequence[str]) -> str | None:
    """The line with the history let go of what it reads of a module's own."""
    parts = (n for n in ast.walk(statement(source)) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load))
    for part in sorted((n for n in parts if ast.unparse(n) in held), key=lambda n: -n.col_offset):
        source = suffixed(source, part, ".detach()")
    return source


def _anew(observation: Observation, before: Step, keepers: list[int]) -> Iterator[Fix]:
    """A copy to write into in each step, where that writes the same places and reads nothing before."""
    event = before.events[keepers[0]]
    written, last = target(observation, event), keepers[-1]
    if written is None:
        return
    for earlier in before.events[:last]:
        views = written.storage in {t.storage for t in earlier.outputs}
        if written.storage in {t.storage for t in earlier.tensors} and not views:
            return
    edits, node = copied_before(observation, before, keepers[0]), observation.nodes[event.node]
    held = next((a.value for e in edits for a in observation.nodes[e.node].arguments if a.name == e.argument), -1)
    was, now = lines_with_a_copy(observation, node, held) or ("", None)
    same = all(_is_written_down(observation, observation.nodes[before.events[k].node]) for k in keepers)
    if edits and same:
        words = "write into a copy that each step makes anew, with clone(), and read that after it"
        yield Fix(words, was, now, edits)


def _is_written_down(observation: Observation, node: Node) -> bool:
    """Whether a node writes into a part that numbers in the program say, the same in every step."""
    part = node
    while (given := part.argument("self")) is not None and (made := observation.givers.get(given.value)) is not None:
        places = (a for a in made.arguments if a.name in ("index", "start", "end", "indices"))
        if not all(a.constant for a in places):
            return False
        part = made
    return node.bare_name != "index_put"


def _held(observation: Observation, before: Step, event: Event) -> str | None:
    """The name of the buffer that an execution writes into, or of what it gives the module."""
    node, written = observation.nodes[event.node], target(observation, event)
    stored = (t for e in before.events for t in (*e.outputs, *e.tensors) if t.id in observation.stored)
    names = (observation.stored[t.id] for t in stored if written is not None and t.storage == written.storage)
    return node.attribute or next(names, None)


def _reading_detached(observation: Observation, before: Step, failed: Step) -> Iterator[Wrap]:
    """The edits that take the history from what a step reads of the one before it."""
    own = {p.tensor for p in observation.parameters}
    old = {t.id for e in before.events for t in e.outputs if t.grad_fn} - own
    roles = ((e.node, o.role) for e in failed.events for o in e.inputs if o.tensor.id in old)
    for node, role in dict.fromkeys(roles):
        if role not in observation.nodes[node].writes:
            yield Wrap(node, role, "x.detach()")


def _detaching(observation: Observation, event: Event) -> Iterator[Edit]:
    """The edits that take the history from what an execution puts away."""
    node = observation.nodes[event.node]
    for operand in event.inputs:
        if operand.tensor.grad_fn and operand.role not in node.writes:
            yield Wrap(node.id, operand.role, "x.detach()")


def _kept(event: Event) -> str:
    tensors = (*event.tensors, *event.outputs)
    return next((t.grad_fn for t in tensors if t.grad_fn), "its grad_fn")


def _lines(observation: Observation, events: Sequence[Event]) -> tuple[str | None, str | None]:
    """The lines that put something away, and what they are with its history let go; None where one does not show."""
    kept: dict[tuple[str, int], tuple[Frame, list[Node]]] = {}
    for node in dict.fromkeys(observation.nodes[event.node] for event in events):
        place = observation.place(node.id)
        if place is None:
            return "", None
        kept.setdefault((place.file, place.line), (place, []))[1].append(node)
    after = [_detached(place.source, nodes) for place, nodes in kept.values()]
    if None in after or len({(place.file, place.function) for place, _ in kept.values()}) != 1:
        return "", None
    before = (place.source or "" for place, _ in kept.values())
    return "\n".join(before), "\n".join(line or "" for line in after)


def _detached(source: str | None, nodes: Sequence[Node]) -> str | None:
    """The user's line with the history let go; of a list, that of each tensor in it."""
    value = nodes[0].argument("value")
    if value is not None and value.type.startswith("List"):
        return rewritten(source, r"^([\w.]+) = ([\w.]+)$", r"\1 = [t.detach() for t in \2]")
    if _unpacks(source):
        names = [f"self.{node.attribute}" for node in nodes if node.attribute]
        return "\n".join([source or "", *(f"{name} = {name}.detach()" for name in names)]) if names else None
    appended = rewritten(source, r"\.append\(([\w.]+)\)", r".append(\1.detach())")
    return assigned(source, ".detach()") or appended


def _unpacks(source: str | None) -> bool:
    """Whether a line gives several names a value at once: `out, self.h = self.rnn(x, self.h)`."""
    body = statement(source).body
    made = body[0] if len(body) == 1 else None
    return isinstance(made, ast.Assign) and isinstance(made.targets[0], ast.Tuple)
