"""A recurrent layer gets other features than it was made for, or a state that does not go with its input.

What happened
-------------
RNN, LSTM and GRU take (sequence, batch, features), or with `batch_first=True` (batch, sequence, features); their
states are (layers times directions, batch, hidden) in either case. One of these sizes is another.

Why it matters
--------------
The forward raises "Expected hidden[0] size (1, 10, 12), got [1, 4, 12]" or "input.size(-1) must be equal to
input_size", so no parameter gets a gradient.

How to fix it
-------------
Say which of the first two dimensions is the batch: with data loaded as (batch, sequence, features) it is
`batch_first=True`. Make the state for the batch of this input, with a row for each layer and direction.

Not to be confused with
-----------------------
SHP703: the input has too few or too many dimensions. Without a state of your own nothing is refused where batch and
sequence are swapped: the layer then runs over the samples.

Example
-------
Shapes: 4x10x8
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(8, 12)

        def forward(self, x):
            h = torch.zeros(1, x.size(0), 12)
            return self.lstm(x, (h, h))[0]

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(8, 12, batch_first=True)

        def forward(self, x):
            h = torch.zeros(1, x.size(0), 12)
            return self.lstm(x, (h, h))[0]
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from whygrad.engine.edits import Edit, Give, Replace, Resize
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Node, Observation
from whygrad.engine.operands.recurrent import Recurrent, recurrent
from whygrad.engine.refusals.beginning import held_to_fit, made_to_fit, of_each_step
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.reads import checks, packed, shaped, told, wrapped
from whygrad.engine.refusals.unbatched import beside_a_batch
from whygrad.engine.refusals.units import NAMED, of_as_many_units
from whygrad.engine.refusals.widening import widened
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, made, origin, parameter_name, variable
from whygrad.engine.wording.parsing import span, statement
from whygrad.engine.wording.phrases import size, sizes
from whygrad.engine.wording.rewriting import replaced, suffixed
from whygrad.engine.wording.spelling import with_behind


@rule("SHP711", "recurrent-mismatch", "error")
def recurrent_mismatch(observation: Observation) -> Iterator[Finding]:
    """The layer or cell that was refused."""
    for failed, node, event in refused(observation, "recurrent"):
        found = recurrent(node, event)
        if found is not None and found.given != found.features:
            yield _of_features(observation, failed, node, found)
        elif found is not None and found.odd_state is not None:
            yield _of_state(observation, failed, node, found, found.odd_state)
        elif found is not None and found.states:
            yield _without_batch(observation, failed, node, found)


def _without_batch(observation: Observation, failed: Failure, node: Node, found: Recurrent) -> Finding:
    """A sequence without a batch beside a state that has one: torch adds the one, and then compares what was given."""
    added = next(failed.step.lineage(found.input.tensor.id), None)
    given, name, state = added.tensors[0] if added and added.inputs else None, node.module or node.name, found.states[0]
    return finding(
        observation,
        failed,
        title=f"{name} gets a sequence without a batch{f' ({size(given)})' if given else ''}, and a state of "
        f"{size(state.tensor)}",
        message="A sequence of two dimensions goes with a state of two, and a batch with one of three.",
        chain=[origin(observation, failed.step, node, o) for o in (found.input, state)],
        fixes=list(beside_a_batch(observation, node, added)) if added else [],
    )


def _of_features(observation: Observation, failed: Failure, node: Node, found: Recurrent) -> Finding:
    name, given = node.module or node.name, called(observation, node, found.input)
    return finding(
        observation,
        failed,
        title=f"{name} takes {found.features} features, and gets {found.given}",
        message=f"{given} is {size(found.input.tensor)}, and its last dimension holds the features.",
        chain=[origin(observation, failed.step, node, found.input)],
        fixes=_features(observation, failed, node, name, found),
    )


def _features(observation: Observation, failed: Failure, node: Node, name: str, found: Recurrent) -> list[Fix]:
    if found.exchanged:
        return [_exchanged(observation, node, name)]
    shape = found.input.tensor.shape
    fixes = []
    if len(shape) == 3 and found.features in shape[:2]:
        axis = 1 if shape[1] == found.features else 0
        swap = f".transpose({axis}, 2)"
        after = with_behind(observation, node, "input", swap)
        edits = wrapped(observation, node, "input", f"x{swap}")
        fixes.append(
            Fix(
                f"dimension {axis} holds the {found.features} features: swap it with the last", after=after, edits=edits
            )
        )
    return [*fixes, *of_each_step(observation, failed.step, found), _wider(observation, node, name, found)]


def _exchanged(observation: Observation, node: Node, name: str) -> Fix:
    """The input and the state in each other's place; what torch checks before a layer is not changed so."""
    source, given = observation.source(node.id), _given(observation, node)
    after = None
    if source and len(given) == 2:
        first, second = (source[slice(*span(source, argument))] for argument in given)
        after = replaced(replaced(source, given[1], first), given[0], second)
    named = ", ".join(["hx", "input", *(a.name for a in node.arguments[2:])])
    edits = (Replace(node.id, f"torch.{node.bare_name}({named})"),) if node.bare_name.endswith("_cell") else ()
    return Fix(f"give {name} its input first and then its state: they are exchanged", after=after, edits=edits)


def _wider(observation: Observation, node: Node, name: str, found: Recurrent) -> Fix:
    """The layer, made for the features that it gets: the first layer of each direction reads them."""
    weight = parameter_name(observation, found.first.tensor) or ""
    rows = found.first.tensor.shape[0]
    known = {p.name for p in observation.parameters}
    edits = [Resize(n, (rows, found.given)) for n in (weight, f"{weight}_reverse") if n in known]
    kind, hidden = observation.modules.get(name), found.hidden[-1]
    widths = (found.features, found.given)
    before, after = (f"nn.{kind}({n}, {hidden}, ...)" if kind in NAMED else None for n in widths)
    summary = f"make {name} for {found.given} features in place of {found.features}"
    return Fix(summary, before, after, edits=(*edits, *told(observation, node, found.input.role, found.features)))


def _of_state(observation: Observation, failed: Failure, node: Node, found: Recurrent, place: int) -> Finding:
    name, state, expected = node.module or node.name, found.states[place], found.expected(place)
    order = "" if found.cell else f" with batch_first={found.batch_first}"
    return finding(
        observation,
        failed,
        title=f"{name} takes a state of {sizes(expected)} beside an input of {size(found.input.tensor)}, "
        f"and gets {size(state.tensor)}",
        message=f"The input is {size(found.input.tensor)}; {name}{order} takes a state of {sizes(expected)}.",
        chain=[origin(observation, failed.step, node, o) for o in (found.input, state)],
        fixes=_states(observation, failed, node, name, found),
    )


def _states(observation: Observation, failed: Failure, node: Node, name: str, found: Recurrent) -> list[Fix]:
    if not found.cell and _fits(found, batch_first=not found.batch_first):
        orders = [_other_order(observation, node, name, found), made_to_fit(observation, failed.step, found)]
        return orders[::-1] if found.batch_first else orders
    if not found.cell and all(
        s.tensor.shape[1::-1] + s.tensor.shape[2:] == found.expected(i) for i, s in enumerate(found.states)
    ):
        return [_states_through(observation, node, found, ".transpose(0, 1)", "swap its first two dimensions")]
    if all((1, *s.tensor.shape) == found.expected(i) for i, s in enumerate(found.states)):
        return [_states_through(observation, node, found, ".unsqueeze(0)", "give it a dimension for the layers")]
    if all(s.tensor.shape == (1, *found.expected(i)) for i, s in enumerate(found.states)):
        return [_states_through(observation, node, found, ".squeeze(0)", "take its first dimension away")]
    joined = _of_fewer(observation, failed, node, found)
    if joined is not None:
        return [joined, made_to_fit(observation, failed.step, found)]
    if all(_short_of_layers(s.tensor.shape, found.expected(i)) for i, s in enumerate(found.states)):
        call = f".repeat({found.stacked // found.states[0].tensor.shape[0]}, 1, 1)"
        repeated = _states_through(observation, node, found, call, "give each layer and direction a state of its own")
        return [made_to_fit(observation, failed.step, found), repeated]
    on_the_spot = made_to_fit(observation, failed.step, found)
    resized = of_as_many_units(observation, failed.step, node, found)
    fixes = [*held_to_fit(observation, found), *_given_by_layer(observation, failed, found), on_the_spot, *resized]
    return sorted(fixes, key=lambda fix: not fix.edits)


def _of_fewer(observation: Observation, failed: Failure, node: Node, found: Recurrent) -> Fix | None:
    """The states of a layer of two directions, or of more layers, for one that has fewer of them."""
    makers = [made(failed.step, {state.tensor.id})[1] for state in found.states]
    layers = [recurrent(observation.nodes[m.node], m) for m in makers if m is not None]
    others = [layer for layer in layers if layer is not None and not layer.cell]
    shapes = [(state.tensor.shape, found.expected(i)) for i, state in enumerate(found.states)]
    if found.cell or len(others) != len(found.states):
        return None
    if all(o.directions == 2 and _side_by_side(*pair) for o, pair in zip(others, shapes, strict=True)):
        call = ".unflatten(0, (-1, 2)).transpose(1, 2).flatten(2)"
        return _states_through(observation, node, found, call, "lay the two directions of each layer side by side")
    if any(s[1:] != w[1:] for s, w in shapes):
        return None
    if all(o.directions == 2 and o.stacked == 2 * found.stacked for o in others):
        call = ".unflatten(0, (-1, 2)).sum(1)"
        return _states_through(observation, node, found, call, "add the two directions of each layer")
    if all(o.directions == found.directions and o.stacked > found.stacked for o in others):
        return _states_through(observation, node, found, f"[-{found.stacked}:]", "take the last layers")
    return None


def _side_by_side(shape: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    """Whether a state of two directions has half as many units as the one that is taken, in twice as many rows."""
    return len(shape) == 3 and shape == (2 * expected[0], *expected[1:-1], expected[-1] // 2) and expected[-1] % 2 == 0


def _short_of_layers(shape: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    """Whether a state fits but for having rows for only a part of the layers and directions."""
    return len(shape) == 3 and shape[1:] == expected[1:] and 0 < shape[0] < expected[0] and expected[0] % shape[0] == 0


def _given_by_layer(observation: Observation, failed: Failure, found: Recurrent) -> Iterator[Fix]:
    """The layer that makes the first odd state, with as many outputs as a state has."""
    place = found.odd_state or 0
    state, wanted = found.states[place].tensor, found.expected(place)
    if state.shape[:-1] == wanted[:-1]:
        fix = widened(observation, failed.step, state, state.shape[-1], wanted[-1])
        yield from [fix] if fix else []


def _fits(found: Recurrent, *, batch_first: bool) -> bool:
    return all(s.tensor.shape == found.expected(i, batch_first=batch_first) for i, s in enumerate(found.states))


def _other_order(observation: Observation, node: Node, name: str, found: Recurrent) -> Fix:
    """The layer told that the batch is the other dimension; the checks before it read that from the input's sizes."""
    kind, width = observation.modules.get(name), f"{found.features}, {found.hidden[-1]}"
    first = not found.batch_first
    before = f"nn.{kind}({width})" if first else f"nn.{kind}({width}, batch_first=True)"
    after = f"nn.{kind}({width}, batch_first=True)" if first else f"nn.{kind}({width})"
    edits = (*checks(observation, node, "input", "x.transpose(0, 1)"), Give(node.id, "batch_first", first))
    batch = found.states[0].tensor.shape[1]
    summary = (
        f"the state is made for a batch of {batch}, which is dimension {0 if first else 1} of the input: "
        f"batch_first={first}"
    )
    return Fix(summary, before if kind else None, after if kind else None, edits=edits)


def _states_through(observation: Observation, node: Node, found: Recurrent, change: str, words: str) -> Fix:
    roles = [state.role for state in found.states]
    together = [edit for role in roles for edit in packed(observation, node, role, f"x{change}")]
    edits: list[Edit] = [*together]
    if not together:
        edits = [edit for role in roles for edit in wrapped(observation, node, role, f"x{change}")]
    name = variable(observation, node, roles[0])
    reached = found.cell or not observation.in_library(node.id) or bool(together) or len(edits) > len(roles)
    if not reached and all(len(s.tensor.shape) == len(found.expected(i)) for i, s in enumerate(found.states)):
        edits += shaped(observation, node, found.expected(0))
        reached = True
    looped = any(observation.nodes[edit.node].op == "prim::Loop" for edit in together)
    shown = with_behind(observation, node, roles[0], change) or _changed(observation, node, found, change)
    return Fix(
        f"{words}{', before the loop' if looped else ''}: {name or 'state'}{change}",
        before="" if looped else None,
        after=None if looped else shown,
        edits=tuple(edits) if reached else (),  # what torch checks before would still refuse the states as they were
    )


def _changed(observation: Observation, node: Node, found: Recurrent, change: str) -> str | None:
    """The line with something put behind each state that a layer is given there."""
    source, given = observation.source(node.id), _given(observation, node)
    states = given[1].elts if len(given) == 2 and isinstance(given[1], ast.Tuple) else given[1:]
    if len(states) != len(found.states):
        return None
    for state in reversed(states):
        source = suffixed(source, state, change)
    return source


def _given(observation: Observation, node: Node) -> list[ast.expr]:
    """What the line gives to its only call of the layer that a node is of."""
    calls = [n for n in ast.walk(statement(observation.source(node.id))) if isinstance(n, ast.Call)]
    layer = node.module.rpartition(".")[2]
    own = [c.args for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == layer]
    return own[0] if len(own) == 1 else []
