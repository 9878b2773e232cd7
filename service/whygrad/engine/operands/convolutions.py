"""Convolutions of every spelling: the channels that they take, and those that they get."""

from __future__ import annotations

from dataclasses import dataclass

from whygrad.engine.observation import Event, Json, Node, Tensor
from whygrad.engine.operands import value

_OPS = frozenset(
    {f"aten::conv{n}d" for n in (1, 2, 3)}
    | {f"aten::conv_transpose{n}d" for n in (1, 2, 3)}
    | {"aten::_convolution", "aten::convolution", "aten::_convolution_mode", "aten::convolution_overrideable"}
)


@dataclass(frozen=True)
class Convolution:
    """One execution of a convolution; `settings` are its stride, padding, dilation and output padding."""

    input: Tensor
    weight: Tensor
    bias: Tensor | None
    groups: int
    transposed: bool
    settings: dict[str, Json]

    @property
    def spatial(self) -> int:
        """The number of its spatial dimensions."""
        return len(self.weight.shape) - 2

    @property
    def fits_rank(self) -> bool:
        """Whether the input has the dimensions of a sample or of a batch."""
        return len(self.input.shape) in (self.spatial + 1, self.spatial + 2)

    @property
    def wanted(self) -> int:
        """The channels that it takes."""
        return self.weight.shape[0] if self.transposed else self.weight.shape[1] * self.groups

    @property
    def produced(self) -> int:
        """The channels that it gives."""
        return self.weight.shape[1] * self.groups if self.transposed else self.weight.shape[0]

    @property
    def given(self) -> int:
        """The channels of its input, where torch looks for them."""
        return self.input.shape[-self.spatial - 1]

    @property
    def lacks_channels(self) -> bool:
        """Whether a batch without its only channel dimension was read as one sample."""
        return len(self.input.shape) == self.spatial + 1 and self.wanted == 1 != self.given

    @property
    def refused(self) -> bool:
        """Whether its channels, groups or bias do not fit."""
        if not self.fits_rank:
            return False
        ungrouped = not self.transposed and self.weight.shape[0] % self.groups != 0
        biased = self.bias is not None and self.bias.shape != (self.produced,)
        return self.given != self.wanted or ungrouped or biased


def convolution(node: Node, event: Event) -> Convolution | None:
    """The convolution that was executed; None for any other operation, or where not all of it is known."""
    image, weight, groups = event.input("input"), event.input("weight"), value(node, event, "groups", 1)
    if node.op not in _OPS or image is None or weight is None or len(weight.shape) < 3 or groups < 1:
        return None
    names = ("stride", "padding", "output_padding", "dilation")
    return Convolution(
        image,
        weight,
        event.input("bias"),
        groups=groups,
        transposed="transpose" in node.op or bool(value(node, event, "transposed", False)),
        settings={name: value(node, event, name) for name in names},
    )


def definition(found: Convolution, channels: int) -> str:
    """The layer written out, with other channels: `nn.Conv2d(24, 16, 3, stride=2)`."""
    kernel = short(list(found.weight.shape[2:]))
    settings = [("stride", 1), ("padding", 0), ("output_padding", 0), ("dilation", 1)]
    given = [(name, short(found.settings[name]), usual) for name, usual in settings]
    words = [f"{name}={chosen!r}" for name, chosen, usual in given if chosen is not None and chosen != usual]
    words += [f"groups={found.groups}"] if found.groups > 1 else []
    words += ["bias=False"] if found.bias is None else []
    name = f"nn.Conv{'Transpose' if found.transposed else ''}{found.spatial}d"
    return f"{name}({', '.join([str(channels), str(found.produced), str(kernel), *words])})"


def short(sizes: Json) -> Json:
    """One number for several equal ones, as a setting is written: `3`, `(3, 5)`."""
    if not isinstance(sizes, list):
        return sizes
    return sizes[0] if len(set(sizes)) == 1 else tuple(sizes)
