"""Frames or crops in a dimension of their own, which a layer does not take: one batch of them while its module runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from whygrad.engine.edits import Copy, Edit, Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands.convolutions import convolution
from whygrad.engine.operands.ranks import WrongRank
from whygrad.engine.wording.parsing import span, statement
from whygrad.engine.wording.phrases import sizes
from whygrad.engine.wording.rewriting import fed, suffixed
from whygrad.engine.wording.scopes import Calls

_ALIKE = frozenset(
    {"relu", "gelu", "silu", "tanh", "sigmoid", "leaky_relu", "elu", "dropout", "contiguous", "float", "to"}
)
_PAIR = 2
"""The batch and one dimension more in front of the channels: with more, what follows was not written for maps."""

_AVERAGING = frozenset({"mean", "sum", "amax", "amin", "max", "min", "std", "var", "logsumexp", "norm"})
_OF_MAPS = ("conv", "pool", "batch_norm", "instance_norm", "group_norm", "upsample")
_OF_CLASSES = frozenset({"cross_entropy_loss", "nll_loss", "nll_loss2d", "nll_loss_nd"})


def in_one_batch(observation: Observation, reader: Node, event: Event, wrong: WrongRank) -> Iterator[Fix]:
    """The dimensions in front of the channels merged before a module and parted behind it, the outermost module first.

    Nothing where the operand does not have the channels of the convolution behind them; nor where what follows takes
    its result for maps of a batch, of which it names the axes: those would be others then.
    """
    found, shape, surplus = convolution(reader, event), wrong.operand.tensor.shape, wrong.given - wrong.most
    argument = reader.argument(wrong.operand.role)
    if found is None or argument is None or shape[surplus + 1 : surplus + 2] != (found.wanted,):
        return
    giver = observation.givers.get(argument.value)
    for depth in range(1, len(reader.calls) + 1):
        call = reader.calls[:depth]
        if giver is None or not _within(giver, call):
            yield from _merged(observation, reader, argument.value, call, shape[: surplus + 1])


def _within(node: Node, call: Calls) -> bool:
    return node.calls[: len(call)] == call


def _merged(observation: Observation, reader: Node, taken: int, call: Calls, front: tuple[int, ...]) -> Iterator[Fix]:
    module, flat, last = call[-1][0], f".flatten(0, {len(front) - 1})", len(front)
    enters = [Wrap(*read, f"x{flat}") for read in _read(observation, taken, call, inside=True)]
    given = [v for n in observation.nodes if _within(n, call) for v in n.outputs]
    behind = [reads for v in given if (reads := list(_read(observation, v, call, inside=False)))]
    leaves = [Copy(*reads[0], f"x.unflatten(0, {list(front)})") for reads in behind]
    edits: tuple[Edit, ...] = (*enters, *leaves)
    before, after = next(_lines(observation, reader, module.rpartition(".")[2], flat, last), (None, None))
    summary = f"{module} takes one batch: merge {sizes(front)} into its samples, and part them behind it"
    fits = leaves and not (
        last == _PAIR and any(map(_for_maps, _beyond(observation, [node for reads in behind for node, _ in reads])))
    )
    yield from [Fix(summary, before, after, edits=edits)] if fits else []


def _read(observation: Observation, taken: int, call: Calls, *, inside: bool) -> Iterator[tuple[int, str]]:
    """The nodes of a call of a module, or those that are not of it, that read a tensor, and as which argument."""
    for node in observation.takers.get(taken, ()):
        roles = [a.name for a in node.arguments if a.value == taken and a.type == "Tensor"]
        yield from ((node.id, role) for role in roles if _within(node, call) == inside)


def _beyond(observation: Observation, first: Sequence[int]) -> Iterator[Node]:
    """Nodes, and those that read what they give as far as that has the same axes."""
    pending, seen = list(first), set[int]()
    while pending:
        node = observation.nodes[pending.pop()]
        if node.id in seen:
            continue
        seen.add(node.id)
        yield node
        if node.bare_name in _ALIKE:
            pending += [n.id for given in node.outputs for n in observation.takers.get(given, ())]


def _for_maps(node: Node) -> bool:
    """Whether it takes maps, averages their sides, from dimension 2 on, or has dimension 1 for channels or classes."""
    dim = node.literal("dim")
    dims = [d for d in (dim if isinstance(dim, list) else [dim]) if isinstance(d, int)]
    if node.bare_name in _AVERAGING:
        return min(dims, default=0) == 2
    if node.bare_name == "flatten":
        return bool(node.literal("start_dim") == 1)
    if any(kind in node.bare_name for kind in _OF_MAPS):
        return True
    return (node.bare_name in ("softmax", "log_softmax") and dims in ([1], [])) or node.bare_name in _OF_CLASSES


def _lines(observation: Observation, reader: Node, layer: str, flat: str, last: int) -> Iterator[tuple[str, str]]:
    """The user's line that calls a layer, and how it reads with that."""
    for frame in observation.stack(reader.id):
        line = _through_one_batch(frame.source, layer, flat, last)
        yield from [(frame.source, line)] if frame.source and line else []


def _through_one_batch(source: str | None, layer: str, flat: str, last: int) -> str | None:
    """The line with what its only call of a layer is given merged, and what that gives parted again."""
    entered = fed(source, layer, flat)
    call, changed = _call(source, layer), _call(entered, layer)
    if source is None or call is None or changed is None:
        return None
    name = source[slice(*span(source, call.args[0]))]
    return suffixed(entered, changed, f".unflatten(0, {name}.shape[:{last}])")


def _call(source: str | None, layer: str) -> ast.Call | None:
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    return next((c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == layer and c.args), None)
