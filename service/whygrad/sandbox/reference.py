"""Small programs whose diagnosis is known: with them a zygote warms up, and tries its jail.

Between them they touch the families of operations, every pass, and every way in which a run can go: sound, cut,
refused, not finite, changed by torch's executor.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

Request = dict[str, Any]


class Cut(nn.Module):
    """The encoder never learns: its result is detached."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(4, 3)
        self.head = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Of shape [n, 2]."""
        h = self.encoder(x).detach()
        return self.head(torch.relu(h))


class Pictures(nn.Module):
    """What convolutional networks are made of; every gradient arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3, padding=1)
        self.norm = nn.BatchNorm2d(2)
        self.up = nn.ConvTranspose2d(2, 2, 2)
        self.head = nn.Linear(2, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Of shape [n, 3]."""
        h = torch.relu(self.norm(self.conv(x.view(-1, 1, 2, 2))))
        h = torch.max_pool2d(self.up(h), 2)
        return torch.log_softmax(self.head(h.mean([2, 3])), dim=1)


class Sentences(nn.Module):
    """What language models are made of, and a little algebra; every gradient arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(8, 4)
        self.recurrent = nn.LSTM(4, 4, batch_first=True)
        self.norm = nn.LayerNorm(4)

    def forward(self, tokens: Tensor) -> Tensor:
        """Of shape [n, 3]."""
        h, _ = self.recurrent(self.words(tokens))
        apart = torch.jit.fork(torch.sigmoid, h)
        h = nn.functional.scaled_dot_product_attention(h, h, torch.jit.wait(apart))
        h = nn.functional.dropout(nn.functional.gelu(self.norm(h)), 0.1)
        spectrum = torch.fft.rfft(h, dim=2).abs().sum(dim=2)
        return spectrum + torch.linalg.svdvals(torch.einsum("btf,bsf->bts", h, h) + torch.eye(3))


class Mismatched(nn.Module):
    """The forward raises: the second layer was made for another size."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(4, 3)
        self.other = nn.Linear(5, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Never."""
        return self.other(self.one(x))


class Refusing(nn.Module):
    """The forward raises on purpose, with what a terminal would take for a colour."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Never."""
        if x.size(0) > 0:
            raise ValueError("\x1b[31mno \u202etext")
        return self.encoder(x)


class Overwritten(nn.Module):
    """The backward raises: what it saved was written over."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Of shape [n, 3]."""
        y = torch.exp(self.encoder(x))
        y += 1.0
        return y


class NotFinite(nn.Module):
    """The backward makes NaN of a distance that is zero."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Of shape [n, n]."""
        h = self.encoder(x)
        apart = h.unsqueeze(0) - h.unsqueeze(1)
        return torch.sqrt((apart**2).sum(dim=2))


class Rewritten(nn.Module):
    """torch's executor gives another gradient than the program says."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4))

    def forward(self, x: Tensor) -> Tensor:
        """Of shape [n, 4]."""
        with torch.no_grad():
            scale = torch.tanh(self.weight)
        return x * torch.tanh(self.weight) / scale


NUMBERS = {"shape": [2, 4], "dtype": "float32"}
TOKENS = {"shape": [2, 3], "dtype": "int64", "low": 0, "high": 8}
TARGET = {"shape": [2], "dtype": "int64", "low": 0, "high": 2}

CUT: Request = {"inputs": [NUMBERS]}
"""What `Cut` is sent with: it is CUT101, a fault that the structure shows and whose fix is proved."""


def cut() -> bytes:
    """The archive of the program that a jail is tried with."""
    return _saved(torch.jit.script(Cut()))


def faulty_and_sound() -> Iterator[tuple[bytes, Request]]:
    """Every program, with what it is sent."""
    yield cut(), CUT
    yield _saved(torch.jit.script(Sentences())), {"inputs": [TOKENS]}
    for program in (Pictures(), Mismatched(), Refusing(), Overwritten(), NotFinite(), Rewritten()):
        yield _saved(torch.jit.script(program)), {"inputs": [NUMBERS]}
    loss = {"kind": "cross_entropy", "target": TARGET}
    yield _saved(torch.jit.script(nn.Linear(4, 3))), {"inputs": [NUMBERS], "loss": loss}
    yield _saved(torch.jit.trace(nn.Linear(4, 3), torch.ones(2, 4), check_trace=False)), {"inputs": None}


def refused() -> Iterator[bytes]:
    """Files that are no program, and one whose code torch cannot read."""
    yield b"import torch"
    yield b"\x80\x04}."
    yield cut()[:200]
    yield _rewritten(cut(), {})
    yield _rewritten(cut(), {"data.pkl": b"\x80\x02}.", "constants.pkl": b"\x80\x02)."})
    yield _rewritten(cut(), {"Cut.py": b"class"}, keep=True)


def _saved(program: Any) -> bytes:
    file = io.BytesIO()
    torch.jit.save(program, file)
    return file.getvalue()


def _rewritten(archive: bytes, records: dict[str, bytes], *, keep: bool = False) -> bytes:
    """An archive with other content in the records that end so; what else it holds, only where it is to be kept."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            content = [data for end, data in records.items() if name.endswith(end)]
            if content or keep:
                out.writestr(name, content[0] if content else source.read(name))
    return target.getvalue()
