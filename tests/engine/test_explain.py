"""What is made of a text: which error in it, which codes, in which order, and what is asked."""

from __future__ import annotations

import pytest
from tests.engine.messages.raising import message_of

from whygrad.engine import catalogue
from whygrad.engine.codes import CODES, FAMILIES
from whygrad.engine.explain import explain
from whygrad.engine.first_aid import FIRST_AID
from whygrad.engine.messages.history import NEVER_PRINTED

FIELDS = {"code", "name", "meaning", "why", "tell_apart", "fix", "docs"}

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


def test_first_aid_is_for_codes_of_the_catalogue_that_no_rule_documents() -> None:
    assert set(FIRST_AID) <= set(CODES)
    assert {code[:3] for code in CODES} == set(FAMILIES)
    assert not {rule.code for rule in catalogue.rules()} & set(FIRST_AID)
