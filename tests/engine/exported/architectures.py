"""Models of many kinds for torch.export, each with what it takes: written in a file, as their lines are looked for."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Pictures(nn.Module):
    """Convolutions, buffers that are written in place, and layers in lists."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(inplace=True))
        self.heads = nn.ModuleList([nn.Linear(8, 3), nn.Linear(8, 2)])

    def forward(self, x: Tensor) -> list[Tensor]:
        h = F.max_pool2d(self.body(x), 2).mean([2, 3])
        return [head(h) for head in self.heads]


class Tied(nn.Module):
    """One weight under two names, and integers as inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.decode = nn.Linear(8, 20, bias=False)
        self.decode.weight = self.embed.weight

    def forward(self, ids: Tensor) -> Tensor:
        return self.decode(self.embed(ids))


class Written(nn.Module):
    """Writes in place, a constant index, a mask, and a sum over what it chooses."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.register_buffer("count", torch.zeros(4))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = self.a(x).clone()
        y[:, 0] = 0
        y.mul_(2)
        self.count.add_(1)
        return y[:, torch.tensor([0, 2])], y[y > 0].sum()


class Regions(nn.Module):
    """Gradients switched off, and on again within; outputs by name, nested, with a number."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> dict[str, Any]:
        h = self.a(x)
        with torch.no_grad():
            mean = h.mean(0)
            with torch.enable_grad():
                z = self.a(x).sum()
        return {"loss": (h - mean).pow(2).mean() + z, "extra": [h, (mean, h.shape[0])]}


class Encoder(nn.Module):
    """A transformer with a parameter of its own."""

    def __init__(self) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2)
        self.positions = nn.Parameter(torch.randn(1, 6, 16))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x + self.positions).mean(1)


class Recurrent(nn.Module):
    """Two directions, two layers, and inputs in a dict with a number that becomes a constant."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(8, 8, 2, batch_first=True, bidirectional=True)

    def forward(self, batch: dict[str, Tensor], scale: float) -> tuple[Tensor, Tensor]:
        out, (h, _) = self.lstm(batch["x"] * scale + batch["bias"])
        return out[:, -1], h.sum()


class Named(nn.Module):
    """Attributes whose names are no words of a language."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(1, 4, 3, 2, 1), nn.ConvTranspose2d(4, 1, 2, 2)
        self.by_name = nn.ParameterDict({"w-1": nn.Parameter(torch.ones(1))})
        self.by_number = nn.ParameterList([nn.Parameter(torch.ones(1))])

    def forward(self, input: Tensor) -> Tensor:
        h = F.interpolate(self.up(F.silu(self.down(input))), scale_factor=2.0, mode="bilinear")
        return h * self.by_name["w-1"] + self.by_number[0]


class Attention(nn.Module):
    """Sizes that are computed, an infinite constant, einsum, and a chunk that gives several."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        q, k, v = self.qkv(x).chunk(3, -1)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        mask = torch.full((x.shape[1],), float("-inf"))
        return y + torch.where(torch.isinf(mask), 0.0, mask)[:, None], torch.einsum("bid,bjd->bij", q, k)


class Foreign(nn.Module):
    """A layer that is given another's weight, and one that is read by its owner."""

    class Inner(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(torch.randn(4, 4))

        def forward(self, x: Tensor, other: Tensor) -> Tensor:
            return x @ self.w + other

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.outer = Foreign.Inner(), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.inner(x, self.outer(self.outer.weight).sum()), F.linear(x, self.inner.w)


class Mixed(nn.Module):
    """Frozen layers, short floats, casts, and what is returned without a gradient."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4).requires_grad_(False), nn.Linear(4, 4)
        self.short = nn.Parameter(torch.ones(4, dtype=torch.bfloat16))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h = self.b(self.a(x)) * self.short.float()
        return h, x.to(torch.float64).sum(), torch.arange(4, dtype=torch.int32)


class Spectral(nn.Module):
    """Numbers with an imaginary part, as weights and as constants."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(5, dtype=torch.complex64))

    def forward(self, x: Tensor) -> Tensor:
        return torch.fft.irfft(torch.fft.rfft(x) * self.w * (1 + 2j), n=8)


ALL: dict[str, tuple[nn.Module, tuple[Any, ...]]] = {
    "pictures": (Pictures(), (torch.randn(2, 3, 8, 8),)),
    "tied weights": (Tied(), (torch.randint(0, 20, (2, 3)),)),
    "writes": (Written(), (torch.randn(3, 4),)),
    "regions": (Regions(), (torch.randn(3, 4),)),
    "a transformer": (Encoder(), (torch.randn(2, 6, 16),)),
    "recurrent": (Recurrent(), ({"x": torch.randn(2, 5, 8), "bias": torch.randn(8)}, 2.0)),
    "names": (Named(), (torch.randn(2, 1, 8, 8),)),
    "attention": (Attention(), (torch.randn(2, 5, 8),)),
    "weights of others": (Foreign(), (torch.randn(2, 4),)),
    "kinds of numbers": (Mixed(), (torch.randn(2, 4),)),
    "complex numbers": (Spectral(), (torch.randn(2, 8),)),
}
