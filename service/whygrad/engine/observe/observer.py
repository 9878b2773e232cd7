"""Observes one program: opens it, runs the passes, and keeps what was seen as an observation."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from whygrad.engine.edits import Ask, Edit, StandIn, Wrap
from whygrad.engine.memory import is_out_of_memory
from whygrad.engine.observation import (
    Argument,
    Json,
    Node,
    Observation,
    Parameter,
    Pass,
    Step,
    Tensor,
)
from whygrad.engine.observe.archive import Archive
from whygrad.engine.observe.expressions import EditError
from whygrad.engine.observe.guards import name_guarded
from whygrad.engine.observe.inputs import fit, resized
from whygrad.engine.observe.loading import loading
from whygrad.engine.observe.looks import copies, look
from whygrad.engine.observe.loss import operator
from whygrad.engine.observe.metadata import Results
from whygrad.engine.observe.probes import Progress
from whygrad.engine.observe.program import Program, Stacks
from whygrad.engine.observe.recorded import recorded_inputs
from whygrad.engine.observe.replay import Replay, objection
from whygrad.engine.observe.run import Received, Runner, Sample
from whygrad.engine.observe.structure import MetaFollows, needs_numbers
from whygrad.engine.observe.suspicion import PATIENCE_MS, of_numbers, step_to_double, step_to_look_at
from whygrad.engine.observe.torchscript import TorchScriptProgram, UnknownMethodError
from whygrad.engine.outreach import reaching
from whygrad.engine.passes import PassName
from whygrad.engine.signature import Signature


class Observer:
    """Everything that is done with one upload. `open` it, then run the passes that are wanted."""

    def __init__(
        self,
        archive: Archive,
        request: Mapping[str, Json],
        progress: Progress,
        edits: Sequence[Edit] = (),
        origin: Program | None = None,
        twin: Program | None = None,
        results: Results | None = None,
    ) -> None:
        """Of the program with the edits made to it, where there are any; `origin` is the one without.

        `twin` is that one with its numbers.
        """
        self._archive = archive
        self._request = request
        self._edits = tuple(edits)
        self._origin = origin
        self._twin = twin
        self._results = results if results is not None else Results()
        self._progress = progress
        self._program: Program | None = None
        self._unrun: Program | None = None  # with its numbers
        self._received: Received | None = None
        self._seen = Observation(
            training=request["mode"] == "train",
            loss=request["loss"] if isinstance(request["loss"], str) else request["loss"]["kind"],
            expect_frozen=tuple(request["expect_frozen"]),
        )

    @property
    def observation(self) -> Observation:
        """What has been observed until now."""
        return self._seen

    def edited(self, edits: Sequence[Edit], progress: Progress | None = None) -> Observer:
        """An observer of the same upload, sent and changed as edits say; not yet open."""
        changes = [e.changes for e in edits if isinstance(e, Ask)]
        request = {**self._request, **{name: value for change in changes for name, value in change.items()}}
        rest, origin = [e for e in edits if not isinstance(e, Ask)], self._origin or self._program
        return Observer(self._archive, request, progress or self._progress, rest, origin, self._twin, self._results)

    def open(self, *, numbers: bool = False) -> None:
        """Load the program and hold the inputs against it; with its numbers, where no pass is to run without them.

        Raises RefusedError where torch cannot load it, and EditError where an edit cannot be made.
        """
        method = self._request["method"]
        try:
            program = self._load(numbers=numbers)
        except UnknownMethodError as error:
            self._seen = replace(self._seen, signature=Signature(method, (), misfit=str(error)))
            return
        self._program = program
        self._unrun = program if numbers else None
        inputs, recorded = self._request["inputs"], recorded_inputs(self._archive, method)
        self._inputs = recorded if inputs is None else inputs
        self._seen = replace(
            self._seen,
            format=self._archive.format,
            traced=program.traced,
            resized=resized(recorded, self._inputs),
            unrecorded=program.traced and recorded is None,
            request={**self._request, "inputs": self._inputs},
            nodes=self._nodes(program),
            returns=program.returns,
            opaque=program.opaque,
            modules=program.modules(),
            signature=fit(program.signature(), self._inputs),
            stacks=Stacks(program),
        )
        if not self.runnable:  # else the passes tell them
            runner = Runner(program, self._sample(program), self._progress, meta=True)
            self._tell_parameters(program, runner.tensors)

    @property
    def runnable(self) -> bool:
        """Whether there is a program that may be run, and inputs that it takes."""
        fits = self._seen.signature is not None and not self._seen.signature.misfit
        return self._program is not None and fits and not reaching(self._seen.nodes)

    @property
    def weights(self) -> bool:
        """Whether the file holds the numbers of its parameters, or has none."""
        stored = self._origin or self._program
        return stored is not None and (self._archive.weights or not any(True for _ in stored.parameters()))

    def structure(self) -> None:
        """Run the structure pass, on the program without its numbers."""
        assert self._program is not None
        with MetaFollows(self._results) as meta:
            ran = self._pass("structure", self._program, meta=True)
        ran = replace(ran, steps=tuple(_with_words(step, meta.refusal) for step in ran.steps))
        error = next((s.error for s in ran.steps if s.error), None)
        if error is not None and needs_numbers(error.message):
            ran = replace(ran, ran=False, why_not=self._needs(error.node), steps=())
        self._keep(ran)

    def numeric(self) -> None:
        """Run the numeric pass, on the program with its numbers."""
        if not self.weights:
            return self.skip("numeric", "the file holds no weights")
        self._progress.enter("numeric")  # its time begins with the reading of the weights
        program, self._unrun = self._unrun or self._load(numbers=True), None
        self._twin = self._twin or (None if self._edits else program)
        ran = self._pass("numeric", program, meta=False)
        stood_in = any(isinstance(e, StandIn) for e in self._edits)  # the zeros of which are nobody's fault
        if ran.ms <= PATIENCE_MS and not stood_in:
            close = self._look(step_to_look_at(ran.steps, self._seen.parameters))
            double = self._look(step_to_double(ran.steps, self._seen.parameters, self._seen.nodes), double=True)
            ran = replace(ran, close=close, double=double)
        return self._keep(ran)

    def _look(self, number: int | None, *, double: bool = False) -> Step | None:
        """That step once more, from the file on, with a look at all numbers; None where it cannot be run so."""
        if number is None:
            return None
        try:
            program = self._load(numbers=True)
            with _quiet():
                if double:
                    program.double()
                sample = self._sample(program, double=double)
                steps = list(Runner(program, sample, self._progress, meta=False, close=number).steps())
        except (MemoryError, RuntimeError):  # it is a second look: what was seen at first stands
            return None
        error = steps[number].error if number < len(steps) else None
        return steps[number] if number < len(steps) and (error is None or of_numbers(error)) else None

    def replay(self) -> None:
        """Run the program as torch itself would, and compare it with the first step of the numeric pass."""
        if not any(p.name == "numeric" for p in self._seen.passes):
            self.numeric()
        why, observed = objection(self._seen), self._received
        if why is not None or observed is None:
            return self.skip("replay", why or "the step raised, so there are none to compare")
        self._progress.enter("replay")
        began = time.perf_counter()
        with _quiet():
            program = self._load(numbers=True, probed=False)
            departure = Replay(program, self._sample(program), observed, self._seen.first.events).departure()
        self._seen = replace(self._seen, departure=departure)
        return self._keep(Pass("replay", True, None, (time.perf_counter() - began) * 1e3))

    def skip(self, name: PassName, why: str) -> None:
        """Note that a pass did not run."""
        self._keep(Pass(name, False, why))

    def _load(self, *, numbers: bool, probed: bool = True) -> TorchScriptProgram:
        with loading(UnknownMethodError, EditError, without_numbers=not numbers):
            method, edits = self._request["method"], self._edits
            data, location = (self._archive.data, "cpu") if numbers else (self._archive.skeleton, None)
            exported = self._archive.exported
            return TorchScriptProgram(
                data, method, location, edits, self._origin, self._twin, probed=probed, exported=exported
            )

    def _pass(self, name: PassName, program: Program, *, meta: bool) -> Pass:
        self._progress.enter(name)
        began = time.perf_counter()
        with _quiet():
            runner = Runner(program, self._sample(program), self._progress, meta=meta)
            self._tell_parameters(program, runner.tensors)
            steps = tuple(name_guarded(self._seen, step) for step in runner.steps())
        self._received = runner.received
        return Pass(name, True, None, (time.perf_counter() - began) * 1e3, steps)

    def _sample(self, program: Program, *, double: bool = False) -> Sample:
        return Sample(
            inputs=self._inputs or (),
            signature=self._seen.signature or Signature("forward", ()),
            loss=self._request["loss"],
            steps=self._request["steps"],
            seed=self._request["seed"],
            training=self._seen.training,
            loss_edits=tuple(e for e in self._edits if isinstance(e, Wrap) and e.node == program.loss),
            double=double,
        )

    def _tell_parameters(self, program: Program, tensors: Mapping[str, Tensor]) -> None:
        held, buffers = dict(program.parameters()), dict(program.buffers())
        looks = {name: look(tensor) for name, tensor in (buffers | dict(program.attributes())).items()}
        grouped = _grouped(list(held), tensors)
        own = {p.tensor for p in grouped}
        rest = _grouped([name for name in tensors if name not in held], tensors)
        alike = copies([*((p.name, held[p.name]) for p in grouped), *buffers.items()])
        copied = {name: tuple(n for n in names if n in held) for name, names in alike.items()}
        single = {name: look(tensor) for name, tensor in held.items() if tensor.numel() == 1}
        parameters = tuple(replace(p, look=single.get(p.name), copies=copied.get(p.name, ())) for p in grouped)
        others = tuple(
            replace(b, look=looks.get(b.name), registered=b.name in buffers, copies=copied.get(b.name, ()))
            for b in rest
            if b.tensor not in own
        )
        self._seen = replace(self._seen, parameters=parameters, buffers=others)

    def _keep(self, done: Pass) -> None:
        others = tuple(p for p in self._seen.passes if p.name != done.name)
        self._seen = replace(self._seen, passes=(*others, done))

    def _needs(self, node: int | None) -> str:
        if node is None:
            return "it needs the numbers that a shape alone does not have"
        place = self._seen.place(node)
        where = f" at {place.file.rpartition('/')[2]} line {place.line}" if place else ""
        return f"{self._seen.nodes[node].op}{where} needs the numbers, not only the shapes"

    def _nodes(self, program: Program) -> tuple[Node, ...]:
        """The nodes of a program, and among them what stands for a loss function that the request names."""
        spec, number = self._request["loss"], program.loss
        if isinstance(spec, str):
            return program.nodes
        arguments = tuple(Argument(name, -1, "Tensor") for name in ("input", "target"))
        loss = Node(number, operator(spec["kind"]), "", arguments, ())
        return (*program.nodes[:number], loss, *program.nodes[number + 1 :])


def _grouped(names: Sequence[str], tensors: Mapping[str, Tensor]) -> tuple[Parameter, ...]:
    """One parameter for each tensor, under the first of its names."""
    groups: dict[int, list[str]] = {}
    for name in names:
        groups.setdefault(tensors[name].id, []).append(name)
    return tuple(
        Parameter(first, tensors[first].shape, tensors[first].dtype, tensors[first].requires_grad, number, tuple(rest))
        for number, (first, *rest) in groups.items()
    )


def _with_words(step: Step, refusal: str) -> Step:
    """The step, with what the operation said where its error lost its words."""
    if step.error is None or step.error.message or step.error.kind != "RuntimeError":
        return step
    if is_out_of_memory(refusal):
        raise MemoryError(refusal)
    return replace(step, error=replace(step.error, message=refusal))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """torch warns of much that a finding says better."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
