"""The operations of an exported program, one after another, as lines of TorchScript that are not yet in methods."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from whygrad.engine.exported.expressions import Named, expression, identifier, names_in, plain
from whygrad.engine.exported.package import EXPORTING, Json, refuse
from whygrad.engine.exported.scopes import Place, Scope, scopes
from whygrad.engine.spelling import quoted

REGION = "torch.ops.higher_order.wrap_with_set_grad_enabled"
_INOF_NUMBERS = "write it as an if or a loop of Python, and export it with torch.jit.script"
_NOT_READ = {
    "cond": ("it holds torch.cond, of which either branch may run", _INOF_NUMBERS),
    "while_loop": ("it holds while_loop, which repeats a part of it", _INOF_NUMBERS),
    "map_impl": ("it holds map, which repeats a part of it", _INOF_NUMBERS),
    "scan": ("it holds scan, which repeats a part of it", _INOF_NUMBERS),
    "wrap_with_autocast": (
        "a part of it runs in torch.autocast",
        "export it without torch.autocast, which changes types of numbers, and no way that gradients take",
        EXPORTING,
    ),
}
"""What holds a graph of its own, by its name: why it is not read, and what to send in its place."""
_OPERATION = re.compile(r"torch\.ops\.(?P<space>\w+)\.(?P<name>\w+)(\.\w+)?")
OF_NUMBERS = {
    "_operator.add": "({} + {})",
    "_operator.sub": "({} - {})",
    "_operator.mul": "({} * {})",
    "_operator.floordiv": "({} // {})",
    "_operator.truediv": "({} / {})",
    "_operator.mod": "({} % {})",
    "_operator.pow": "({} ** {})",
    "_operator.neg": "(-{})",
    "_operator.pos": "{}",
    "_operator.and_": "torch.__and__({}, {})",
    "_operator.or_": "torch.__or__({}, {})",
    "_operator.lshift": "torch.__lshift__({}, {})",
    "_operator.rshift": "torch.__rshift__({}, {})",
    "_operator.eq": "({} == {})",
    "_operator.ne": "({} != {})",
    "_operator.lt": "({} < {})",
    "_operator.le": "({} <= {})",
    "_operator.gt": "({} > {})",
    "_operator.ge": "({} >= {})",
    "torch.sym_max": "ops.prim.max({}, {})",
    "torch.sym_min": "ops.prim.min({}, {})",
    "torch.sym_int": "int({})",
    "torch.sym_float": "float({})",
    "torch.sym_ite": "({1} if {0} else {2})",
    "torch._sym_sqrt": "torch.sqrt({})",
    "torch.sym_not": "(not {})",
    "math.trunc": "int({})",
}
"""What is computed with numbers outside tensors, all that an export writes of it, as TorchScript."""
_CHECKS = frozenset(
    {
        "_assert_async",
        "_assert_scalar",
        "_assert_tensor_metadata",
        "sym_constrain_range",
        "sym_constrain_range_for_size",
    }
)
"""What the export itself put in to hold the sizes that it was made with."""
_FRESH = frozenset({"lift_fresh", "lift_fresh_copy", "scalar_tensor"})
"""What `torch.tensor` became: a tensor that has no history, which `torch.tensor` detaches once more."""
_ASSIGNED = re.compile(r"copy__default(_\d+)?")
"""How an export names a write that it adds for an assignment to a buffer; a `copy_` of the program is `copy_` there."""
_TAKEN = frozenset({"item", "_local_scalar_dense"})
_SIZED = {"sym_size": "size", "sym_stride": "stride", "sym_numel": "numel", "sym_storage_offset": "storage_offset"}
_KEYWORD = 2
"""The kind of an argument that is given by name."""
TYPES = {"as_tensor": "Tensor", "as_sym_int": "int", "as_sym_float": "float", "as_sym_bool": "bool"}
"""The types of the values of a graph."""


@dataclass(frozen=True)
class Value:
    """A value: its name in the written program, and its type there."""

    name: str
    type: str = "Tensor"


@dataclass(frozen=True)
class Step:
    """An operation: what it gives, how it is written, the names that it reads, and where it was called."""

    gives: tuple[Value, ...]
    written: Callable[[Named], str]
    reads: tuple[str, ...]
    scopes: tuple[Scope, ...]
    place: Place | None
    is_list: bool = False


class Steps:
    """The operations of a graph and of the regions in it, with names that are used once."""

    def __init__(self, graph: Json) -> None:
        self._used: dict[str, int] = {}
        self._fresh_made: set[str] = set()
        self.inputs = [self._entry(argument) for argument in graph["inputs"]]
        self.names: dict[str, str] = {name: value.name for name, value in self.inputs if name}
        self.all = list(self._steps(graph, self.names, ()))

    def _entry(self, argument: Json) -> tuple[str, Value]:
        ((kind, held),) = argument.items()
        name = held.get("name", held.get("as_name", "")) if isinstance(held, Mapping) else ""
        return name, Value(self._fresh(name) if name else "", TYPES.get(kind, ""))

    def _fresh(self, name: str) -> str:
        """The name, or one like it that nothing has yet."""
        plain = identifier(name)
        while plain in self._used:
            self._used[plain] += 1
            plain = f"{plain}_{self._used[plain]}"
        self._used[plain] = 0
        return plain

    def _steps(self, graph: Json, names: dict[str, str], around: tuple[Scope, ...]) -> Iterator[Step]:
        for node in graph["nodes"]:
            target = str(node["target"])
            if target == REGION:
                yield from self._region(node, names, around)
            elif target.startswith("torch.ops.higher_order."):
                name = target.rpartition(".")[2]
                refuse(*_NOT_READ.get(name, (f"it holds {quoted(name)}, which runs a part of it in a way of its own",)))
            elif _operator(node) in _CHECKS:
                continue
            elif _operator(node) == "detach_" and self._read(node, names)[0] in self._fresh_made:
                names[_given(node)] = self._read(node, names)[0]
            elif _ASSIGNED.fullmatch(node.get("name") or ""):
                yield self._assignment(node, names, around)
            else:
                yield self._step(node, names, around)

    def _read(self, node: Json, names: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(names[name] for each in node["inputs"] for name in names_in(each["arg"]))

    def _assignment(self, node: Json, names: dict[str, str], around: tuple[Scope, ...]) -> Step:
        """What the program gave an attribute, which the export wrote into it at the end."""
        into, value = self._read(node, names)
        names[_given(node)] = value
        calls, place = scopes(node["metadata"])
        return assignment(into, value, around, calls[0].place if calls else place)

    def _step(self, node: Json, names: dict[str, str], around: tuple[Scope, ...]) -> Step:
        read = self._read(node, names)
        calls, place = scopes(node["metadata"])
        gives, is_list = [], False
        for output in node["outputs"]:
            ((kind, held),) = output.items()
            is_list |= kind == "as_tensors"
            for each in held if kind == "as_tensors" else [held]:
                entry = self._entry({"as_tensor" if kind == "as_tensors" else kind: each})
                names[entry[0]] = entry[1].name
                gives.append(entry[1] if entry[0] else Value(self._fresh("_unused"), "Tensor"))
        if _operator(node) in _FRESH or (_operator(node) == "to" and read[0] in self._fresh_made):
            self._fresh_made |= {value.name for value in gives}
        written = partial(_written, node, names)
        return Step(tuple(gives), written, read, _joined(around, calls), place, is_list)

    def _region(self, node: Json, names: dict[str, str], around: tuple[Scope, ...]) -> Iterator[Step]:
        """What runs with gradients on, or off; what goes in and comes out has the same name outside."""
        mode, inner, *given = (each["arg"] for each in node["inputs"])
        graph, on = inner["as_graph"]["graph"], bool(mode["as_bool"])
        known = {}
        for argument, outer in zip(graph["inputs"], given, strict=True):
            ((_, held),), (source,) = argument.items(), names_in(outer)
            known[held.get("name", held.get("as_name"))] = names[source]
        calls, _ = scopes(node["metadata"])
        region = Scope(f"region {node['name']}", None, "enable_grad" if on else "no_grad")
        yield from self._steps(graph, known, (*_joined(around, calls), region))
        for argument, outer in zip(node["outputs"], graph["outputs"], strict=True):
            (name,), (source,) = names_in(argument), names_in(outer)
            names[name] = known[source]


def assignment(into: str, value: str, scopes: tuple[Scope, ...] = (), place: Place | None = None) -> Step:
    """A tensor of a module becomes another one."""
    return Step((), lambda named: f"{named(into)} = {named(value)}", (into, value), scopes, place)


def _operator(node: Json) -> str:
    """The name of an operation of torch itself, without its overload; empty for every other."""
    space, name, *_ = (*str(node["target"]).removeprefix("torch.ops.").split("."), "")
    return name if space == "aten" else ""


def _given(node: Json) -> str:
    """The name of the only result."""
    ((name,),) = (tuple(names_in(output)) for output in node["outputs"])
    return name


def _joined(around: Sequence[Scope], calls: Sequence[Scope]) -> tuple[Scope, ...]:
    """The calls around an operation, with the regions among them at their places."""
    joined, rest = [], list(calls)
    for scope in around:
        if scope.path is None:
            joined.append(scope)
        elif rest and rest[0] == scope:
            joined.append(rest.pop(0))
        else:
            return (*joined, *(scope for scope in around[len(joined) :] if scope.path is None), *rest)
    return (*joined, *rest)


def _written(node: Json, names: Mapping[str, str], known: Named) -> str:
    """The right side of the line; `known` gives the expression for a value by its name in the written program."""
    target = str(node["target"])

    def named(name: str) -> str:
        return known(names[name])

    positional = [expression(each["arg"], named) for each in node["inputs"] if each.get("kind") != _KEYWORD]
    if target in OF_NUMBERS:
        return OF_NUMBERS[target].format(*positional)
    found = _OPERATION.fullmatch(target)
    if found is None:
        return refuse(f"it calls {quoted(target)}, which is no operation of torch")
    last = [each for each in node["inputs"] if each.get("kind") == _KEYWORD]
    by_name = [f"{plain(each['name'])}={expression(each['arg'], named)}" for each in last]
    operation = _SIZED.get(found["name"], found["name"])
    whole = f"torch.{operation}" if found["space"] == "aten" else f"ops.{found['space']}.{operation}"
    call = f"{whole}({', '.join([*positional, *by_name])})"
    return _number(node, call) if found["name"] in _TAKEN else call


def _number(node: Json, call: str) -> str:
    """A number that is taken out of a tensor, as the type that the program has for it."""
    ((kind, _),) = node["outputs"][0].items()
    return f"{TYPES[kind]}({call})"
