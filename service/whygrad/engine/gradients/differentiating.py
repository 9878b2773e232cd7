"""Gradients that are a part of the forward: a loss of forces or of a penalty needs them with a graph of their own."""

from __future__ import annotations

from whygrad.engine.edits import Give
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation
from whygrad.engine.wording.rewriting import ARGUMENTS, rewritten


def without_graph(node: Node) -> bool:
    """Whether an operation is `torch.autograd.grad` that records no graph of what it computes."""
    return node.op == "aten::grad" and node.literal("create_graph") is not True


def with_graph(observation: Observation, node: Node) -> Fix:
    """The gradient with a graph of its own."""
    line = observation.place(node.id)
    told = rewritten(line, r"create_graph=False", "create_graph=True")
    return Fix(
        "build the graph of the gradient too, with create_graph=True",
        after=told or rewritten(line, rf"(\bautograd\.grad\({ARGUMENTS})\)", r"\1, create_graph=True)"),
        edits=(Give(node.id, "create_graph", True),),
    )
