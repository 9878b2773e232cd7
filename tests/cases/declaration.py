"""What the docstring of a case's source declares: where it comes from, what it is sent with, and what goes wrong.

    Traced activation is a constant.            the first line is the title

    Source: https://…                           the public report
    Adapted: what was changed                   optional
    Export: script | trace 4x8 | freeze 4x8 | pickle | state_dict
    Inputs: 4x8; 4:int64[0,3)                   or a JSON list, where the short form does not say enough
    Mode: train | eval
    Steps: 2
    Loss: auto | output | sum | mean | cross_entropy 4:int64[0,3)
    Raises: forward: text of the error          load, forward, loss or backward; `backward 2:` where only step 2 does
    Spoils: none encoder.*                      what gradient instead of a good one, and whose; also `… from call 2`
    Codes: CUT106                               any of them names the cause
    Line: feats = self.encoder(x).data          where to edit; more than one may be right
    Op: aten::detach                            likewise; `.` is the top module
    Module: encoder
    Benign: norm.bias                           zero for a good reason
    Fix: x.detach() => x                        a change of this source that mends it, one for each fault
    Twin: healthy                               the mended program is a case too
    Later: SHP701 | aten::linear | head | return self.head(x) | raises forward: mat1 and mat2

    What happens, in a sentence or two.

A program with neither `Raises` nor `Spoils` is healthy: everything trainable learns within two steps.
"""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from whygrad.engine.observation import Json
from whygrad.engine.shapes import parse_shapes

_FIELD = re.compile(r"([A-Z][a-z]+): *(.*)")
_ONCE = {"Twin", "Source", "Adapted", "Export", "Inputs", "Mode", "Steps", "Loss", "Raises", "Spoils", "Codes"}
_KNOWN = _ONCE | {"Line", "Op", "Module", "Benign", "Fix", "Later"}


@dataclass(frozen=True)
class Declaration:
    """A case as its source declares it."""

    id: str
    title: str
    fields: dict[str, list[str]]
    explanation: str

    def one(self, name: str, default: str = "") -> str:
        """The only value of a field."""
        return self.fields.get(name, [default])[0]

    def words(self, name: str) -> list[str]:
        """The words of all its lines."""
        return " ".join(self.fields.get(name, [])).split()

    def entry(self) -> dict[str, Json]:
        """As it stands in `cases.json`."""
        return {
            "id": self.id,
            "title": self.title,
            "source": self.one("Source"),
            "adapted": self.one("Adapted"),
            "exported_with": self.one("Export", "script"),
            "model_file": f"{self.id}.pt",
            "source_file": f"src/{self.id}.py",
            "request": self._request(),
            "truth": self._truth(),
        }

    def twin(self) -> dict[str, Json] | None:
        """The mended program as a case of its own, where it is one."""
        if "Twin" not in self.fields:
            return None
        told = self.entry()
        change = told["truth"]["fix"][0]
        truth = {"outcome": "healthy", "codes": [], "lines": [], "ops": [], "modules": [""], "parameters": []}
        return told | {
            "id": f"{self.id}_mended",
            "title": f"Mended: {self.title[:1].lower()}{self.title[1:]}",
            "adapted": f"`{change['after']}` for `{change['before']}`",
            "model_file": f"{self.id}_mended.pt",
            "truth": truth | {"benign": told["truth"]["benign"], "explanation": "The smallest edit that heals it."},
        }

    def _request(self) -> dict[str, Json]:
        inputs, loss = self.one("Inputs"), self.one("Loss", "auto")
        kind, _, target = loss.partition(" ")
        request: dict[str, Json] = {
            "inputs": json.loads(inputs) if inputs.startswith("[") else parse_shapes(inputs),
            "mode": self.one("Mode", "train"),
            "loss": {"kind": kind, "output": 0, "target": parse_shapes(target)[0]} if target else kind,
        }
        return request | ({"steps": int(self.one("Steps"))} if "Steps" in self.fields else {})

    def _truth(self) -> dict[str, Json]:
        raises, spoils = self.one("Raises"), self.one("Spoils")
        place = {
            "codes": self.words("Codes"),
            "lines": self.fields.get("Line", []),
            "ops": self.words("Op"),
            "modules": [dotted(word) for word in self.words("Module") or ["."]],
        }
        return {
            "outcome": "error" if raises else "silent" if spoils else "healthy",
            **place,
            **went_wrong(raises, spoils),
            "benign": self.words("Benign"),
            "fix": [dict(zip(("before", "after"), halves(line), strict=True)) for line in self.fields.get("Fix", [])],
            "later_faults": [later(line) for line in self.fields.get("Later", [])],
            "explanation": self.explanation,
        }


def declared(file: Path) -> Declaration:
    """What a source declares. Raises ValueError for a field that there is not, or one too many."""
    told = ast.get_docstring(ast.parse(file.read_text())) or ""
    title, _, rest = told.partition("\n")
    fields, prose = defaultdict(list), []
    for line in rest.splitlines():
        match = _FIELD.fullmatch(line)
        if match and match[1] in _KNOWN and not prose:
            fields[match[1]].append(match[2])
        elif line.strip():
            prose.append(line.strip())
    twice = [name for name in _ONCE if len(fields[name]) > 1]
    if twice or not fields["Source"]:
        raise ValueError(f"{file.name}: {', '.join(twice) or 'no source'}")
    return Declaration(file.stem, title, {k: v for k, v in fields.items() if v}, " ".join(prose))


def went_wrong(raises: str, spoils: str) -> dict[str, Json]:
    """How a fault shows: the error with its stage and step, the gradient, and whose it is (as patterns)."""
    shown: dict[str, Json] = {"parameters": []}
    if raises:
        stage, _, text = raises.partition(": ")
        name, _, step = stage.partition(" ")
        shown = {"error": {"stage": name, "step": int(step or 1), "text": text}, "parameters": ["*"]}
    if spoils:
        words, _, call = spoils.partition(" from call ")
        gradient, *names = words.split()
        shown |= {"gradient": gradient, "first_call": int(call or 1), "parameters": names}
    return shown


def later(line: str) -> dict[str, Json]:
    """A fault that stands behind another."""
    codes, op, module, source, how = (part.strip() for part in line.split(" | "))
    verb, _, what = how.partition(" ")
    shown = went_wrong(what, "") if verb == "raises" else went_wrong("", what)
    place = {"ops": named(op), "modules": [dotted(module)], "lines": named(source)}
    return {"codes": codes.split(), **place, **shown}


def named(place: str) -> list[str]:
    """An operation or a line; a dash where there is none."""
    return [] if place == "-" else [place]


def halves(line: str) -> tuple[str, str]:
    """What stands before and after the arrow of a fix."""
    before, _, after = line.partition(" =>")
    return before, after.removeprefix(" ")


def dotted(module: str) -> str:
    """The path of a module; a single dot is the top."""
    return "" if module == "." else module
