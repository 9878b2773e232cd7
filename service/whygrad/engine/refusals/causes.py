"""The cause of a refusal, judged by operands before wording.

The causes are tried in a fixed order and the first that fits it is, so that exactly one rule claims a failure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from whygrad.engine.observation import Event, Node
from whygrad.engine.operands.convolutions import convolution
from whygrad.engine.operands.devices import apart, sent_to
from whygrad.engine.operands.dividing import misfit
from whygrad.engine.operands.dtypes import written_integer, wrong_index, wrong_type
from whygrad.engine.operands.indexing import misplaced, outgrown
from whygrad.engine.operands.joining import unjoinable
from whygrad.engine.operands.memory import written_overlapping
from whygrad.engine.operands.norms import unlike_norm
from whygrad.engine.operands.products import mismatch
from whygrad.engine.operands.ranks import missing_axis, wrong_for_layer, wrong_rank
from whygrad.engine.operands.recurrent import recurrent
from whygrad.engine.operands.stretching import clash
from whygrad.engine.operands.targets import STRETCHING, compared
from whygrad.engine.operands.views import unviewable
from whygrad.engine.operands.windows import nothing_left, reaching, too_large

Cause = Literal[
    "arguments", "leaf", "views", "overlap", "out", "no derivative", "integer leaf", "few values", "device",
    "index type", "type", "target", "join", "division", "memory", "einsum", "rank", "index", "recurrent", "norm",
    "product", "channels", "window", "stretch", "shape", "other",
]  # fmt: skip

_FEW_VALUES = re.compile(r"Expected more than 1 (value per channel|spatial element)")
_TYPE_WORDS = re.compile(
    r"dtype|data ?type|[Ii]ntegral|scalar type|same type|\btype \(|not implemented for '|floating[ -]point|result type|"
    r"bool tensor|Boolean (alpha|inputs)|not supported for complex|Autograd not support"
)
_RANK_WORDS = re.compile(
    r"Dimension out of range|0-dim|0-d tensor|too many indices|expected \dD|\dD input Tensors|\dD \(unbatched\)|"
    r"\dD or (batched )?\dD (input|tensor|query)|unbatched \dD|number of spatial dimensions|must be \d-?D|"
    r"Expected \d+ to \d+ dimensions|at least \d dimension|input to be \dD|Padding size \d+ is not supported|"
    r"[Ee]xpected.*\b\d-?D\b.*(tensor|input)|must be a matrix|mode needs \dD input"
)
_DEVICE_WORDS = re.compile(r"\bCUDA\b|\bcuda\b|same device|NVIDIA")
_INDEX_WORDS = re.compile(r"out of (range|bounds)")
_DOMAIN_WORDS = re.compile(r"should be between 0 and 1|is out of bounds|weight tensor should be")
_SHAPE_WORDS = re.compile(
    r"(?<![A-Za-z])(shapes?|sizes?|dim(ension)?s?|elements?|lengths?|ranks?|channels?|columns|rows|batch|square|vector|"
    r"\d-?D)(?![A-Za-z])",
    re.IGNORECASE,
)
_VALUE_WORDS = re.compile(
    r"out of (range|bounds)|memory location|not in the valid range|singular|positive-definite|num_classes|element < 0"
)


@dataclass(frozen=True)
class Evidence:
    """What a cause is judged by.

    `layer_type` is the type of the module, `read` the last execution in it before; `library` says that the node stands
    in torch's own Python, `unpacked` marks a shape that was taken apart, `cut_up` the pieces of a tensor.
    """

    node: Node
    event: Event
    message: str
    layer_type: str | None
    read: Event | None
    unpacked: bool
    library: bool
    cut_up: bool

    @property
    def by_hand(self) -> bool:
        """Whether it is the program's own `raise` or `assert`."""
        return self.node.op == "prim::RaiseException" and not self.library


def cause_of(seen: Evidence) -> Cause:
    """The cause; `other` where nothing more exact fits."""
    if seen.by_hand:
        return "other"
    return next((cause for cause, fits in _CAUSES if fits(seen)), "other")


def _is_loss(seen: Evidence) -> bool:
    """Whether it compares an input with its target: torch's own losses stretch the two to one shape before."""
    return seen.node.argument("target") is not None or (seen.library and seen.node.bare_name in STRETCHING)


def _says(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> Callable[[Evidence], bool]:
    """Whether torch's message has such words, which nothing but this cause gives."""
    words = re.compile(pattern, flags)
    return lambda seen: bool(words.search(seen.message))


def _few_values(seen: Evidence) -> bool:
    given = seen.event.input("input")
    alone = seen.node.op == "aten::batch_norm" and given is not None and given.shape[1:2] == (given.elements,)
    return bool(_FEW_VALUES.search(seen.message)) or (alone and "division by zero" in seen.message)


def _index_type(seen: Evidence) -> bool:
    return wrong_index(seen.node, seen.event) is not None


def _type(seen: Evidence) -> bool:
    found = wrong_type(seen.node, seen.event) or written_integer(seen.node, seen.event)
    return found is not None or bool(_TYPE_WORDS.search(seen.message))


def _join(seen: Evidence) -> bool:
    return unjoinable(seen.node, seen.event) is not None


def _division(seen: Evidence) -> bool:
    return seen.cut_up or misfit(seen.node, seen.event) is not None


def _device(seen: Evidence) -> bool:
    if apart(seen.event):
        return True
    return bool(sent_to(seen.node, seen.event) and _DEVICE_WORDS.search(seen.message))


def _target(seen: Evidence) -> bool:
    if not _is_loss(seen):
        return False
    found = compared(seen.node, seen.event)
    misfit = found is not None and (not found.fits or found.beyond is not None)
    return misfit or bool(_SHAPE_WORDS.search(seen.message) or _DOMAIN_WORDS.search(seen.message))


def _memory(seen: Evidence) -> bool:
    return unviewable(seen.node, seen.event) is not None


def _einsum(seen: Evidence) -> bool:
    return seen.node.bare_name == "einsum"


def _rank(seen: Evidence) -> bool:
    if seen.unpacked or wrong_rank(seen.node, seen.event, seen.layer_type) or _RANK_WORDS.search(seen.message):
        return True
    return seen.read is not None and wrong_for_layer(seen.read.inputs[0], seen.layer_type) is not None


def _index(seen: Evidence) -> bool:
    if misplaced(seen.node, seen.event) or outgrown(seen.node, seen.event):
        return True
    return any(a.type == "Tensor" for a in seen.node.arguments) and bool(_INDEX_WORDS.search(seen.message))


def _recurrent(seen: Evidence) -> bool:
    found = recurrent(seen.node, seen.event)
    return found is not None and (found.refused or "unbatched 2-D input" in seen.message)


def _norm(seen: Evidence) -> bool:
    return unlike_norm(seen.node, seen.event) is not None


def _window(seen: Evidence) -> bool:
    node, event = seen.node, seen.event
    return bool(too_large(node, event) or reaching(node, event) or nothing_left(node, event))


def _product(seen: Evidence) -> bool:
    return mismatch(seen.node, seen.event) is not None


def _channels(seen: Evidence) -> bool:
    found = convolution(seen.node, seen.event)
    return found is not None and found.refused


def _stretch(seen: Evidence) -> bool:
    return not _is_loss(seen) and clash(seen.node, seen.event) is not None


def _shape(seen: Evidence) -> bool:
    return bool(_SHAPE_WORDS.search(seen.message)) and not _VALUE_WORDS.search(seen.message)


def hidden_cause(node: Node, event: Event) -> Cause | None:
    """Why an execution that completed on shapes alone would be refused with numbers; None where it would not."""
    if written_overlapping(node, event):
        return "overlap"
    if sent_to(node, event):
        return "device"
    if wrong_index(node, event):
        return "index type"
    if wrong_type(node, event):
        return "type"
    compares = compared(node, event)
    if compares is not None and compares.beyond:
        return "target"
    if misplaced(node, event):
        return "index"
    found = convolution(node, event)
    if found is not None and found.refused:
        return "rank" if found.lacks_channels else "channels"
    return "rank" if node.bare_name in ("softmax", "log_softmax") and missing_axis(node, event) else None


_CAUSES: tuple[tuple[Cause, Callable[[Evidence], bool]], ...] = (
    ("leaf", _says(r"leaf Variable that requires grad")),
    ("views", _says(r"(is a view and|A view was created in).*modified inplace", re.DOTALL)),
    ("overlap", _says(r"refers? to a single memory location")),
    ("out", _says(r"functions with out=\.\.\. arguments don't support automatic differentiation")),
    ("no derivative", _says(r"is not differentiable with respect to argument")),
    ("integer leaf", _says(r"nly Tensors of floating point (and complex )?dtype can require gradients")),
    ("few values", _few_values),
    ("device", _device),
    ("index type", _index_type),
    ("type", _type),
    ("target", _target),
    ("join", _join),
    ("division", _division),
    ("memory", _memory),
    ("einsum", _einsum),
    ("recurrent", _recurrent),
    ("rank", _rank),
    ("index", _index),
    ("norm", _norm),
    ("product", _product),
    ("channels", _channels),
    ("window", _window),
    ("stretch", _stretch),
    ("shape", _shape),
)
