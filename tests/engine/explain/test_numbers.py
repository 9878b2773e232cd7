"""The numbers of a message torch really raised, and the user's own line, in the words of the answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from whygrad.engine.explain import explain

TRACEBACK = """Traceback (most recent call last):
  File "/home/someone/project/model.py", line 12, in forward
    return self.fc(x)
  File "/usr/lib/python3.11/site-packages/torch/nn/modules/linear.py", line 125, in forward
    return F.linear(input, self.weight, self.bias)
RuntimeError: mat1 and mat2 shapes cannot be multiplied (32x64 and 128x10)
"""


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (lambda: nn.Linear(6, 3)(torch.ones(4, 5)), "nn.Linear(5, 3) in place of nn.Linear(6, 3)"),
        (lambda: nn.Conv2d(3, 8, 3)(torch.ones(2, 9, 9, 3)), "the 3 channels stand last in 2x9x9x3"),
        (lambda: nn.Conv2d(3, 8, 3)(torch.ones(2, 4, 9, 9)), "takes 3 channels, and the input 2x4x9x9 has 4"),
        (lambda: torch.ones(2, 3) + torch.ones(2, 4), "dimension 1 is 3 in the first operand and 4 in the second"),
        (lambda: torch.ones(2, 9).view(2, 10), "there are 18 elements, 9 for each of 2, and the sizes asked for, 2x10"),
        (lambda: F.cross_entropy(torch.ones(8, 3), torch.ones(4).long()), "8 predictions, 2 times as many, and 4"),
        (lambda: torch.cat([torch.ones(2, 3), torch.ones(3, 3)], 1), "tensor 1, to be joined along dimension 1, has 3"),
        (lambda: F.cross_entropy(torch.ones(1, 3), torch.tensor([5])), "the target names class 5"),
        (lambda: nn.BatchNorm2d(4)(torch.ones(2, 3, 5, 5)), "the norm is made for 4 channels, and gets 3"),
        (lambda: nn.GRU(4, 5)(torch.ones(2, 3, 6)), "is made for 4 features, and its input has 6"),
    ],
)
def test_sizes_are_said_in_words(program: Callable[[], object], said: str) -> None:
    with pytest.raises((RuntimeError, IndexError, ValueError)) as caught:
        program()
    assert said in (explain(f"{type(caught.value).__name__}: {caught.value}")["numbers"] or "")


def test_the_last_line_of_ones_own_is_shown() -> None:
    assert explain(TRACEBACK)["place"] == "model.py:12 in forward: return self.fc(x)"


def test_one_cause_is_not_called_several() -> None:
    explained = explain("RuntimeError: einsum(): operands do not broadcast with remapped shapes")
    assert len(explained["candidates"]) == 1
    assert "several" not in explained["hint"]
