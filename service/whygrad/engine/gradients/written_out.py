"""Functions that a program writes out of exponentials and logarithms, and that torch computes in one.

Written out they form numbers that leave the range of their type, or round to zero, on the way to a result that would
not. The edits hand on what the first operation was given and compute the function where its last one stands.
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Replace, Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.gradients.uses import uses
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands import value
from whygrad.engine.wording.composed import in_one_call
from whygrad.engine.wording.rewriting import wrapped

_LOGARITHMS = {
    "softmax": ("log_softmax", "torch.log_softmax(self, dim)"),
    "sigmoid": ("logsigmoid", "torch._C._nn.log_sigmoid(self)"),
}
_CHOOSING = frozenset({"index", "select", "slice", "gather", "index_select", "squeeze", "unsqueeze", "view", "reshape"})
_ON_THE_WAY = frozenset({"log", "log1p", "sum", "add", "div", "reciprocal"})
"""What follows an exponential in what is written out of it."""


def in_one(observation: Observation, node: Node) -> list[Fix]:
    """The changes that compute in one what an operation is a part of, the best first."""
    own = next((e for e in observation.first.events if e.node == node.id and e.tensors), None)
    if own is None:
        return []
    exp = _exponential(observation, own)
    of_exp = [*_of_exponential(observation, exp), *_softmax(observation, exp)] if exp is not None else []
    return [*_logarithm_of_share(observation, own), *_logarithm_of_rest(observation, own), *of_exp]


def _name(observation: Observation, event: Event) -> str:
    return observation.nodes[event.node].bare_name


def _maker(observation: Observation, event: Event) -> Event | None:
    """The execution that made the first operand of another."""
    return observation.first.maker(event.tensors[0].id) if event.tensors else None


def _exponential(observation: Observation, own: Event) -> Event | None:
    """The exponential that an execution is, or that it follows."""
    event: Event | None = own
    for _ in range(4):
        if event is None or _name(observation, event) == "exp":
            return event if event is not None and event.outputs else None
        event = _maker(observation, event) if _name(observation, event) in _ON_THE_WAY else None
    return None


def _then(observation: Observation, event: Event | None, name: str) -> Event | None:
    """The only execution that reads a result, if it is one of that operation."""
    readers = list(uses(observation).read([event.outputs[0].id])) if event is not None and event.outputs else []
    return readers[0] if len(readers) == 1 and _name(observation, readers[0]) == name else None


def _one_more(observation: Observation, event: Event | None) -> Event | None:
    """The only execution that reads a result, if it adds 1."""
    added = _then(observation, event, "add")
    return added if added is not None and value(observation.nodes[added.node], added, "other") == 1 else None


def _shown(observation: Observation, function: str, *parts: Event, dim: int | None = None, kept: bool = False) -> Fix:
    """The words for a function in one, and the lines of its parts with it, where they show no more than that."""
    before, after = in_one_call(observation, function, [observation.nodes[p.node] for p in parts], dim, kept=kept)
    name = observation.nodes[parts[0].node].bare_name
    return Fix(f"use {function}, which holds no {name} that leaves the range of its type", before, after)


def _of_exponential(observation: Observation, exp: Event) -> Iterator[Fix]:
    """The logarithm of a sum of exponentials, a softplus, a sigmoid."""
    total, more = _then(observation, exp, "sum"), _one_more(observation, exp)
    log = _then(observation, total, "log")
    if total is not None and log is not None:
        yield from _log_of_sum(observation, exp, total, log)
    soft = _then(observation, exp, "log1p") or _then(observation, more, "log")
    if soft is not None:
        way = [exp, *([more] if more is not None else []), soft]
        yield _through(observation, way, "softplus", "torch._C._nn.softplus(self)")
    inverse = _then(observation, more, "reciprocal")
    if more is not None and inverse is not None:
        yield _through(observation, [exp, more, inverse], "sigmoid", "torch.sigmoid(-self)")


def _log_of_sum(observation: Observation, exp: Event, total: Event, log: Event) -> Iterator[Fix]:
    node = observation.nodes[total.node]
    dims, kept = node.literal("dim", total.values.get("dim")), node.literal("keepdim", total.values.get("keepdim"))
    if isinstance(dims, list) and len(dims) == 1:
        written = f"torch.logsumexp(self, [{dims[0]}], {bool(kept)})"
        yield _through(observation, [exp, total, log], "logsumexp", written, dims[0], kept=bool(kept))


def _through(
    observation: Observation,
    way: list[Event],
    function: str,
    written: str,
    dim: int | None = None,
    *,
    kept: bool = False,
) -> Fix:
    """What the first was given handed on to the last, which is the function."""
    shown = _shown(observation, function, *way, dim=dim, kept=kept)
    passed = tuple(Replace(part.node, "self") for part in way[:-1])
    return Fix(shown.summary, shown.before, shown.after, (*passed, Replace(way[-1].node, written)))


def _logarithm_of_share(observation: Observation, log: Event) -> Iterator[Fix]:
    """The logarithm of a softmax or sigmoid, or of what a sigmoid leaves of 1, which form a number that rounds to 0."""
    made = _maker(observation, log) if _name(observation, log) == "log" else None
    if made is None:
        return
    name = _name(observation, made)
    if name in _LOGARITHMS:
        function, written = _LOGARITHMS[name]
        before, after = in_one_call(observation, function, [observation.nodes[made.node], observation.nodes[log.node]])
        others = _others(observation, made, log, "torch.exp(x)")
        yield Fix(
            f"use {function}, which forms no {name} that rounds to 0",
            before,
            after,
            (Replace(made.node, written), Replace(log.node, "self"), *others),
        )


def _logarithm_of_rest(observation: Observation, log: Event) -> Iterator[Fix]:
    """The logarithm of what a sigmoid leaves of 1: that of the sigmoid of the negative."""
    rest = _maker(observation, log) if _name(observation, log) == "log" else None
    if rest is None or not rest.outputs or _then(observation, rest, "log") is not log:
        return
    taken = _taken_from_one(observation, rest)
    made = _maker(observation, taken[0]) if taken else None
    if made is None or _name(observation, made) != "sigmoid":
        return
    way = [observation.nodes[e.node] for e in (made, *taken, log)]
    others = _others(observation, made, taken[0], "torch.sigmoid(x)")
    passed = (Replace(e.node, "-self" if e is taken[0] else "self") for e in taken)
    yield Fix(
        "use logsigmoid of the negative, which takes nothing from 1 that rounds to it",
        *in_one_call(observation, "logsigmoid", way),
        (Replace(made.node, "self"), *passed, Replace(log.node, "torch._C._nn.log_sigmoid(self)"), *others),
    )


def _taken_from_one(observation: Observation, rest: Event) -> tuple[Event, ...]:
    """The executions that take a tensor from 1, if one is the last of such: `1 - p`, which a script adds to `-p`."""
    node, negative = observation.nodes[rest.node], _maker(observation, rest)
    if value(node, rest, "other") != 1 or value(node, rest, "alpha") not in (1, None):
        return ()
    if node.bare_name == "rsub":
        return (rest,)
    alone = negative is not None and _then(observation, negative, "add") is rest
    return (negative, rest) if negative is not None and alone and _name(observation, negative) == "neg" else ()


def _others(observation: Observation, made: Event, own: Event, expression: str) -> tuple[Wrap, ...]:
    """What else reads a result, given an expression of it."""
    (result,) = made.outputs[:1]
    reading = uses(observation).read([result.id])
    places = dict.fromkeys((e.node, o.role) for e in reading for o in e.inputs if o.tensor.id == result.id)
    return tuple(Wrap(node, role, expression) for node, role in places if node != own.node)


def _softmax(observation: Observation, exp: Event) -> Iterator[Fix]:
    """The exponentials of a softmax that is written out: its logarithm or itself in one, or the largest taken away."""
    readers = list(uses(observation).read([exp.outputs[0].id]))
    for summed in (e for e in readers if _name(observation, e) == "sum"):
        total = {t.id for t in summed.outputs}
        dims = observation.nodes[summed.node].literal("dim", summed.values.get("dim"))
        shares = (e for e in readers if _name(observation, e) == "div" and e.tensors[0].id == exp.outputs[0].id)
        share = next((e for e in shares if total & {t.id for t in e.tensors}), None)
        if isinstance(dims, list) and share is not None and _then(observation, summed, "div") is share:
            alone = len(dims) == 1 and len(summed.outputs[0].shape) == len(exp.outputs[0].shape)
            if alone and all(e in (summed, share) for e in readers):
                yield from _logarithm(observation, exp, share, dims[0])
                yield _share(observation, (exp, summed, share), dims[0])
            if all(_name(observation, e) in ("sum", "div") for e in readers):
                yield _shifted(observation, exp, dims)
            return


def _share(observation: Observation, softmax: tuple[Event, Event, Event], dim: int) -> Fix:
    exp, summed, share = softmax
    shown = _shown(observation, "softmax", exp, summed, share, dim=dim)
    edits = (Replace(exp.node, "self"), Replace(share.node, f"torch.softmax(self, {dim})"))
    return Fix(shown.summary, shown.before, shown.after, edits)


def _shifted(observation: Observation, exp: Event, dims: list[int]) -> Fix:
    shifted = f"{{x}} - {{x}}.detach().amax({dims}, True)"
    shown = shifted.replace("{x}", "x")
    return Fix(
        f"take the largest away before exp, as softmax does, or use softmax: {shown} in place of x",
        before=observation.source(exp.node) or "",
        after=wrapped(observation.source(exp.node), "exp", shifted),
        edits=(Wrap(exp.node, "self", shown),),
    )


def _logarithm(observation: Observation, exp: Event, share: Event, dim: int) -> Iterator[Fix]:
    """The logarithm of a softmax that is written out, where only what chooses from the shares stands between."""
    chosen, logarithms = {share.outputs[0].id}, list[int]()
    for event in observation.first.events:
        if chosen & {t.id for t in event.tensors}:
            name = _name(observation, event)
            if name == "log":
                logarithms.append(event.node)
            elif name in _CHOOSING:
                chosen |= {t.id for t in event.outputs}
            else:
                return
    if logarithms:
        edits = (
            Replace(exp.node, "self"),
            Replace(share.node, f"torch.log_softmax(self, {dim})"),
            *(Replace(number, "self") for number in dict.fromkeys(logarithms)),
        )
        words = "use log_softmax in place of exp, its sum and log: it holds no number that leaves the range of its type"
        yield Fix(words, before="", edits=edits)
