"""What an error text can mean, held against the messages that torch really prints."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from whygrad.engine import catalogue
from whygrad.engine.codes import CODES, FAMILIES
from whygrad.engine.explain import NEVER_PRINTED, explain
from whygrad.engine.first_aid import FIRST_AID
from whygrad.engine.messages import MESSAGES, TRACES

RAISING = [
    (line[:6], line[6] == "~", line[8:].replace("\\n", "\n"))
    for line in (Path(__file__).parent / "torch_errors.txt").read_text().splitlines()
    if not line.startswith("#")
]
FIELDS = {"code", "name", "meaning", "why", "tell_apart", "fix", "docs"}


def leaf(*sizes: int) -> torch.Tensor:
    return torch.randn(*sizes, requires_grad=True)


def message_of(statements: str) -> str:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - whatever torch raises is the matter of the test
        exec(statements, {"torch": torch, "nn": nn, "F": functional, "io": io, "leaf": leaf})
    return f"{type(caught.value).__name__}: {caught.value}"


@pytest.mark.parametrize(
    ("code", "one_of_several", "statements"), RAISING, ids=[f"{c} {s[:50]}" for c, _, s in RAISING]
)
def test_what_torch_raises_leads_to_its_code(code: str, one_of_several: bool, statements: str) -> None:
    message = message_of(statements)
    codes = [candidate["code"] for candidate in explain(message)["candidates"]]
    assert code in codes, message
    assert one_of_several or codes[0] == code, message


TRACEBACK = """\
hey, anybody an idea? I get
> Traceback (most recent call last):
>   File "train.py", line 41, in <module>
>     loss.backward()
>   File "/opt/venv/lib/python3.11/site-packages/torch/_tensor.py", line 625, in backward
>     torch.autograd.backward(
> \x1b[31mRuntimeError\x1b[0m: one of the variables needed for gradient computation has been
> modified by an inplace operation: [torch.FloatTensor [3]], which is output 0 of Sigmoid
thanks!
"""


def test_a_quoted_traceback_is_read_across_its_lines() -> None:
    explained = explain(TRACEBACK)
    assert explained["recognised"]
    assert explained["message"].startswith(
        "RuntimeError: one of the variables needed for gradient computation has been"
    )
    assert [candidate["code"] for candidate in explained["candidates"]] == ["IPL301"]
    assert set(explained["candidates"][0]) == FIELDS


@pytest.mark.parametrize(
    ("code_line", "first"),
    [
        ("h = self.encoder(x).detach()", "CUT101"),
        ("with torch.no_grad():", "CUT102"),
        ("bins = logits.argmax(1)", "CUT103"),
        ("loss = torch.tensor(losses).mean()", "CUT105"),
    ],
)
def test_the_pasted_code_says_which_of_several(code_line: str, first: str) -> None:
    pasted = f"    {code_line}\n    loss.backward()\n{message_of('torch.ones(1).backward()')}"
    assert explain(pasted)["candidates"][0]["code"] == first


def test_of_chained_exceptions_the_last_known_one_decides() -> None:
    first = message_of("nn.Linear(6, 1)(torch.randn(2, 5))")
    chained = f"{first}\n\nDuring handling of the above exception, another exception occurred:\n\nKeyError: 'loss'"
    assert explain(chained)["candidates"][0]["code"] == "SHP701"


def test_what_articles_quote_is_explained_though_torch_never_printed_it() -> None:
    explained = explain("RuntimeError: Expected to have found Tensor for argument #1 'grad' in operator")
    assert explained["recognised"]
    assert explained["remark"] == NEVER_PRINTED
    assert {"CUT101", "CUT102", "PAR202"} <= {candidate["code"] for candidate in explained["candidates"]}


@pytest.mark.parametrize("text", ["", "hello", "ValueError: my own check", "\x00\x1b[2J", "Error: " * 20_000])
def test_what_is_not_known_is_said_to_be_so(text: str) -> None:
    explained = explain(text)
    assert not explained["recognised"]
    assert explained["candidates"] == []
    assert "whygrad check" in explained["hint"]
    assert len(explained["message"]) <= 1_000


def test_every_code_of_the_tables_is_in_the_catalogue_and_says_what_to_do() -> None:
    named = {code for _, codes in MESSAGES for code in codes} | {code for _, code in TRACES} | set(FIRST_AID)
    assert named <= set(CODES)
    assert {code[:3] for code in CODES} == set(FAMILIES)
    documented = {rule.code for rule in catalogue.rules()}
    assert {code for _, codes in MESSAGES for code in codes} <= documented | set(FIRST_AID)
    assert not documented & set(FIRST_AID)
