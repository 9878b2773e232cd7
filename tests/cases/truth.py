"""Whether what a case says is true: each is run in plain torch, three seeds, up to three calls, and mended."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from functools import lru_cache

import torch
from tests.cases import export
from tests.cases.case import Case, within
from tests.cases.plain import Step, steps, trainable

from whygrad.engine.observation import Json

CALLS = {0: 3, 1: 2, 2: 2}
"""How many training steps are run with each seed."""
AS_GOOD = {"tiny": ("zero",)}
"""What may be seen for a gradient: rounding leaves little or nothing."""
BECOMES = AS_GOOD | {"none": ("zero",), "huge": ("nan",)}
"""What it may be later: the optimising executor makes a missing one zero, and a step along a huge one ends nowhere."""


def contradictions(case: Case) -> Iterator[str]:
    """What a case says and torch does not show."""
    yield from _named(case)
    runs = [steps(case.upload(), case.request, seed, calls) for seed, calls in CALLS.items()]
    names = trainable(case.upload())
    for seed, run in zip(CALLS, runs, strict=True):
        for line in _shown(run, case.truth, names, healthy=case.healthy):
            yield f"seed {seed}: {line}"
    if case.fixes:
        yield from _mending(case, runs)


def _shown(run: list[Step], fault: dict[str, Json], names: list[str], *, healthy: bool) -> Iterator[str]:
    """Where a run does not go as a fault says that it does, or as a healthy program goes."""
    if "error" in fault:
        yield from _raised(run, fault["error"])
        return
    if run[-1].error:
        yield f"raises in {run[-1].stage}: {run[-1].error[-300:]}"
        return
    benign = set(within(names, fault.get("benign", [])))
    if healthy:
        yield from _learns(run, set(names) - benign)
    elif fault.get("gradient") not in (None, "wrong"):
        yield from _spoiled(run, fault, names, benign)


def _raised(run: list[Step], error: dict[str, Json]) -> Iterator[str]:
    last = run[-1]
    seen = (last.stage, len(run)) if last.error else ("", len(run))
    if seen != (error["stage"], error["step"]):
        yield f"raises in {seen}, not in {error['stage']} of step {error['step']}: {last.error[-300:]}"
    elif error["text"] not in last.error:
        yield f"says {last.error[-300:]!r}, not {error['text']!r}"


def _learns(run: list[Step], names: set[str]) -> Iterator[str]:
    """A healthy program: nothing is ever NaN, and everything gets a gradient from the second step on, if not before."""
    for name in sorted(names):
        seen = [step.status(name) for step in run]
        if "nan" in seen or set(seen[1:]) != {"ok"}:
            yield f"{name} gets {seen}"


def _spoiled(run: list[Step], fault: dict[str, Json], names: list[str], benign: set[str]) -> Iterator[str]:
    """Exactly the parameters of a fault get what it says, in every step from its first call on."""
    spoiled = set(within(names, fault["parameters"])) - benign
    first = fault.get("first_call", 1) - 1
    for name in sorted(set(names) - benign):
        seen = [step.status(name) for step in run]
        if name in spoiled and (fault["gradient"] in seen[:first] or not _stays(fault["gradient"], seen[first:])):
            yield f"{name} gets {seen}, not {fault['gradient']}"
        if name not in spoiled and ("nan" in seen or "ok" not in seen):
            yield f"{name} gets {seen}, and is not said to be spoiled"


def _stays(gradient: str, seen: list[str]) -> bool:
    """Whether a gradient is what it is said to be, or has become what it turns into (see BECOMES)."""
    return set(seen[:1]) <= {gradient, *AS_GOOD.get(gradient, ())} and set(seen) <= {
        gradient,
        *BECOMES.get(gradient, ()),
    }


def _mending(case: Case, runs: list[list[Step]]) -> Iterator[str]:
    """With one change after the other the faults show in turn; with all of them the program is well."""
    text = program(case.text())
    for change, behind in zip(case.fixes, [*case.later, None], strict=True):
        if text.count(change["before"]) != 1:
            yield f"{change['before']!r} stands {text.count(change['before'])} times in the source"
            return
        text = mend(text, change)
        if behind is not None:
            yield from (f"behind it: {line}" for line in _after(case, text, behind))
    yield from (f"mended: {line}" for line in _well(case, text, runs))


def mend(text: str, change: dict[str, str]) -> str:
    """A source with a change made."""
    return text.replace(change["before"], change["after"])


def program(text: str) -> str:
    """A source without its docstring."""
    told = ast.get_docstring(ast.parse(text), clean=False)
    return text.replace(f'"""{told}"""', "", 1) if told else text


def _after(case: Case, text: str, behind: dict[str, Json]) -> Iterator[str]:
    upload = export.made(text, case.export, case.id)
    yield from _shown(steps(upload, case.request, 0, 2), behind, trainable(upload), healthy=False)


def _well(case: Case, text: str, runs: list[list[Step]]) -> Iterator[str]:
    upload = export.made(text, case.export, case.id)
    run = steps(upload, case.request, 0, 2)
    benign = case.truth.get("benign", [])
    yield from _shown(run, {"benign": benign}, trainable(upload), healthy=True)
    if case.truth.get("gradient") == "wrong" and not run[-1].error:
        first = case.truth["first_call"] - 1
        changed = {n for n, g in run[first].gradients.items() if not _same(g, runs[0][first].gradients.get(n))}
        missing = set(within(trainable(case.upload()), case.truth["parameters"])) - changed
        if missing or not changed:
            yield f"the gradient of {sorted(missing) or 'everything'} is the same"


def _same(one: torch.Tensor | None, other: torch.Tensor | None) -> bool:
    if one is None or other is None or one.shape != other.shape:
        return one is other
    return torch.allclose(one, other, rtol=1e-4, atol=1e-7)


def _named(case: Case) -> Iterator[str]:
    """Lines, operations and modules that a truth names and the program does not have."""
    text = {" ".join(line.split()) for line in program(case.text()).splitlines()}
    for fault in (case.truth, *case.later):
        yield from (f"no line is {line!r}" for line in fault["lines"] if " ".join(line.split()) not in text)
    ops, modules = _parts(case.upload())
    loss = case.request["loss"]
    ops |= {f"aten::{loss['kind']}"} if isinstance(loss, dict) and ops else set()
    if ops:
        yield from (f"no operation is {op}" for op in case.truth["ops"][:1] if op not in ops)
        yield from (f"no module is {path!r}" for path in case.truth["modules"][:1] if path not in modules)


@lru_cache(maxsize=1)
def _parts(upload: bytes) -> tuple[frozenset[str], frozenset[str]]:
    try:
        model = torch.jit.load(io.BytesIO(upload))
        graph = model.inlined_graph
    except Exception:
        return frozenset(), frozenset()
    return frozenset(_kinds(graph)), frozenset(name for name, _ in model.named_modules())


def _kinds(block: torch._C.Graph | torch._C.Block) -> Iterator[str]:
    for node in block.nodes():
        yield node.kind()
        for inner in node.blocks():
            yield from _kinds(inner)
