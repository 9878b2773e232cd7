"""The port: what the engine sees of an uploaded program, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import torch

from whygrad.engine.observation import Frame, Node
from whygrad.engine.observe.probes import Site
from whygrad.engine.signature import Signature


class Program(Protocol):
    """A loaded program: its operations, its parameters, and a way to run it with probes.

    `loss` is the number that stands for the loss, which is none of its own nodes.
    """

    nodes: tuple[Node, ...]
    sites: tuple[Site, ...]
    returns: int
    loss: int
    opaque: tuple[int, ...]

    @property
    def traced(self) -> bool:
        """Whether the program was recorded rather than compiled."""

    def signature(self) -> Signature:
        """What the method takes."""

    def modules(self) -> Mapping[str, str]:
        """The dotted path of every submodule and its type."""

    def parameters(self) -> Iterator[tuple[str, torch.Tensor]]:
        """Every parameter under each of its names."""

    def buffers(self) -> Iterator[tuple[str, torch.Tensor]]:
        """Every buffer under each of its names."""

    def attributes(self) -> Iterator[tuple[str, torch.Tensor]]:
        """Every other tensor that the program reads from a module, alone or in a list or a dict."""

    def train(self, mode: bool) -> None:
        """Set training or evaluation mode everywhere."""

    def double(self) -> None:
        """Set every floating parameter and buffer to double precision."""

    def run(self, inputs: Sequence[Any]) -> Any:
        """Run the method with probes. Raises what the program raises."""

    def stack(self, node: int) -> tuple[Frame, ...]:
        """The call stack of a node in the original Python, outermost first."""


class Stacks(Mapping[int, tuple[Frame, ...]]):
    """The stacks of nodes, asked of the program when they are looked up."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[int, tuple[Frame, ...]] = {}

    def __getitem__(self, node: int) -> tuple[Frame, ...]:
        if node >= len(self._program.nodes):
            raise KeyError(node)
        if node not in self._known:
            self._known[node] = self._program.stack(node)
        return self._known[node]

    def __iter__(self) -> Iterator[int]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
