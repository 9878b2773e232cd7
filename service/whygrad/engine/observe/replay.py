"""The replay pass: the program as torch itself runs it, its optimising executor on, against what was observed."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.jit._recursive import wrap_cpp_module

from whygrad.engine.memory import refuse_out_of_memory
from whygrad.engine.observation import Departure, Error, Event, Gradient, Node, Observation
from whygrad.engine.observe import loss as losses
from whygrad.engine.observe.barriers import watched
from whygrad.engine.observe.bisection import smallest
from whygrad.engine.observe.inputs import Sampler
from whygrad.engine.observe.run import Received, Sample, message_of, states
from whygrad.engine.observe.suspicion import PATIENCE_MS
from whygrad.engine.observe.torchscript import TorchScriptProgram

CALLS = 3
"""The first is profiled, the second optimised, the third runs what the second made."""

MOST_OPERATIONS = 2_000
"""The most operations in a program. The executor's time grows with their square: a chain of 1,000 took it 5 s, one of
4,000 over a minute (torch 2.13, one core)."""

LOCATING_SECONDS = 10.0
"""The most that is spent on finding the operation where the two part."""

Gradients = Mapping[str, torch.Tensor | None]


@dataclass(frozen=True)
class Outcome:
    """What one call gave: its gradients, or the error that it raised."""

    gradients: Gradients
    error: Error | None = None


def objection(seen: Observation) -> str | None:
    """Why a program is not run once more after what was seen of it; None where it can be."""
    if seen.exported:
        return "what torch.export exports is not run by the optimising executor of TorchScript"
    numeric = next((p for p in seen.passes if p.name == "numeric" and p.ran), None)
    if numeric is None:
        return "it compares them with the step with its numbers, which could not run"
    if any(g.state == "non-finite" for g in numeric.steps[0].gradients.values()):
        return "the gradients of the first step are not finite as they are"
    if numeric.steps[0].spoiled:
        return "the loss or an output of the first step is not finite as it is"
    if numeric.ms > PATIENCE_MS:
        return f"the step with its numbers took {numeric.ms / 1e3:.0f} seconds, and this takes as long again"
    operations = len({event.node for event in numeric.steps[0].events})
    if operations > MOST_OPERATIONS:
        return f"torch's optimising executor would take too long over {operations:,} operations"
    return None


class Replay:
    """Three calls of a program without probes, each as it was loaded, compared with the observed first step."""

    def __init__(
        self, program: TorchScriptProgram, sample: Sample, observed: Received, events: Sequence[Event]
    ) -> None:
        """`events` are those of the observed step."""
        self._program = program
        self._sample = sample
        self._expected: Gradients = observed.gradients
        self._nodes = _run(program, events)
        self._tolerance = _tolerance(events)
        self._random = frozenset(n.id for n in self._nodes if observed.random and _is_random(n))
        program.train(sample.training)

    def departure(self) -> Departure | None:
        """The first call that parts from what was observed, and where; None where all agree.

        That random numbers are drawn in another order is no departure. Nor is it where the executor leaves out what
        nobody reads, and with it what was drawn there.
        """
        parted = self._parted(())
        if parted is not None and self._random:
            self._expected = self._call(self._program.pruned()).gradients or self._expected
            parted = self._parted(()) and self._parted(self._random)
        return self._located(*parted) if parted is not None else None

    def _parted(self, isolated: Collection[int]) -> tuple[int, Outcome] | None:
        calls = enumerate(self._calls(CALLS, isolated), 1)
        return next(((number, outcome) for number, outcome in calls if not self._as_expected(outcome)), None)

    def _located(self, call: int, outcome: Outcome) -> Departure:
        deadline = time.monotonic() + LOCATING_SECONDS
        candidates = [n.id for n in self._nodes if n.id not in self._random]

        def restored(nodes: Collection[int]) -> bool:
            return self._agrees(call, self._random.union(nodes))

        nodes = smallest(candidates[::-1], restored, deadline)  # a gradient meets the last of them first
        given = states(outcome.gradients)
        told = {name: given[name] for name in self._differing(outcome) if name in given}
        return Departure(call, told, outcome.error, nodes, self._hidden(candidates) if _broken(told) else None)

    def _agrees(self, call: int, isolated: Collection[int]) -> bool:
        *_, last = self._calls(call, isolated)
        return self._as_expected(last)

    def _as_expected(self, outcome: Outcome) -> bool:
        return outcome.error is None and not self._differing(outcome)

    def _calls(self, number: int, isolated: Collection[int]) -> Iterator[Outcome]:
        function = self._program.plain(isolated, padded=not any(_writes(node) for node in self._nodes))
        return (self._call(function) for _ in range(number))

    def _call(self, function: Callable[[Any, Sequence[Any]], Any]) -> Outcome:
        module, parameters = _fresh(self._program)
        sampler = Sampler(self._sample.seed, meta=False)
        torch.default_generator.manual_seed(self._sample.seed)
        stage: Any = "forward"
        try:
            outputs = function(module, sampler.arguments(self._sample.inputs, self._sample.signature))
            stage = "loss"
            planned = losses.plan(outputs, self._sample.loss, sampler)
            value = losses.compute(planned, self._sample.loss, sampler)
            stage = "backward"
            value.backward()  # type: ignore[no-untyped-call]
        except Exception as error:  # what it raises is what we came for
            refuse_out_of_memory(error)
            return Outcome({}, Error(stage, type(error).__name__, message_of(error)))
        return Outcome({name: p.grad for name, p in parameters.items()})

    def _differing(self, outcome: Outcome) -> list[str]:
        """The parameters whose gradient is not the one expected, beyond rounding."""
        expected = self._expected
        if outcome.error is not None:
            return [name for name, gradient in expected.items() if gradient is not None]
        noise = self._tolerance**2 * self._largest
        return [n for n, g in expected.items() if _differ(g, outcome.gradients.get(n), self._tolerance, noise)]

    @property
    def _largest(self) -> float:
        norms = (float(g.norm()) for g in self._expected.values() if g is not None)
        return max((norm for norm in norms if norm < float("inf")), default=0.0)

    def _hidden(self, candidates: Collection[int]) -> int | None:
        """The operation whose own derivative is not finite, though what comes before it hides that where it can."""
        seen: dict[int, bool] = {}

        def watch(barrier: int, gradient: torch.Tensor) -> None:
            seen[barrier] = seen.get(barrier, True) and bool(gradient.isfinite().all())

        with watched(watch):
            list(self._calls(1, candidates))
        made = [n for n in candidates if seen.get(2 * n + 1) and not seen.get(2 * n, True)]
        return max(made, default=None)


def _fresh(program: TorchScriptProgram) -> tuple[Any, dict[str, torch.Tensor]]:
    """A copy of the module as it was loaded, so that what one call leaves behind does not reach the next.

    With it the parameters that want a gradient.
    """
    twin = wrap_cpp_module(copy.deepcopy(program.module._c))  # type: ignore[no-untyped-call]
    held = {
        **dict(twin.named_buffers(remove_duplicate=False)),
        **dict(twin.named_parameters(remove_duplicate=False)),
    }
    wanting = {name: held[name] for name, p in program.parameters() if p.requires_grad and name in held}
    for parameter in twin.parameters():
        parameter.detach_()
    for parameter in wanting.values():
        parameter.detach_().requires_grad_()
    return twin, wanting


def _run(program: TorchScriptProgram, events: Sequence[Event]) -> list[Node]:
    """The operations of a program that were run, in their order."""
    run = {event.node for event in events}
    return [node for node in program.nodes if node.id in run and node.op.startswith("aten::")]


def _writes(node: Node) -> bool:
    return any(a.type == "Tensor" for a in node.arguments if a.name in node.writes)


def _is_random(node: Node) -> bool:
    packet = getattr(torch.ops.aten, node.name, None)
    if packet is None:
        return False
    return any(torch.Tag.nondeterministic_seeded in getattr(packet, o).tags for o in packet.overloads())


_TOLERANCES = {"float64": 1e-6, "float32": 1e-2, "complex64": 1e-2, "float16": 0.1, "bfloat16": 0.1}


def _tolerance(events: Sequence[Event]) -> float:
    """How much a gradient may differ, relative to itself: sums in another order, by the coarsest type at work."""
    types = {tensor.dtype for event in events for tensor in event.outputs if tensor.floating}
    return max((_TOLERANCES.get(dtype, 1e-2) for dtype in types), default=1e-2)


def _differ(observed: torch.Tensor | None, given: torch.Tensor | None, tolerance: float, noise: float) -> bool:
    """Whether two gradients differ. None is zero, and what was not finite before is none of ours."""
    if observed is None and given is None:
        return False
    dense = [g.to_dense() if g.is_sparse else g for g in (observed, given) if g is not None]
    first, last = float(dense[0].norm()), float(dense[-1].norm())
    if observed is not None and not first < float("inf"):
        return False
    if given is not None and not last < float("inf"):
        return True
    if len(dense) < 2:
        return first > noise
    return float((dense[0] - dense[1]).norm()) > tolerance * max(first, last) + noise


def _broken(gradients: Mapping[str, Gradient]) -> bool:
    return any(g.state == "non-finite" for g in gradients.values())
