"""What observation costs in the process that runs it: against the plain forward and backward."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Iterator, Mapping

import torch

from bench import models
from whygrad.engine.examine import REQUEST, Unwatched
from whygrad.engine.observation import Json
from whygrad.engine.observe.archive import judge
from whygrad.engine.observe.inputs import Sampler
from whygrad.engine.observe.observer import Observer
from whygrad.engine.observe.run import Runner, Sample
from whygrad.engine.observe.torchscript import TorchScriptProgram

ROUNDS = 7


def measure() -> Iterator[str]:
    """One line for each figure."""
    tokens = {"shape": [8, 128], "dtype": "int64", "low": 0, "high": 10_000}
    image = {"shape": [8, 3, 224, 224]}
    yield _observed("ResNet-18-like, 8x3x224x224", models.scripted(models.resnet18()), image)
    yield _observed("Transformer, 6 layers, 8x128", models.scripted(models.transformer()), tokens)
    yield _structure()
    yield _replayed("ResNet-18-like, 8x3x224x224", models.scripted(models.resnet18()), image)


def _observed(name: str, archive: bytes, entry: Mapping[str, Json]) -> str:
    """An observed forward and backward against a plain one, in turn, both with the loss `mean`."""
    plain = torch.jit.load(io.BytesIO(archive))
    program = TorchScriptProgram(archive)
    sample = Sample([entry], program.signature(), "mean", 1, 0, training=True)
    runner = Runner(program, sample, Unwatched(), meta=False)
    value = Sampler(0, meta=False).arguments([entry], sample.signature)

    def unobserved() -> None:
        plain.zero_grad()
        plain(*value).mean().backward()

    ratio, ours, theirs = _in_turn(lambda: list(runner.steps()), unobserved)
    return f"observed / plain forward and backward, {name}: {ratio:.2f} ({ours:.0f} ms / {theirs:.0f} ms)"


def _structure() -> str:
    """The structure pass of BERT-base, loading not counted, against a plain forward and backward at 2x128."""
    tokens = torch.randint(0, 30_522, (2, 128))
    archive = models.traced(models.bert_base(), tokens)
    plain = torch.jit.load(io.BytesIO(archive))
    observer = Observer(judge(archive), {**REQUEST, "loss": "mean"}, Unwatched())
    observer.open()

    def unobserved() -> None:
        plain.zero_grad()
        plain(tokens).mean().backward()

    ratio, ours, theirs = _in_turn(observer.structure, unobserved)
    return (
        f"structure pass / plain forward and backward, BERT-base-sized: {ratio:.2f} ({ours:.0f} ms / {theirs:.0f} ms)"
    )


def _replayed(name: str, archive: bytes, entry: Mapping[str, Json]) -> str:
    """The replay pass, loading and three calls, against a plain forward and backward that is already optimised."""
    plain = torch.jit.load(io.BytesIO(archive))
    value = Sampler(0, meta=False).value(entry)
    observer = Observer(judge(archive), {**REQUEST, "inputs": [entry], "loss": "mean"}, Unwatched())
    observer.open()
    observer.numeric()

    def unobserved() -> None:
        plain.zero_grad()
        plain(value).mean().backward()

    ratio, ours, theirs = _in_turn(observer.replay, unobserved)
    return f"replay pass / plain forward and backward, {name}: {ratio:.2f} ({ours:.0f} ms / {theirs:.0f} ms)"


def _in_turn(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float, float]:
    """Median ratio of two functions run in turn, and the median milliseconds of each."""
    pairs = [(_ms(ours), _ms(theirs)) for _ in range(ROUNDS + 2)][2:]
    ratio = statistics.median(a / b for a, b in pairs)
    return ratio, statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def _ms(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return (time.perf_counter() - began) * 1e3
