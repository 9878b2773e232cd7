"""Well-known architectures, each with a fault planted in it, to be looked at: as deep as the real ones, but narrow."""

from __future__ import annotations

import io

import torch
from torch import nn


class Bottleneck(nn.Module):
    """A block of ResNet-50. `inplace` writes into what batch normalisation needs again."""

    def __init__(self, inside: int, width: int, stride: int, *, inplace: bool = False) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inside, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width)
        fits = stride == 1 and inside == 4 * width
        skip = [] if fits else [nn.Conv2d(inside, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width)]
        self.downsample = nn.Sequential(*skip)
        self.inplace = inplace

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = torch.relu(self.bn1(self.conv1(x)))
        h = torch.sigmoid(self.bn2(self.conv2(h)))
        y = self.bn3(self.conv3(h))
        if self.inplace:
            h += 1
            y = y * h.mean()
        return torch.relu(y + self.downsample(x))


class ResNet(nn.Module):
    """ResNet-50 with an eighth of its channels. `fault`: `detach`, `inplace`, `shape`, `frozen` or none."""

    def __init__(self, fault: str = "") -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = self._layer(8, 8, 3, 1)
        self.layer2 = self._layer(32, 16, 4, 2)
        self.layer3 = self._layer(64, 32, 6, 2, inplace=fault == "inplace")
        self.layer4 = self._layer(128, 64, 3, 2)
        self.avgpool = nn.AdaptiveAvgPool2d(2 if fault == "shape" else 1)
        self.fc = nn.Linear(256, 10)
        self.stops = fault == "detach"
        if fault == "frozen":
            for layer in (self.conv1, self.bn1, self.layer1, self.layer2):
                layer.requires_grad_(False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        x = self.layer2(self.layer1(x))
        if self.stops:
            x = x.detach()
        x = self.avgpool(self.layer4(self.layer3(x)))
        return self.fc(torch.flatten(x, 1))

    def _layer(self, inside: int, width: int, blocks: int, stride: int, *, inplace: bool = False) -> nn.Sequential:
        first = Bottleneck(inside, width, stride)
        rest = [Bottleneck(4 * width, width, 1, inplace=inplace and n == 3) for n in range(1, blocks)]
        return nn.Sequential(first, *rest)


class Attention(nn.Module):
    """Self-attention, written out. `fault`: `nan` masks every key of a row, `shape` has heads that do not fit."""

    def __init__(self, width: int, heads: int, fault: str = "") -> None:
        super().__init__()
        self.heads, self.masked = heads, fault == "nan"
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.out = nn.Linear(width + (8 if fault == "shape" else 0), width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self._split(self.query(x)), self._split(self.key(x)), self._split(self.value(x))
        scores = q @ k.transpose(-2, -1) / q.size(-1) ** 0.5
        if self.masked:
            scores = scores.masked_fill(torch.ones_like(scores) > 0, float("-inf"))
        mixed = torch.softmax(scores, dim=-1) @ v
        out: torch.Tensor = self.out(mixed.transpose(1, 2).reshape(x.size(0), x.size(1), -1))
        return out

    def _split(self, x: torch.Tensor) -> torch.Tensor:
        return x.view(x.size(0), x.size(1), self.heads, -1).transpose(1, 2)


class Layer(nn.Module):
    """An encoder layer."""

    def __init__(self, width: int, heads: int, fault: str = "") -> None:
        super().__init__()
        self.attention = Attention(width, heads, fault)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.dead = fault == "dead"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.norm1(x + self.attention(x))
        wide = self.wide(h)
        wide = torch.relu(wide - 1e4) if self.dead else torch.nn.functional.gelu(wide)
        out: torch.Tensor = self.norm2(h + self.narrow(wide))
        return out


class Bert(nn.Module):
    """BERT with narrow layers; the fault is planted in the layer `where`."""

    def __init__(self, layers: int = 12, width: int = 32, fault: str = "", where: int = 5) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(1000, width), nn.Embedding(512, width)
        self.encoder = nn.ModuleList([Layer(width, 4, fault if n == where else "") for n in range(layers)])
        self.pooler, self.classifier = nn.Linear(width, width), nn.Linear(width, 2)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.words(tokens) + self.places(torch.arange(tokens.size(1)))
        for layer in self.encoder:
            x = layer(x)
        out: torch.Tensor = self.classifier(torch.tanh(self.pooler(x[:, 0])))
        return out


class Double(nn.Module):
    """The two convolutions of a step of a U-Net."""

    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(inside, outside, 3, padding=1), nn.BatchNorm2d(outside)
        self.conv2, self.norm2 = nn.Conv2d(outside, outside, 3, padding=1), nn.BatchNorm2d(outside)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(x))))))


class UNet(nn.Module):
    """A U-Net of four steps. `shape`: a step up takes as many channels as if nothing were joined."""

    def __init__(self, fault: str = "") -> None:
        super().__init__()
        self.down1, self.down2, self.down3 = Double(3, 8), Double(8, 16), Double(16, 32)
        self.bottom = Double(32, 64)
        self.up3, self.up2, self.up1 = (nn.ConvTranspose2d(2 * n, n, 2, 2) for n in (32, 16, 8))
        self.join3, self.join2 = Double(64, 32), Double(16 if fault == "shape" else 32, 16)
        self.join1 = Double(16, 8)
        self.head = nn.Conv2d(8, 2, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = self.down1(x)
        b = self.down2(self.pool(a))
        c = self.down3(self.pool(b))
        d = self.bottom(self.pool(c))
        c = self.join3(torch.cat([self.up3(d), c], 1))
        b = self.join2(torch.cat([self.up2(c), b], 1))
        a = self.join1(torch.cat([self.up1(b), a], 1))
        out: torch.Tensor = self.head(a)
        return out


def scripted(model: nn.Module) -> bytes:
    """The archive of torch.jit.script."""
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(model), file)
    return file.getvalue()


def traced(model: nn.Module, *inputs: torch.Tensor) -> bytes:
    """The archive of torch.jit.trace."""
    file = io.BytesIO()
    torch.jit.save(torch.jit.trace(model, inputs, check_trace=False), file)  # type: ignore[no-untyped-call]
    return file.getvalue()
