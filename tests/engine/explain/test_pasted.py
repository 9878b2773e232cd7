"""How a text is read: bare, quoted, logged, wrapped, escaped, chained, or hostile."""

from __future__ import annotations

import json
import time

import pytest

from whygrad.engine.explain import explain
from whygrad.engine.explain.pasted import read

LINEAR = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x5 and 6x1)"
TRACEBACK = f"""\
Traceback (most recent call last):
  File "train.py", line 41, in <module>
    out = model(x)
  File "/opt/venv/lib/python3.11/site-packages/torch/nn/modules/linear.py", line 134, in forward
    return F.linear(input, self.weight, self.bias)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
{LINEAR}
"""
IN_THE_INTERPRETER = f"""\
RuntimeError: The following operation failed in the TorchScript interpreter.
Traceback of TorchScript (most recent call last):
  File "model.py", line 9, in forward
    def forward(self, x):
        return self.head(x)
               ~~~~~~~~~ <--- HERE
  File "/venv/lib/python3.11/site-packages/torch/nn/modules/linear.py", line 134, in forward
            return F.linear(input, self.weight, self.bias)
                   ~~~~~~~~ <--- HERE
{LINEAR}
"""
IN_DYNAMO = """\
torch._dynamo.exc.TorchRuntimeError: Dynamo failed to run FX node with fake tensors: call_function <built-in function \
linear>(*(FakeTensor(..., size=(2, 5)), Parameter(FakeTensor(..., size=(1, 6), requires_grad=True)), None), **{}): got \
RuntimeError('a and b must have same reduction dim, but got [2, 5] X [6, 1].')

from user code:
   File "model.py", line 9, in forward
    return self.head(x)
"""
RICH = f"""\
╭─────────────────── Traceback (most recent call last) ───────────────────╮
│ /home/me/train.py:41 in <module>                                        │
│                                                                         │
│   40 │   x = torch.randn(2, 5)                                          │
│ ❱ 41 │   out = model(x)                                                 │
╰─────────────────────────────────────────────────────────────────────────╯
{LINEAR}
"""
NOTEBOOK = f"""\
---------------------------------------------------------------------------
RuntimeError                              Traceback (most recent call last)
Cell In[4], line 3
      1 model = nn.Linear(6, 1)
----> 3 model(torch.randn(2, 5))

{LINEAR}
"""
WRAPPED = "RuntimeError: mat1 and mat2 shapes cannot be\nmultiplied (2x5 and 6x1)"
CUT_IN_A_WORD = "RuntimeError: mat1 and mat2 shapes cannot be multip\nlied (2x5 and 6x1)"


def logged(text: str, prefix: str) -> str:
    return "\n".join(prefix + line for line in text.splitlines())


@pytest.mark.parametrize(
    "text",
    [
        LINEAR,
        LINEAR.removeprefix("RuntimeError: "),
        f"hi all, I keep getting {LINEAR.removeprefix('RuntimeError: ')}, any idea?",
        TRACEBACK,
        IN_THE_INTERPRETER,
        IN_DYNAMO,
        RICH,
        NOTEBOOK,
        WRAPPED,
        CUT_IN_A_WORD,
        logged(TRACEBACK, "2026-01-01 12:00:00,123 ERROR [rank0]: "),
        logged(TRACEBACK, "[rank1]: "),
        logged(TRACEBACK, "[2026-01-01T12:00:00.123Z] "),
        logged(TRACEBACK, "trainer_1  | "),
        logged(TRACEBACK, "E0101 12:00:00.123456 4242 torch/distributed/elastic.py:862] "),
        logged(TRACEBACK, "(train pid=4242, ip=10.0.0.1) "),
        logged(TRACEBACK, "> "),
        logged(TRACEBACK, "&gt; "),
        logged(WRAPPED, "ERROR:root:"),
        f"Alice  10:32 AM\nhelp please\n```{TRACEBACK}```\nBob  10:35 AM\nwhat is x.shape?",
        f"\x1b[31m{LINEAR}\x1b[0m",
        json.dumps({"level": "error", "message": TRACEBACK}),
        json.dumps({"log": json.dumps({"exc_info": logged(TRACEBACK, "  ")})}),
        TRACEBACK.replace("'", "’").replace(" ", "\xa0"),
        f"ERROR train failed: {LINEAR!r}".replace("RuntimeError: ", "RuntimeError("),
    ],
)
def test_one_fault_in_many_dresses(text: str) -> None:
    explained = explain(text)
    assert explained["recognised"]
    assert explained["candidates"][0]["code"] == "SHP701"


@pytest.mark.parametrize(
    "link",
    [
        "During handling of the above exception, another exception occurred:",
        "The above exception was the direct cause of the following exception:",
    ],
)
def test_of_chained_exceptions_the_first_known_one_is_the_root(link: str) -> None:
    last = TRACEBACK.replace(LINEAR, "RuntimeError: grad can be implicitly created only for scalar outputs")
    assert explain(f"{TRACEBACK}\n{link}\n\n{last}")["message"] == LINEAR
    assert explain(f"{TRACEBACK}\n{link}\n\nKeyError: 'loss'")["message"] == LINEAR
    assert explain(f"KeyError: 'loss'\n\n{link}\n\n{TRACEBACK}")["message"] == LINEAR


def test_what_was_raised_stands_above_what_only_warned_or_is_only_mentioned() -> None:
    warning = "train.py:3: UserWarning: Using a target size (torch.Size([4])) that is different to the input size"
    assert explain(f"{warning}\n{TRACEBACK}")["message"] == LINEAR
    mention = "I had RuntimeError: grad can be implicitly created only for scalar outputs before, now this:"
    assert explain(f"{mention}\n{TRACEBACK}")["message"] == LINEAR
    assert explain(warning)["candidates"][0]["code"] == "SHP707"


def test_what_torch_compile_wraps_is_said_without_it() -> None:
    explained = explain(IN_DYNAMO)
    assert explained["message"] == "RuntimeError: a and b must have same reduction dim, but got [2, 5] X [6, 1]."
    symbols = "expected input[1, s50, s69, s87] to have 3 channels, but got s50 channels instead"
    assert explain(f"got RuntimeError('Given groups=1, {symbols}')")["candidates"][0]["code"] == "SHP702"


def test_a_message_ends_where_another_speaks() -> None:
    log = f"2026-01-01 12:00:00 ERROR {LINEAR}\n2026-01-01 12:00:01 INFO saved the checkpoint"
    assert explain(log)["message"] == LINEAR


def test_frames_of_torch_are_not_code_of_the_user() -> None:
    pasted = read(TRACEBACK)
    assert pasted.code[0] == "out = model(x)"
    assert pasted.frames == ("forward",)


HEALTHY = """\
2026-01-01 12:00:00,123 INFO epoch 3 step 100 loss=0.231 lr=1e-4 grad_norm=0.91
2026-01-01 12:00:01,456 INFO broadcast parameters from rank 0 to 7
2026-01-01 12:00:02,789 WARNING the batch size is out of the recommended range, memory 81%
Epoch 4: 100%|██████████| 500/500 [00:31<00:00, 15.8it/s, v_num=3, train_loss=0.2]
Detected call of `lr_scheduler.step()` before `optimizer.step()`.
shape of the mask (2, 3), dimensions are fine, 3D input, sizes match
no errors, 0 warnings; segmentation head: 12 layers, signal 10
out of 500 samples 12 were skipped; index 3 of 7; saved checkpoint to ckpt/last.pt
"""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        HEALTHY,
        "ValueError: my own check",
        "KeyError: 'input_ids'",
        "IndexError: list index out of range",
        "RuntimeError: dictionary changed size during iteration",
        "ModuleNotFoundError: No module named 'torchvision'",
        "FileNotFoundError: [Errno 2] No such file or directory: 'a.csv'",
        "ConnectionError: HTTPSConnectionPool(host='a', port=443): Max retries exceeded",
        "UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`.",
        "SyntaxError: invalid syntax",
        "NameError: name 'torch' is not defined",
        "\x00\x1b[2J",
        "ö\n" * 1000,
    ],
)
def test_what_is_not_of_torch_is_said_to_be_so(text: str) -> None:
    explained = explain(text)
    assert not explained["recognised"], explained["candidates"][0]["code"]
    assert explained["candidates"] == explained["ask"] == []
    assert "whygrad check" in explained["hint"]


@pytest.mark.parametrize(
    "piece",
    [
        "a.",
        "Error: ",
        "RuntimeError: expected ",
        "Expected size must be broadcast ",
        "(",
        "> ",
        "RuntimeError: x\n",
        "&amp;",
        "2026-01-01 12:00:00 ",
        "\\n",
        "\x1b[",
        'File "',
        " ",
        "1",
        "[",
        "\x00",
        "must have the same types ",
        ".cu:1: ",
        "AError",
        "RuntimeError: Input type (",
        "a.py:1: in ",
        "[rank0]:",
        "x = ",
        "with shapes ",
        "\t|",
        "'list' object ",
        "0",
        'File "a.py", line 1, in f\n',
    ],
)
def test_a_hostile_text_is_read_as_fast_as_another(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    started = time.process_time()
    explained = explain(text)
    assert time.process_time() - started < 2
    assert len(explained["message"]) <= 1_000
