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
from collections.abc import Iterable, Iterator, Sequence
from shlex import quote
from typing import Any

from whygrad.engine.edits import Ask
from whygrad.engine.finding import Finding, Fix, names
from whygrad.engine.observation import Observation
from whygrad.engine.refusals.failures import failure
from whygrad.engine.rule import rule
from whygrad.engine.shapes import PRESUMED, write_shapes
from whygrad.engine.signature import Formal, Signature
from whygrad.engine.wording.phrases import counted, sizes

_PLAIN = {"Tensor": {"shape": [2, 3]}, "int": 1, "float": 0.5, "bool": True, "str": "text", "Device": "cpu"}
_MOST_SAMPLES = 16
_VECTORS = 2
_TENSORS = ("Tensor", "Optional[Tensor]")
_PRESUMED = PRESUMED | {"low": 0}


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
        other_fixes=(
            *_unstacked(observation, signature),
            *_left_open(observation, signature),
            *_completed(observation, signature),
        )
        if known
        else (),
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
    if isinstance(sent, list) and (fitting := _spread(signature, sent) or _filled(signature, sent)) is not None:
        summary, inputs = fitting
        return Fix(summary, **_asking(inputs))
    line = _command(f"SHAPE_OF_{f.name.upper()}" for f in wanted)
    shown = line if all(f.type == "Tensor" for f in wanted) else None
    if isinstance(sent, list) and len(sent) > taken > 0 and all(map(_goes, signature.formals, sent)):
        summary = f"send {counted(taken, 'input')}: leave out what comes after {signature.formals[-1].name}"
        asked = _asking(sent[:taken])
        return Fix(summary, **(asked | {"after": shown} if shown else asked))
    if shown:
        return Fix(f"send {counted(len(wanted), 'shape')}, one for each input that it takes", before="", after=shown)
    sample = json.dumps({"inputs": [_sample(f.type) for f in wanted]})
    return Fix("describe each input in a request document (--request FILE)", before="", after=sample)


def _spread(signature: Signature, sent: list[Any]) -> tuple[str, list[Any]] | None:
    """What was sent in one list, one by one, where that is what the program takes."""
    inner = sent[0] if len(sent) == 1 and isinstance(sent[0], list) else []
    if not inner or len(inner) != len(signature.formals) or not all(map(_goes, signature.formals, inner)):
        return None
    return f"send the {len(inner)} that are in the list one by one", inner


def _filled(signature: Signature, sent: list[Any]) -> tuple[str, list[Any]] | None:
    """What was sent, with a value for each number or flag that is still to come."""
    missing = [f for f in signature.formals[len(sent) :] if f.required]
    plain = all(f.type in _PLAIN and f.type not in _TENSORS for f in missing)
    if not sent or not missing or not plain or not all(map(_goes, signature.formals, sent)):
        return None
    told = " and ".join(f"{f.name} ({f.type})" for f in missing)
    return f"send {told} too, in a request document (--request FILE)", [*sent, *(_sample(f.type) for f in missing)]


def _unstacked(observation: Observation, signature: Signature) -> Iterator[Fix]:
    """Each sample of one tensor as a tensor of a list, where a list is taken."""
    sent, formals = observation.request.get("inputs"), signature.formals
    lists = len(formals) == 1 and formals[0].type == "List[Tensor]"
    batch = sent[0] if isinstance(sent, list) and len(sent) == 1 and lists else None
    shape = batch.get("shape", []) if isinstance(batch, dict) else []
    if isinstance(batch, dict) and len(shape) > 1 and 0 < shape[0] <= _MOST_SAMPLES:
        inputs = [[{**batch, "shape": shape[1:]} for _ in range(shape[0])]]
        summary = f"send {counted(shape[0], 'sample')} as one list, in a request document (--request FILE)"
        yield Fix(summary, **_asking(inputs))


def _left_open(observation: Observation, signature: Signature) -> Iterator[Fix]:
    """What was sent, and nothing for the inputs that may be None, and have no default."""
    given, formals = observation.request.get("inputs"), signature.formals
    sent: list[Any] = given if isinstance(given, list) else []
    missing = [f for f in formals[len(sent) :] if f.required]
    if sent and missing and all(f.type.startswith("Optional[") for f in missing):
        told = " and ".join(f.name for f in missing)
        summary = f"send null for {told}, which may be None, in a request document (--request FILE)"
        yield Fix(f"{summary}; or give it the default None", **_asking([*sent, *(None for _ in missing)]))


def _completed(observation: Observation, signature: Signature) -> Iterator[Fix]:
    """What was sent, with a tensor for the one input that is missing: as one of those sent, or a target of each sample.

    The program does not say which shape it takes: what is proposed is the first with which the step is sound.
    """
    given, formals = observation.request.get("inputs"), signature.formals
    sent: list[Any] = given if isinstance(given, list) else []
    missing = [f for f in formals[len(sent) :] if f.required]
    if [f.type for f in missing] != ["Tensor"] or not sent or not all(map(_goes, formals, sent)):
        return
    for tensor in (*_likely(sent), *_for_its_layer(observation, missing[0].name, sent)):
        inputs = [*sent, tensor]
        asked = _asking(inputs)
        if write_shapes(inputs) is not None:
            asked["after"] = _command(quote(write_shapes([entry]) or "") for entry in inputs)
        told = f"{sizes(tensor['shape'])} {tensor.get('dtype', PRESUMED['dtype'])}"
        yield Fix(f"send {missing[0].name} too: with {told}, for one, the step runs", **asked, guess=True)


def _command(shapes: Iterable[str]) -> str:
    """The command that sends these."""
    return " ".join(["whygrad check model.pt", *(f"--input {shape}" for shape in shapes)])


def _likely(sent: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """What one more tensor may be like: each of those sent, a class or a number for each of their samples, or steps."""
    tensors = [t for t in sent if isinstance(t, dict) and t.get("shape")]
    yield from (t for place, t in enumerate(tensors) if t not in tensors[:place])
    for samples in (t["shape"][0] for t in tensors[:1]):
        yield {"shape": [samples], "dtype": "int64", "low": 0, "high": 2}
        yield {"shape": [samples, 1], "dtype": "float32"}
        yield {"shape": [samples], "dtype": "float32"}
    for shape in (t["shape"] for t in tensors if len(t["shape"]) > _VECTORS):
        yield from ({"shape": shape[:2], "dtype": dtype} for dtype in ("float32", "bool"))


def _for_its_layer(observation: Observation, name: str, sent: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Rows of the features that the linear layer which reads it takes, as many as something that was sent has."""
    lengths = dict.fromkeys(size for t in sent if isinstance(t, dict) for size in t.get("shape", ()))
    shapes = {parameter.name: parameter.shape for parameter in observation.parameters}
    readers = (n for n in observation.nodes if n.op == "aten::linear" and n.arguments[0].variable == name)
    weights = (observation.givers.get(w.value) for n in readers if (w := n.argument("weight")) is not None)
    held = (shapes.get(f"{w.module}.{w.attribute}".removeprefix(".")) for w in weights if w is not None)
    features = next((shape[-1] for shape in held if shape), None)
    yield from ({"shape": [n, features], "dtype": "float32"} for n in lengths if features is not None)


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
