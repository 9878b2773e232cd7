"""What is made of a text: which error in it, which codes, in which order, and what is asked."""

from __future__ import annotations

import pytest
from tests.engine.explain.messages.raising import message_of

from whygrad.engine import catalogue
from whygrad.engine.codes import CODES, FAMILIES
from whygrad.engine.explain import explain
from whygrad.engine.explain.messages.history import NEVER_PRINTED

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
    "typed",
    [
        "the size of tensor a (4) must match the size of tensor b (3) at non-singleton dimension 1",
        "[14:02] anna: the size of tensor a (4) must match the size of tensor b (3) at non-singleton dimension 1 :(",
    ],
)
def test_what_a_person_types_in_small_letters_is_known(typed: str) -> None:
    assert explain(typed)["candidates"][0]["code"] == "SHP706"


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


@pytest.mark.parametrize(
    ("statements", "first"),
    [
        ("nn.Conv2d(3, 8, 3)(torch.randn(2, 16, 16, 3))", "SHP716"),
        ("nn.Conv2d(3, 8, 3)(torch.randn(2, 16, 16, 16))", "SHP702"),
        ("F.cross_entropy(torch.randn(20, 5), torch.zeros(4).long())", "SHP718"),
        ("F.cross_entropy(torch.randn(5, 5), torch.zeros(4).long())", "SHP713"),
        ("torch.randn(6, 4, 36).view(2, 144)", "SHP712"),
        ("torch.randn(6, 4, 36).view(-1, 100)", "SHP704"),
    ],
)
def test_the_numbers_of_a_message_say_which_of_several(statements: str, first: str) -> None:
    assert explain(message_of(statements))["candidates"][0]["code"] == first


def test_the_frame_of_a_loss_says_that_the_target_is_meant() -> None:
    frame = '  File "/venv/lib/python3.11/site-packages/torch/nn/functional.py", line 3, in l1_loss\n    expanded = f()'
    sizes = message_of("torch.ones(2) + torch.ones(3)")
    assert explain(sizes)["candidates"][0]["code"] == "SHP706"
    assert explain(f"{frame}\n{sizes}")["candidates"][0]["code"] == "SHP713"


def test_what_would_decide_is_asked_unless_the_text_says_it() -> None:
    message = message_of("torch.ones(1).backward()")
    explained = explain(message)
    assert [asked["code"] for asked in explained["ask"]] == [c["code"] for c in explained["candidates"]]
    assert all(asked["question"].endswith("?") for asked in explained["ask"])
    seen = explain(f"    h = self.encoder(x).detach()\n{message}")
    assert "CUT101" not in [asked["code"] for asked in seen["ask"]]
    assert explain(message_of("leaf(3).add_(1)"))["ask"] == []


def test_older_wordings_are_said_to_be_older() -> None:
    explained = explain("IndexError: tensors used as indices must be long, byte or bool tensors")
    assert explained["remark"] == "the wording of torch 2.0 to 2.4"


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


def test_every_code_has_a_rule() -> None:
    assert {code[:3] for code in CODES} == set(FAMILIES)
    assert {rule.code for rule in catalogue.rules()} == set(CODES)
