"""The inputs that were sent are not what the method takes.

What happened
-------------
The number of inputs, or the kind of one of them (a tensor, a number, a list), differs from the method's signature; or
the program has no method of that name; or no input was described and the file recorded none.

Why it matters
--------------
Nothing was run, so nothing is known of any gradient.

How to fix it
-------------
Send one shape for each argument that the method takes: `--input 1x3x224x224 --input 4:int64[0,10)`. Arguments with a
default may be left out; lists, dicts and plain values are sent in a request document.

Not to be confused with
-----------------------
A shape or a type that an operation refuses later has codes of its own: SHP701 to SHP717, TYP801, TYP802.

Example
-------
Shapes: 2x4; 2x4
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 1)

        def forward(self, x):
            return self.fc(x)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 1)

        def forward(self, x, y):
            return self.fc(x + y)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from whygrad.engine.edits import Ask
from whygrad.engine.finding import Finding, Fix, names
from whygrad.engine.observation import Observation
from whygrad.engine.refusals.failures import failure
from whygrad.engine.rule import rule
from whygrad.engine.signature import Formal, Signature
from whygrad.engine.wording.phrases import counted

_PLAIN = {"Tensor": {"shape": [2, 3]}, "int": 1, "float": 0.5, "bool": True, "str": "text"}
_TENSORS = ("Tensor", "Optional[Tensor]")
_PRESUMED = {"dtype": "float32", "fill": "normal", "low": 0, "requires_grad": False}


@rule("TYP804", "wrong-arguments", "error")
def wrong_arguments(observation: Observation) -> Iterator[Finding]:
    """The misfit between what was sent and the signature."""
    signature = observation.signature
    if signature is not None and signature.misfit:
        yield _finding(observation, signature, signature.misfit)
    failed = failure(observation)
    if signature is not None and failed is not None and failed.cause == "arguments":
        yield _finding(observation, signature, failed.said.removeprefix(f"{signature.method}() "))


def _finding(observation: Observation, signature: Signature, misfit: str) -> Finding:
    known = bool(observation.nodes)
    return Finding(
        title=f"{misfit}: cannot call {signature.method}" if known else misfit,
        message=f"{_takes(signature)}. Sent: {_listed(signature.given)}." if known else "",
        place=signature.place,
        order=-1,
        parameters=names(observation.trainable),
        fix=_fix(observation, signature) if known else Fix("name one of the methods that the program has"),
    )


def _takes(signature: Signature) -> str:
    formals = [f"{f.name} ({_kind(f)})" for f in signature.formals]
    return f"{signature.method} takes {counted(len(formals), 'input')}: {_listed(formals)}"


def _kind(formal: Formal) -> str:
    return formal.type + ("" if formal.required else ", may be left out")


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) or "nothing"


def _fix(observation: Observation, signature: Signature) -> Fix:
    wanted = [f for f in signature.formals if f.required]
    taken, sent = len(signature.formals), observation.request.get("inputs")
    if isinstance(sent, list) and sent and taken == 1 and signature.formals[0].type == "List[Tensor]":
        summary = f"send {counted(len(sent), 'tensor')} as one list, in a request document (--request FILE)"
        return Fix(summary, **_asking([sent]))
    line = " ".join(["whygrad check model.pt", *(f"--input SHAPE_OF_{f.name.upper()}" for f in wanted)])
    shown = line if all(f.type == "Tensor" for f in wanted) else None
    if isinstance(sent, list) and len(sent) > taken > 0 and all(map(_goes, signature.formals, sent)):
        summary = f"send {counted(taken, 'input')}: leave out what comes after {signature.formals[-1].name}"
        asked = _asking(sent[:taken])
        return Fix(summary, **(asked | {"after": shown} if shown else asked))
    if shown:
        return Fix(f"send {counted(len(wanted), 'shape')}, one for each input that it takes", before="", after=shown)
    sample = json.dumps({"inputs": [_sample(f.type) for f in wanted]})
    return Fix("describe each input in a request document (--request FILE)", before="", after=sample)


def _asking(inputs: list[Any]) -> dict[str, Any]:
    """What shows these inputs as a request does, and tries them."""
    return {"before": "", "after": json.dumps({"inputs": _brief(inputs)}), "edits": (Ask({"inputs": inputs}),)}


def _brief(value: Any) -> Any:
    """Inputs as one would write them: of a tensor only what is not taken for granted."""
    if isinstance(value, list):
        return [_brief(inner) for inner in value]
    if isinstance(value, dict):
        plain = _PRESUMED if "shape" in value else {}
        return {key: _brief(inner) for key, inner in value.items() if key not in plain or plain[key] != inner}
    return value


def _goes(formal: Formal, given: Any) -> bool:
    """Whether a tensor is given where one is taken, and something else where not."""
    return (formal.type in _TENSORS) == (isinstance(given, dict) and "shape" in given)


def _sample(kind: str) -> Any:
    """An input of a type as a request describes it; null where a request cannot."""
    outer, _, inside = kind.removesuffix("]").partition("[")
    parts = re.findall(r"[\w.]+(?:\[.*?\]+)?", inside)
    if outer == "Dict" and len(parts) > 1:
        return {"KEY": _sample(parts[1])}
    return [_sample(part) for part in parts] if outer in ("List", "Tuple") else _PLAIN.get(kind)
