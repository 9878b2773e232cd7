"""What in a pasted text speaks for one of the codes that its message can mean."""

from __future__ import annotations

import re
from collections.abc import Iterator

from whygrad.engine.pasted import Pasted

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
        (r"\.(view|reshape)\(-1,", "SHP718"),
        (r"\bembedding|index_select|\bgather\(", "SHP710"),
    )
)
_ANYWHERE = (
    (re.compile(r"srcSelectDimSize|indexSelect\w{0,30}|index out of bounds\"?`"), "SHP710"),
    (re.compile(r"t >= 0 && t < n_classes|nll_loss\w{0,30}|input_val >= zero"), "SHP713"),
)
_CHANNELS = re.compile(r"expected input\[([\d, ]{1,80})\] to have (\d{1,9}) channels, but got (\d{1,9})")


def spoken_for(pasted: Pasted, message: str) -> Iterator[str]:
    """The codes that the code, the frames or the numbers of the message speak for, the strongest first."""
    if _channels_stand_last(message):
        yield "SHP716"
    windows = " ".join(pasted.windows)
    yield from (code for pattern, code in _ANYWHERE if pattern.search(windows))
    end = "\n".join([*pasted.code[-_LAST:], *(f"{name}(" for name in pasted.frames)])
    yield from (code for pattern, code in _AT_THE_END if pattern.search(end))
    code_lines = "\n".join(pasted.code)
    yield from (code for pattern, code in _IN_CODE if pattern.search(code_lines))


def _channels_stand_last(message: str) -> bool:
    """Whether the channels that a convolution wants are there, but on its input's last axis."""
    match = _CHANNELS.search(message)
    if match is None:
        return False
    return match[1].replace(" ", "").split(",")[-1] == match[2] != match[3]
