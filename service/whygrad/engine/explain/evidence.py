"""What in a pasted text speaks for one of the codes that its message can mean."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from whygrad.engine.explain.pasted import Pasted

_LAST = 2

_IN_CODE = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (r"\.detach(_)?\(|\.data\b", "CUT101"),
        (r"no_grad|inference_mode|set_grad_enabled", "CUT102"),
        (r"\bargmax\b|\bargmin\b|\bhistc\b|\.(gt|ge|lt|le|eq)\(|\bone_hot\b|\bround\b", "CUT103"),
        (r"\.(long|int|bool|byte)\(\)|\.to\(torch\.(long|int)", "CUT104"),
        (r"\.item\(|\.tolist\(|\.numpy\(|torch\.tensor\(|\bfloat\(", "CUT105"),
        (r"torch\.jit\.trace", "CUT106"),
        (r"requires_grad_\(\)|requires_grad_\(True|requires_grad ?= ?True", "CUT107"),
        (r"requires_grad ?= ?False|requires_grad_\(False", "PAR202"),
    )
)
_AT_THE_END = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (r"\b\w*(loss|cross_entropy|criterion|nll|mse)\w*\(", "SHP713"),
        (r"@|\b(matmul|bmm|mm)\(", "SHP701"),
        (r"\.permute\(|\.transpose\(", "SHP716"),
        (r"\.squeeze\(\)", "SHP720"),
        (r"\bembedding|index_select|\bgather\(", "SHP710"),
    )
)
_ANYWHERE = (
    (re.compile(r"srcSelectDimSize|indexSelect\w{0,30}|index out of bounds\"?`"), "SHP710"),
    (re.compile(r"t >= 0 && t < n_classes|nll_loss\w{0,30}|input_val >= zero"), "SHP713"),
)
_CHANNELS = re.compile(r"expected input\[([\d, ]{1,80})\] to have (\d{1,9}) channels, but got (\d{1,9})")
_BATCHES = re.compile(r"input batch_size \((\d{1,12})\) to match target batch_size \((\d{1,12})\)")
_VIEW = re.compile(r"shape '\[(\d{1,12}), ([\d, ]{1,80})\]' is invalid for input of size (\d{1,18})")


def spoken_for(pasted: Pasted, message: str) -> Iterator[str]:
    """The codes that the numbers of the message, the code or the frames speak for, the strongest first."""
    yield from _by_numbers(message)
    text = " ".join(pasted.windows)
    yield from (code for pattern, code in _ANYWHERE if pattern.search(text))
    end = "\n".join([*pasted.code[-_LAST:], *(f"{name}(" for name in pasted.frames)])
    yield from (code for pattern, code in _AT_THE_END if pattern.search(end))
    code_lines = "\n".join(pasted.code)
    yield from (code for pattern, code in _IN_CODE if pattern.search(code_lines))


def _by_numbers(message: str) -> Iterator[str]:
    """What the sizes in a message give away."""
    if channels := _CHANNELS.search(message):
        *_, last = _sizes(channels[1])
        if last == int(channels[2]) != int(channels[3]):
            yield "SHP716"
    if batches := _BATCHES.search(message):
        predictions, targets = int(batches[1]), int(batches[2])
        if targets and predictions > targets and predictions % targets == 0:
            yield "SHP718"
    if (view := _VIEW.search(message)) and (features := math.prod(_sizes(view[2]))) and int(view[3]) % features == 0:
        yield "SHP712"


def _sizes(text: str) -> list[int]:
    return [int(size) for size in text.split(",") if size.strip()]
