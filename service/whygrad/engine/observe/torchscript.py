"""The TorchScript adapter: one inlined graph, probed and run by torch's own interpreter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import torch

from whygrad.engine.edits import Edit
from whygrad.engine.observation import Frame, Node
from whygrad.engine.observe.barriers import isolate
from whygrad.engine.observe.callsites import CallSite, call_sites
from whygrad.engine.observe.editing import edit_graph
from whygrad.engine.observe.graph import GraphReader
from whygrad.engine.observe.holding import edit_module, held
from whygrad.engine.observe.inlining import every, inlined
from whygrad.engine.observe.lines import sources
from whygrad.engine.observe.loaded import copied, load, with_own_constants
from whygrad.engine.observe.placing import Place
from whygrad.engine.observe.probes import HALT, Site
from whygrad.engine.observe.probing import probe_graph
from whygrad.engine.observe.program import Program
from whygrad.engine.observe.pruning import prune
from whygrad.engine.observe.stacks import as_exported, at_line, line_in_source, read_stack
from whygrad.engine.signature import Formal, Signature

_NEAR = 400
"""How many nodes away a neighbour is looked for that knows its line."""


class UnknownMethodError(Exception):
    """The program has no method of that name; `names` are those that it has."""

    def __init__(self, method: str, names: Sequence[str]) -> None:
        super().__init__(f"the program has no method {method!r}; it has {', '.join(names) or 'none'}")
        self.names = tuple(names)


class TorchScriptProgram:
    """A TorchScript archive, loaded and instrumented. See `Program` for what it offers."""

    module: Any
    _reader: GraphReader
    _untouched: tuple[Any, Any]

    def __init__(
        self,
        data: bytes,
        method: str = "forward",
        location: str | None = None,
        edits: Sequence[Edit] = (),
        origin: Program | None = None,
        twin: Program | None = None,
        *,
        probed: bool = True,
        exported: bool = False,
    ) -> None:
        """Load, edit and instrument; one that is not `probed` is only run by `plain`.

        `origin` is the same program unedited, which knows where its nodes come from; `twin` is one loaded from the same
        bytes, whose graph is taken over, where that is another. An `exported` one was written from an archive of
        torch.export.

        Raises UnknownMethodError, EditError, and what torch raises for a broken archive.
        """
        self._data = data
        self._exported = exported
        self._origin = origin
        self._known: dict[Any, tuple[Frame, ...]] = {}
        reader, graph = self._read(method, location, origin if location is None else twin)
        self._reader = reader
        self.loss: int = len(reader.nodes)
        self._registered = edit_module(self.module, edits)
        self._promoted: Mapping[str, torch.Tensor] = {}
        if origin is not None:
            reader.reserve()
            of_graph = [e for e in edits if getattr(e, "node", None) != self.loss]
            self._promoted = edit_graph(graph, reader, of_graph, self.module)
        self.nodes: tuple[Node, ...] = tuple(reader.nodes)
        self.returns: int = reader.returns
        self.opaque: tuple[int, ...] = tuple(reader.opaque)
        self.sites: tuple[Site, ...] = probe_graph(graph, reader) if probed else ()
        self._graph = graph  # the nodes that are asked for their lines live no longer than it does
        self._function = torch._C._create_function_from_graph(method, graph)

    def _read(self, method: str, location: str | None, like: Program | None) -> tuple[GraphReader, Any]:
        """The method's graph, inlined, and what is known of it; of a program like it both are copied, at less cost."""
        if isinstance(like, TorchScriptProgram):
            self.module = copied(like._untouched[0]) if location is None else load(self._data, location)[0]
            self._method = self._find(method)
            graph = with_own_constants(like._untouched[1].copy())
            return GraphReader(graph, like=like._reader), graph
        self.module, functions = load(self._data, location)
        self._method = self._find(method)
        untouched = inlined(self.module._c, method, functions)
        self._untouched = copied(self.module) if location is None else None, untouched
        graph = with_own_constants(untouched.copy())
        return GraphReader(graph), graph

    @cached_property
    def traced(self) -> bool:
        """Whether the program was recorded, by torch.jit.trace or torch.export."""
        if self._origin is not None:
            return self._origin.traced
        return self._exported or any(f.source is None for n in self._sample() for f in self.stack(n))

    def signature(self) -> Signature:
        """What the method takes, without `self`, and the line of its definition."""
        if self._origin is not None:
            return self._origin.signature()
        formals = tuple(
            Formal(a.name, str(a.type), not a.has_default_value()) for a in self._method.schema.arguments[1:]
        )
        return Signature(self._method.name, formals, place=self._definition())

    def modules(self) -> Mapping[str, str]:
        """The dotted path of every submodule and its type."""
        return {path: module.original_name for path, module in self.module.named_modules()}

    def parameters(self) -> Iterator[tuple[str, torch.Tensor]]:
        """Every parameter under each of its names."""
        yield from self.module.named_parameters(remove_duplicate=False)
        for name in self._registered:
            yield from (each for each in held(self.module, name.partition("[")[0]) if each[0] == name)
        yield from self._promoted.items()

    def buffers(self) -> Iterator[tuple[str, torch.Tensor]]:
        """Every buffer under each of its names."""
        parameters = {name for name, _ in self.parameters()}
        yield from (each for each in self.module.named_buffers(remove_duplicate=False) if each[0] not in parameters)

    def attributes(self) -> Iterator[tuple[str, torch.Tensor]]:
        """Every other tensor that the program reads from a module, alone or in a list or a dict."""
        known = {name for name, _ in (*self.parameters(), *self.buffers())}
        read = (each for path in self._reader.attributes for each in held(self.module, path))
        yield from (each for each in read if each[0] not in known)

    def train(self, mode: bool) -> None:
        """Set training or evaluation mode everywhere."""
        self.module.train(mode)

    def double(self) -> None:
        """Set every floating parameter and buffer to double precision."""
        self.module.double()
        for made in self._promoted.values():
            made.data = made.data.double()

    def run(self, inputs: Sequence[Any]) -> Any:
        """Run the method with probes, the optimiser off. Raises what the program raises."""
        with torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
            return self._function(self.module._c, *inputs, *self._defaults(inputs), *self._promoted.values())

    def plain(self, isolated: Collection[int], *, padded: bool = True) -> Callable[[Any, Sequence[Any]], Any]:
        """The method as a function of a module and its inputs, run as torch runs it, with barriers around nodes."""
        graph = self._graph.copy()
        places = {node: place for place, node in enumerate(every(self._graph))}
        walled = {places[self._reader.handles[node]]: node for node in isolated}
        isolate(graph, walled, padded=padded)
        return self._function_of(graph)

    def pruned(self) -> Callable[[Any, Sequence[Any]], Any]:
        """The method as such a function, without what nobody reads, and run as it is written."""
        graph = self._graph.copy()
        prune(graph)
        function = self._function_of(graph)

        def unoptimised(module: Any, inputs: Sequence[Any]) -> Any:
            with torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
                return function(module, inputs)

        return unoptimised

    def _function_of(self, graph: Any) -> Callable[[Any, Sequence[Any]], Any]:
        function = torch._C._create_function_from_graph(self._method.name, graph)
        made = self._promoted.values()
        return lambda module, inputs: function(module._c, *inputs, *self._defaults(inputs), *made)

    def _defaults(self, inputs: Sequence[Any]) -> list[Any]:
        """The default values of the arguments that no input is for."""
        return [a.default_value for a in self._method.schema.arguments[1 + len(inputs) :]]

    def stack(self, node: int) -> tuple[Frame, ...]:
        """The call stack of a node in the original Python, outermost first; empty for what stands for the loss."""
        while node in self._reader.added:
            node = self._reader.added[node]
        if node == self.loss:
            return ()
        return self._origin.stack(node) if self._origin is not None else self._complete(self._reader.places[node])

    def _complete(self, place: Place | None) -> tuple[Frame, ...]:
        """The frames of a place; where torch lost those of the call it was inlined from, they are put before."""
        if place is None:
            return ()
        outer = self._complete(place.call)
        if place.site is not None:
            return (*outer, self._sites[place.site]) if place.site in self._sites else outer
        own = self._frames(place.own)
        if place.hint is not None and len(own) <= len(outer):
            return (*outer, *self._searched(place, outer))
        recorded = bool(own) and own[0].source is None
        return own if recorded else (*outer, *own[_shared(own, outer) :])

    def _searched(self, place: Place, outer: tuple[Frame, ...]) -> tuple[Frame, ...]:
        """The source line that the hint describes, near the nearest node of the same call."""
        upwards = self.nodes[place.number].op == "prim::Enter"
        before = range(place.number - 1, max(-1, place.number - _NEAR), -1)
        after = range(place.number + 1, min(len(self.nodes), place.number + _NEAR))
        for other in [*after] if upwards else [*before, *after]:
            if self.nodes[other].op == "prim::GetAttr":  # it is placed where its value is used, maybe inside a call
                continue
            neighbour = self._reader.places[other]
            frames = self._complete(neighbour) if neighbour.hint is None and neighbour.inside(place.call) else ()
            if len(frames) > len(outer):
                near = frames[len(outer)]
                return (line_in_source(self.sources, near, place.hint or "", backwards=upwards) or near,)
        return ()

    def _frames(self, node: Any) -> tuple[Frame, ...]:
        """Have torch print where a node comes from, by raising at it in a graph of its own."""
        if node not in self._known:
            self._known[node] = self._ask(node)
        return self._known[node]

    def _ask(self, node: Any) -> tuple[Frame, ...]:
        graph = torch._C.Graph()
        halting = graph.create(HALT, [], 1)
        halting.output().setType(torch._C.IntType.get())
        halting.copyMetadata(node)
        graph.appendNode(halting)
        graph.registerOutput(halting.output())
        try:
            torch._C._create_function_from_graph(self._method.name, graph)()
        except Exception as error:  # it always raises: the message is the answer
            frames = read_stack(str(error), self.sources)
            return tuple(map(as_exported, frames)) if self._exported else frames
        return ()

    @cached_property
    def _sites(self) -> Mapping[CallSite, Frame]:
        return call_sites(self._data)

    @cached_property
    def sources(self) -> Mapping[str, dict[int, str]]:
        """The user's source as far as the archive holds it."""
        return sources(self._data)

    def _definition(self) -> Frame | None:
        """The `def` line of the method."""
        for number in self._sample():
            frames = [f for f in self.stack(number) if not f.library]
            if not frames or frames[0].function not in ("", self._method.name):
                continue
            top = replace(frames[0], function=self._method.name)
            lines = self.sources.get(top.file, {})
            wanted = f"def {self._method.name}"
            above = [n for n in lines if n <= top.line and lines[n].lstrip().startswith(wanted)]
            return at_line(top, lines, max(above)) if above else None
        return None

    def _sample(self) -> list[int]:
        """A few nodes that are likely to know where they come from."""
        return [n.id for n in self.nodes if n.op.startswith("aten::")][:8]

    def _find(self, method: str) -> Any:
        names = self.module._c._method_names()
        if method not in names:
            raise UnknownMethodError(method, sorted(n for n in names if not n.startswith("__")))
        return self.module._c._get_method(method)


def _shared(own: Sequence[Frame], outer: Sequence[Frame]) -> int:
    """How many frames at the beginning are the same."""
    return next((i for i, (a, b) in enumerate(zip(own, outer, strict=False)) if a != b), min(len(own), len(outer)))
