"""Operands that share their memory: what may not be written."""

from __future__ import annotations

from whygrad.engine.observation import Event, Node, Tensor

_UNCHECKED = frozenset(
    {
        "masked_fill", "fill", "zero", "index_fill", "index_put", "_index_put_impl", "fill_diagonal", "tril", "triu",
        "conj_physical", "set", "resize", "resize_as", "requires_grad", "detach", "as_strided", "t", "transpose",
        "squeeze", "unsqueeze", "swapaxes", "swapdims",
    }
)  # fmt: skip
"""What torch lets write into overlapping memory, and what changes a tensor without writing into its memory."""


def overlaps(tensor: Tensor) -> bool:
    """Whether several elements of a tensor are the same memory, as `expand` makes them."""
    return any(size > 1 and stride == 0 for size, stride in zip(tensor.shape, tensor.strides, strict=False))


def written_overlapping(node: Node, event: Event) -> Tensor | None:
    """The operand that the operation writes although its elements share memory, which torch refuses."""
    if not node.op.startswith("aten::") or node.bare_name in _UNCHECKED:
        return None
    targets = (event.input(role) for role in node.writes)
    return next((t for t in targets if t is not None and overlaps(t)), None)
