"""One pass over a program: training steps with probes, written down as an observation's steps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from whygrad.engine.edits import Wrap
from whygrad.engine.memory import refuse_out_of_memory
from whygrad.engine.observation import Error, Event, Gradient, Json, Step, Tensor
from whygrad.engine.observe import loss as losses
from whygrad.engine.observe.expressions import compiled
from whygrad.engine.observe.functions import Last, Watch, owners
from whygrad.engine.observe.inputs import Sampler
from whygrad.engine.observe.measuring import is_spoiled
from whygrad.engine.observe.probes import Progress, Recorder, recording, tensors_in
from whygrad.engine.observe.program import Program
from whygrad.engine.observe.saved import clobbered, clobbered_out_of_reach, saved_in, written_unseen
from whygrad.engine.operations import KEEPING
from whygrad.engine.signature import Signature

LEARNING_RATE = 1e-2
"""Of the SGD update between two steps: large enough that a zero-initialised layer leaves zero."""

LONGEST_MESSAGE = 1 << 16
"""Characters that are read at either end of an error: a program may raise with megabytes of text."""

NEGLIGIBLE = 1e-8
"""A gradient this much smaller than the largest of the others is zero."""

MOST_BLANK = 64
"""More stretches of zeros than that are no part of a layer: they are rows of a table, or units that are not active."""


@dataclass(frozen=True)
class Received:
    """The gradients that the parameters received in the first step, and whether it drew random numbers."""

    gradients: Mapping[str, torch.Tensor | None]
    random: bool


@dataclass(frozen=True)
class Sample:
    """What a program is run with. `loss_edits` change the operands of a loss function that the request names.

    `double` says that floats are drawn as ever, and handed on in double precision.
    """

    inputs: Sequence[Json]
    signature: Signature
    loss: Json
    steps: int
    seed: int
    training: bool
    loss_edits: Sequence[Wrap] = ()
    double: bool = False


class Runner:
    """Runs the training steps of one loaded program and writes down what happens."""

    def __init__(
        self, program: Program, sample: Sample, progress: Progress, *, meta: bool, close: int | None = None
    ) -> None:
        """`close` is the number of the step that is looked at closely."""
        self.program = program
        self.sample = sample
        self.recorder = Recorder(program.sites, progress)
        self._meta = meta
        self._close = close
        self._sampler = Sampler(sample.seed, meta=meta, double=sample.double)
        self._sent: tuple[Tensor, ...] = ()
        self._parameters = {name: p for name, p in program.parameters() if p.requires_grad}
        self.tensors = {name: self.recorder.identify(t) for name, t in _everything(program)}
        self._nodes = {node.id: node for node in program.nodes}
        self.received: Received | None = None
        program.train(sample.training)

    def steps(self) -> Iterator[Step]:
        """The steps, one after the other, until one fails."""
        torch.default_generator.manual_seed(self.sample.seed)
        for number in range(self.sample.steps):
            if number:
                self._update()
            for parameter in self._parameters.values():
                parameter.grad = None
            self.recorder.close = number == self._close
            with recording(self.recorder):
                drawn = torch.get_rng_state()
                step = self._step()
            self.recorder.let_go()
            if number == 0 and step.error is None:
                random = not torch.equal(drawn, torch.get_rng_state())
                self.received = Received({name: p.grad for name, p in self._parameters.items()}, random)
            yield step
            if step.error is not None or _ruined(step) or (self._meta and not self._kept(step)):
                return

    def _kept(self, step: Step) -> bool:
        """Whether the next step could differ where there are no numbers: something with a history was put away."""
        for event in step.events:
            node = self._nodes.get(event.node)
            if node is not None and (
                node.op in KEEPING or (node.writes and any(t.requires_grad for t in event.outputs))
            ):
                return True
        return False

    def _update(self) -> None:
        """One step of plain SGD, each gradient clipped; torch's own optimiser would import its compiler first."""
        with torch.no_grad():
            for parameter in self._parameters.values():
                if parameter.grad is not None:
                    parameter.add_(parameter.grad, alpha=-LEARNING_RATE / max(1.0, _norm(parameter.grad) or 0.0))

    def _step(self) -> Step:
        self.recorder.begin()
        try:
            arguments = self._sampler.arguments(self.sample.inputs, self.sample.signature)
            self._sent = tuple(self.recorder.identify(t) for t in tensors_in(arguments))
            outputs = self.program.run(arguments)
        except Exception as error:  # whatever a program raises is what we came for
            refuse_out_of_memory(error)
            return self._written((), (), None, self._failed("forward", error))
        return self._loss(outputs)

    def _loss(self, outputs: Any) -> Step:
        returned = tuple(tensors_in(outputs))
        planned, value, error = None, None, None
        number = self.program.loss
        try:
            planned = self._edited(losses.plan(outputs, self.sample.loss, self._sampler))
            if planned.op is not None:
                self.recorder.enter(number, *zip(*planned.operands, strict=True))
            value = losses.compute(planned, self.sample.loss, self._sampler)
            if planned.op is not None:
                self.recorder.leave(number, [value])
        except Exception as raised:  # the loss refuses its operands, or there is nothing to make one of
            refuse_out_of_memory(raised)
            error = Error("loss", type(raised).__name__, message_of(raised), self._last_unfinished())
        reads = planned.reads if planned is not None else returned
        if value is None or error is not None:
            floating = any(t.is_floating_point() or t.is_complex() for t in returned)
            gradients = {name: Gradient("none") for name in self._parameters} if not floating else {}
            return replace(self._written(returned, reads, None, error), gradients=gradients)
        return self._backward(returned, reads, value)

    def _edited(self, planned: losses.Loss) -> losses.Loss:
        """The loss with its operands changed as the edits of it say."""
        operands = dict(planned.operands)
        for edit in self.sample.loss_edits:
            if edit.argument in operands:
                operands[edit.argument] = compiled(edit.expression, [("x", "Tensor")])(operands[edit.argument])
        return replace(planned, operands=tuple(operands.items()))

    def _backward(self, returned: Sequence[Any], reads: Sequence[Any], value: torch.Tensor) -> Step:
        fact = self.recorder.identify(value)
        events, made = self.recorder.events(), self.recorder.functions()
        changed = clobbered(events, made, value)
        hidden = written_unseen(events, self._nodes)
        exposed = saved_in(hidden, made, value, self.recorder.identify) if hidden else ()
        last = Last(value)
        watch = Watch(made, value) if self.recorder.close and value.grad_fn is not None else None
        error = None
        try:
            value.backward()  # type: ignore[no-untyped-call]
        except Exception as raised:
            refuse_out_of_memory(raised)
            event = owners(made, value).get(last.function()) if value.grad_fn is not None else None
            node = events[event].node if event is not None else None
            error = Error("backward", type(raised).__name__, message_of(raised), node)
            changed = changed or clobbered_out_of_reach(error.message, event, events)
        told = error is None or not value.requires_grad
        gradients = states({name: p.grad for name, p in self._parameters.items()}) if told else {}
        step = replace(
            self._written(returned, reads, fact, error, events), gradients=gradients, clobbered=changed, exposed=exposed
        )
        seen = watch.seen(self.recorder.identify) if watch is not None else ()
        return replace(step, spoiled=self._spoiled([*returned, value]), functions=seen)

    def _spoiled(self, tensors: Sequence[torch.Tensor]) -> tuple[int, ...]:
        return tuple(self.recorder.identify(t).id for t in tensors if is_spoiled(t))

    def _written(
        self,
        returned: Sequence[Any],
        reads: Sequence[Any],
        loss: Tensor | None,
        error: Error | None,
        events: tuple[Event, ...] | None = None,
    ) -> Step:
        identify = self.recorder.identify
        return Step(
            events=events if events is not None else self.recorder.events(),
            inputs=self._sent,
            outputs=tuple(identify(t) for t in returned),
            reads=tuple(identify(t).id for t in reads),
            loss=loss,
            error=error,
            unlisted=self.recorder.unlisted,
        )

    def _failed(self, stage: Any, raised: Exception) -> Error:
        return Error(stage, _kind(raised), message_of(raised), self._last_unfinished())

    def _last_unfinished(self) -> int | None:
        events = self.recorder.events()
        return events[-1].node if events and not events[-1].completed else None


def states(gradients: Mapping[str, torch.Tensor | None]) -> dict[str, Gradient]:
    """Each gradient in a word, with its norm."""
    norms = {name: _norm(g) for name, g in gradients.items()}
    largest = max((n for n in norms.values() if n is not None and n == n and n != float("inf")), default=0.0)
    return {name: _gradient(g, norms[name], largest) for name, g in gradients.items()}


def _everything(program: Program) -> Iterator[tuple[str, torch.Tensor]]:
    yield from program.parameters()
    yield from program.buffers()
    yield from program.attributes()


def _norm(gradient: torch.Tensor | None) -> float | None:
    """The norm of a gradient; None where there is none or where it has no numbers."""
    if gradient is None or gradient.is_meta:
        return None
    dense = gradient.coalesce().values() if gradient.is_sparse else gradient
    values = dense.detach().abs()
    norm = float(torch.linalg.vector_norm(values, dtype=torch.promote_types(values.dtype, torch.float32)))
    # single precision leaves its range long before the values themselves do
    return norm if 0.0 < norm < float("inf") else float(values.double().norm())


def _gradient(gradient: torch.Tensor | None, norm: float | None, largest: float) -> Gradient:
    if gradient is None:
        return Gradient("none")
    if norm is None:
        return Gradient("ok")
    if norm != norm or norm == float("inf"):
        return Gradient("non-finite")
    return Gradient("zero" if norm <= NEGLIGIBLE * largest else "ok", norm, _blank(gradient))


def _blank(gradient: torch.Tensor) -> tuple[tuple[int, int], ...] | None:
    """The stretches of the first dimension that are zero throughout; None where they are more than a few."""
    if gradient.is_sparse or gradient.dim() == 0 or gradient.numel() == 0:
        return None
    zero = ~(gradient.detach() != 0).flatten(1).any(1) if gradient.dim() > 1 else gradient.detach() == 0
    edges = torch.nn.functional.pad(zero.to(torch.int8), (1, 1)).diff().nonzero().flatten()
    return tuple(zip(*[iter(edges.tolist())] * 2, strict=True)) if len(edges) <= 2 * MOST_BLANK else None


def _ruined(step: Step) -> bool:
    """Whether the update after a step leaves weights with which a further step says nothing."""
    return any(g.state == "non-finite" for g in step.gradients.values())


def _kind(error: Exception) -> str:
    """The class of an error as the user raised it: the interpreter wraps it in its own."""
    last = (_ends(str(error)).splitlines() or [""])[-1]
    found = re.search(r"^(?:RuntimeError: (?=AssertionError))?(?:[\w.]+\.)?(\w+(?:Error|Exception)): ", last)
    return found[1] if found else type(error).__name__


def _ends(text: str) -> str:
    """A text, without the middle of one that is too long to be read."""
    return text if len(text) <= 2 * LONGEST_MESSAGE else text[:LONGEST_MESSAGE] + text[-LONGEST_MESSAGE:]


def message_of(error: Exception) -> str:
    """What was raised, without the interpreter's listing of the stack."""
    text = _ends(str(error))
    tail = re.split(r"^(?:RuntimeError|torch\.jit\.Error|builtins\.\w+|\w+Error): ", text, flags=re.MULTILINE)
    last = tail[-1] if "Traceback of TorchScript" in text and len(tail) > 1 else text
    without_class = re.sub(r"^\w+Error:\s*", "", last.strip())[:4000]
    return re.sub(r"\bMeta(\w+)Type\b", r"torch.\1Tensor", without_class)  # so it is told where there are numbers
