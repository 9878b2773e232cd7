"""What people say where torch says nothing, and what they say that is no symptom."""

from __future__ import annotations

import time

import pytest
from tests.engine.explain.messages.raising import message_of

from whygrad.engine.explain import explain
from whygrad.engine.explain.symptoms import REMARK, told


@pytest.mark.parametrize(
    ("said", "among"),
    [
        ("loss is nan", "NUM601"),
        ("loss is nan after 3 steps", "NUM602 NUM604"),
        ("ValueError: Loss is nan, stopping training", "NUM601"),
        ("I get NaN gradients", "NUM602"),
        ("my gradients explode :(", "NUM604"),
        ("vanishing gradients in my LSTM", "NUM605 ZER502"),
        ("gradients are all zero", "ZER502 ZER505"),
        ("why is model.fc.weight.grad None?", "CUT101 PAR203"),
        ("gradients don’t flow to the encoder", "CUT101 CUT102"),
        ("the encoder gets no gradients", "CUT101 CUT102"),
        ("the weights never change after optimizer.step()", "PAR201 CUT101"),
        ("loss does not decrease", "SHP707 CUT101"),
        ("accuracy stuck at 10%", "SHP707 CUT101"),
        ("my model isn't learning at all", "SHP707 CUT101"),
        ("epoch 1 loss 0.31\nepoch 2 loss nan", "NUM601"),
    ],
)
def test_a_symptom_has_candidates_and_says_that_it_is_one(said: str, among: str) -> None:
    explained = explain(said)
    codes = [candidate["code"] for candidate in explained["candidates"]]
    assert explained["recognised"]
    assert explained["remark"] == REMARK
    assert len(codes) > 1, "it decides nothing"
    assert set(among.split()) <= set(codes)
    assert [asked["code"] for asked in explained["ask"]] == codes


@pytest.mark.parametrize(
    "said",
    [
        "hello",
        "nan",
        "loss.backward()",
        "epoch 3 loss 0.12 accuracy 0.9",
        "model loaded with no errors",
        "training finished without errors",
        "with torch.no_grad(): optimizer.zero_grad()",
        "the network is down",
        "does it work?",
    ],
)
def test_what_is_no_symptom_is_none(said: str) -> None:
    assert told(said) is None


def test_a_message_that_is_known_decides() -> None:
    explained = explain(f"my loss is nan and I get\n{message_of('nn.Linear(5, 2)(torch.ones(3, 4))')}")
    assert explained["candidates"][0]["code"] == "SHP701"
    assert explained["remark"] is None


def test_a_very_long_text_is_read_in_a_moment() -> None:
    began = time.monotonic()
    for text in ("a." * 50_000, "loss not " * 12_000, "gradient " * 12_000, "n't" * 33_000):
        explain(text)
    assert time.monotonic() - began < 10
