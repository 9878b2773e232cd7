"""The programs that are measured: the shapes of well-known architectures, with random weights."""

from __future__ import annotations

import io

import torch
from torch import nn


class Block(nn.Module):
    """A residual block of ResNet-18."""

    def __init__(self, inside: int, outside: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.conv2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)
        skip = [nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside)] if stride != 1 else []
        self.skip = nn.Sequential(*skip)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(h)) + self.skip(x))


def resnet18() -> nn.Module:
    """A network of ResNet-18's shape."""
    widths = [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2)]
    blocks = [Block(*w) for w in [*widths, (512, 512, 1)]]
    stem = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000))


class Layer(nn.Module):
    """A Transformer encoder layer, written out."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def split(self, x: torch.Tensor) -> torch.Tensor:
        """The heads as a dimension of their own."""
        return x.view(x.size(0), x.size(1), self.heads, -1).transpose(1, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = torch.softmax(q @ k.transpose(-2, -1) / q.size(-1) ** 0.5, dim=-1)
        h = self.norm1(x + self.out((scores @ v).transpose(1, 2).reshape(x.size(0), x.size(1), -1)))
        return self.norm2(h + self.narrow(nn.functional.gelu(self.wide(h))))


class Encoder(nn.Module):
    """Token and position embeddings, then layers, then a head over the vocabulary or two classes."""

    def __init__(self, layers: int, width: int, heads: int, words: int) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(words, width), nn.Embedding(512, width)
        self.layers = nn.ModuleList([Layer(width, heads) for _ in range(layers)])
        self.head = nn.Linear(width, 2)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.words(tokens) + self.places(torch.arange(tokens.size(1)))
        for layer in self.layers:
            x = layer(x)
        return self.head(x[:, 0])


def transformer() -> nn.Module:
    """Six layers of width 512."""
    return Encoder(6, 512, 8, 10_000)


def bert_base() -> nn.Module:
    """Twelve layers of width 768: the size of BERT-base."""
    return Encoder(12, 768, 12, 30_522)


def scripted(model: nn.Module) -> bytes:
    """The archive of torch.jit.script."""
    return _saved(torch.jit.script(model))


def traced(model: nn.Module, *example: torch.Tensor) -> bytes:
    """The archive of torch.jit.trace."""
    return _saved(torch.jit.trace(model, example, check_trace=False))


def _saved(program: torch.jit.ScriptModule) -> bytes:
    buffer = io.BytesIO()
    torch.jit.save(program, buffer)
    return buffer.getvalue()
