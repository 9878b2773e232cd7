"""Every message of the table is raised by torch itself, or read verbatim where this torch does not print it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.engine.explain.messages.raising import NAMES, message_of
from torch import nn

from whygrad.engine import catalogue
from whygrad.engine.codes import CODES
from whygrad.engine.explain import explain
from whygrad.engine.explain.messages import MESSAGES, find
from whygrad.engine.explain.messages.message import RAISED, Message
from whygrad.engine.explain.questions import QUESTIONS
from whygrad.engine.explain.symptoms import SYMPTOMS

TABLES = sorted((Path(__file__).parent / "messages").glob("*.txt"))
RAISING = [
    (line[:6], line[6] == "~", line[8:].replace("\\n", "\n"))
    for table in TABLES
    if table.stem != "verbatim"
    for line in table.read_text().splitlines()
]
VERBATIM = [
    (line[:6], line[6] == "~", line[8:])
    for line in (Path(__file__).parent / "messages" / "verbatim.txt").read_text().splitlines()
    if line and not line.startswith("#")
]

_seen: set[Message] = set()


def assert_explained(text: str, code: str, one_of_several: bool) -> None:
    explained = explain(text)
    codes = [candidate["code"] for candidate in explained["candidates"]]
    assert code in codes, text
    assert one_of_several or codes[0] == code, text
    row = find(explained["message"])
    assert row is not None
    assert not row.vague, text
    _seen.add(row)


@pytest.mark.parametrize(
    ("code", "one_of_several", "statements"), RAISING, ids=[f"{c} {s[:60]}" for c, _, s in RAISING]
)
def test_what_torch_raises_leads_to_its_code(code: str, one_of_several: bool, statements: str) -> None:
    assert_explained(message_of(statements), code, one_of_several)


@pytest.mark.parametrize(("code", "one_of_several", "text"), VERBATIM, ids=[f"{c} {s[:60]}" for c, _, s in VERBATIM])
def test_what_other_versions_and_devices_print_leads_to_its_code(code: str, one_of_several: bool, text: str) -> None:
    assert_explained(text, code, one_of_several)


def layers() -> list[tuple[str, str, str]]:
    """The rows that call a layer with one tensor: (code, the layer, the tensor)."""
    found = []
    for code, _, statements in RAISING:
        match ast.parse(statements).body:
            case [
                ast.Expr(ast.Call(ast.Call(ast.Attribute(ast.Name("nn"))) as layer, [ast.Call() as argument], []))
            ] if "pack_padded" not in statements and _scripted(ast.unparse(layer)) is not None:
                found.append((code, ast.unparse(layer), ast.unparse(argument)))
    return found


@cache
def _scripted(layer: str) -> Any:
    """The layer as TorchScript, None for the few that torch cannot script."""
    try:
        return torch.jit.script(nn.Sequential(eval(layer, dict(NAMES))))
    except Exception:
        return None


@pytest.mark.parametrize(("code", "layer", "arguments"), layers())
def test_torchscript_says_it_in_words_of_its_own(code: str, layer: str, arguments: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        exec(f"scripted({arguments})", {**NAMES, "scripted": _scripted(layer)})
    explained = explain(f"{type(caught.value).__name__}: {caught.value}")
    codes = [candidate["code"] for candidate in explained["candidates"]]
    assert code in codes, str(caught.value)


def test_every_row_of_the_table_is_raised_or_read_above() -> None:
    if len(_seen) < 2:
        pytest.skip("only together with the tests above")
    unseen = [row.pattern.pattern for row in MESSAGES if row not in _seen and not row.vague]
    assert not unseen
    assert not any(row.wording == RAISED and row.remark for row in MESSAGES)


def test_every_code_of_the_table_is_named_says_what_to_do_and_what_would_decide() -> None:
    named = {code for row in (*MESSAGES, *SYMPTOMS) for code in row.codes}
    assert named <= set(CODES)
    assert named <= {rule.code for rule in catalogue.rules()}
    assert {code for row in (*MESSAGES, *SYMPTOMS) if len(row.codes) > 1 for code in row.codes} <= set(QUESTIONS)
    assert set(QUESTIONS) <= named
