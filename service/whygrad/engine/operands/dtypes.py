"""Which types operations take, and which operand has another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whygrad.engine.observation import Event, Node, Operand
from whygrad.engine.operands import products
from whygrad.engine.operands.convolutions import convolution

_INTEGERS = ("int64", "int32")
_MASKS = ("bool",)
_INDICES: dict[str, tuple[str, tuple[str, ...]]] = {
    **dict.fromkeys(("embedding", "embedding_bag"), ("indices", _INTEGERS)),
    **dict.fromkeys(("gather", "index_select", "index_add"), ("index", _INTEGERS)),
    **dict.fromkeys(("scatter", "scatter_add", "scatter_reduce", "index_reduce"), ("index", _INTEGERS)),
    **dict.fromkeys(("index", "index_put", "_unsafe_index"), ("indices", ("int64", "int32", "uint8", "bool"))),
    **dict.fromkeys(("nll_loss", "nll_loss_nd", "nll_loss2d", "cross_entropy_loss"), ("target", ("int64", "uint8"))),
    **dict.fromkeys(("multi_margin_loss", "multilabel_margin_loss"), ("target", ("int64",))),
    **dict.fromkeys(("masked_fill", "masked_select", "masked_scatter"), ("mask", _MASKS)),
    "where": ("condition", ("bool", "uint8")),
    **dict.fromkeys(("take", "index_copy", "index_fill"), ("index", ("int64",))),
    "take_along_dim": ("indices", ("int64",)),
    "one_hot": ("self", ("int64",)),
}
_ALIKE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("lstm", "gru", "rnn_tanh", "rnn_relu"), ("input", "hx", "params", "data")),
    **dict.fromkeys(("lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"), ("input", "hx", "w_ih", "w_hh")),
    **dict.fromkeys(("scatter", "scatter_add"), ("self", "src")),
    **dict.fromkeys(("index_add", "index_copy", "masked_scatter"), ("self", "source")),
    **dict.fromkeys(("addmm", "addmv", "addbmm", "baddbmm"), ("self",)),
    **dict.fromkeys(("cross", "linalg_cross", "huber_loss"), ("self", "other", "target")),
    **dict.fromkeys(("index_reduce", "multi_margin_loss"), ("self", "source", "weight")),
    "cdist": ("x1", "x2"),
    "complex": ("real", "imag"),
    "polar": ("abs", "angle"),
    "grid_sampler": ("input", "grid"),
    "linalg_lstsq": ("self", "b"),
    "embedding_bag": ("weight", "per_sample_weights"),
    "lerp": ("self", "end", "weight"),
    "prelu": ("self", "weight"),
    "index_put": ("self", "values"),
    "binary_cross_entropy": ("self", "input", "target"),
    **dict.fromkeys(("nll_loss", "nll_loss_nd", "nll_loss2d", "cross_entropy_loss"), ("self", "input", "weight")),
}
_COUNTING = frozenset({"index", "indices", "mask", "condition", "offsets", "pivots", "lengths", "target", "sorter"})
"""What operands are called whose integers say which numbers are meant, and are none to compute with."""

_BITWISE = frozenset(
    {"__and__", "__or__", "__xor__", "__iand__", "__ior__", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not"}
)
"""Operations on bits, of masks or integers: what a floating number has of them they do not take."""

_NORMS = frozenset({"batch_norm", "layer_norm", "group_norm", "instance_norm"})
_REDUCED = ("bfloat16", "float16")


@dataclass(frozen=True)
class WrongType:
    """An operand of the wrong type, the one that the operation takes, and whose type that is.

    `alike` are all that must be of one type, where several must.
    """

    operand: Operand
    wanted: str
    because: Operand | None = None
    alike: tuple[Operand, ...] = ()

    @property
    def strays(self) -> tuple[Operand, ...]:
        """Every operand that is of another type than is wanted."""
        return tuple(o for o in self.alike if o.tensor.dtype != self.wanted) or (self.operand,)


def wrong_index(node: Node, event: Event) -> WrongType | None:
    """An index, a class target or a mask of a type that the operation does not take."""
    role, allowed = _INDICES.get(node.bare_name, ("", ()))
    if node.bare_name == "cross_entropy_loss" and _probabilities(event):
        return None
    for operand in _with_role(event, (role,)):
        if operand.tensor.dtype not in allowed or _taken_for_a_mask(event, operand):
            return WrongType(operand, allowed[0])
    return None


def _taken_for_a_mask(event: Event, operand: Operand) -> bool:
    """Whether an index of bytes stands beside another index, as no mask of as many dimensions could: a mask it is."""
    others = [o for o in _with_role(event, ("indices",)) if o is not operand]
    return operand.tensor.dtype == "uint8" and any(o.tensor.shape == operand.tensor.shape for o in others)


def wrong_type(node: Node, event: Event) -> WrongType | None:
    """An operand whose type differs from the others' where all must be of one floating type."""
    op = node.bare_name
    if op == "cross_entropy_loss" and _probabilities(event):
        return _not_floating(event.inputs[1:2], event.inputs[:1])
    if op in _NORMS:
        return _against_weight(event)
    if op in _BITWISE:
        return _without_bits(event)
    if op == "scaled_dot_product_attention" and (mask := next(_with_role(event, ("attn_mask",)), None)):
        return _unlike_mask(mask, event)
    if op == "huber_loss" and not any(t.requires_grad for t in event.outputs):  # its backward alone refuses them
        return None
    if op.endswith("_cross_entropy_with_logits") or op == "kl_div":
        return _not_floating(_with_role(event, ("target",)), event.inputs[:1])
    return _unlike(_alike(node, event))


def _without_bits(event: Event) -> WrongType | None:
    """A floating operand where bits are asked for: of the type of the other, or a mask."""
    floating = next((o for o in event.inputs if o.tensor.floating), None)
    other = next((o for o in event.inputs if not o.tensor.floating), None)
    wanted = other.tensor.dtype if other is not None else "bool"
    return WrongType(floating, wanted, other, event.inputs) if floating is not None else None


def written_integer(node: Node, event: Event) -> WrongType | None:
    """An integer tensor that a floating result was to be written into."""
    target = next((o for o in event.inputs if o.role in node.writes), None)
    floating = next((o for o in event.inputs if o.tensor.floating), None)
    if target is None or floating is None or target.tensor.floating:
        return None
    return WrongType(target, floating.tensor.dtype, floating)


def differing(event: Event) -> WrongType | None:
    """The operand that differs from the others, where torch refused their types: whatever is no index counts."""
    return _unlike([o for o in event.inputs if o.tensor.floating or o.role.partition("[")[0] not in _COUNTING])


def no_floating(event: Event) -> WrongType | None:
    """The first operand, where an operation that needs a floating one got none."""
    if not event.inputs or any(o.tensor.floating for o in event.inputs):
        return None
    return WrongType(event.inputs[0], "float32")


def _alike(node: Node, event: Event) -> list[Operand]:
    """The operands that must be of one type, those that hold weights first."""
    multiplied = set(products.factors(node, event))
    found = convolution(node, event)
    if found is not None:
        multiplied |= {found.input, found.weight, *([found.bias] if found.bias and not found.transposed else [])}
    roles = _ALIKE.get(node.bare_name, ())
    chosen = [o for o in event.inputs if o.tensor in multiplied] + list(_with_role(event, roles))
    return sorted(chosen, key=lambda o: not o.tensor.leaf or not o.tensor.requires_grad)


def _unlike(operands: Sequence[Operand]) -> WrongType | None:
    """The operand that differs from the first floating one: a weight, or what most of them are.

    Real numbers become complex, where one operand is: the other way half of it would be lost.
    """
    floating = [o for o in operands if o.tensor.floating]
    if not floating or len({o.tensor.dtype for o in operands}) < 2:
        return None
    first = floating[0]
    if not first.tensor.requires_grad:
        usual = Counter(o.tensor.dtype for o in floating).most_common(1)[0][0]
        first = next(o for o in floating if o.tensor.dtype == usual)
    first = next((o for o in floating if "complex" in o.tensor.dtype), first)
    other = next(o for o in operands if o.tensor.dtype != first.tensor.dtype)
    return WrongType(other, first.tensor.dtype, first, tuple(operands))


def _unlike_mask(mask: Operand, event: Event) -> WrongType | None:
    """A mask of attention says which positions take part, or is added to the scores."""
    query = event.input("query")
    taken = ("bool", query.dtype if query is not None else "")
    if mask.tensor.dtype not in taken and not mask.tensor.floating:
        return WrongType(mask, "bool")
    return _unlike(list(_with_role(event, ("query", "key", "value"))))


def _against_weight(event: Event) -> WrongType | None:
    """Normalisation takes what its weight is, and half precision beside a float32 weight."""
    given = next(iter(_with_role(event, ("input",))), None)
    weight = next(iter(_with_role(event, ("weight", "running_mean"))), None)
    if given is None or weight is None or given.tensor.dtype == weight.tensor.dtype:
        return None
    if given.tensor.dtype in _REDUCED and weight.tensor.dtype == "float32":
        return None
    return WrongType(given, weight.tensor.dtype, weight)


def _not_floating(operands: Sequence[Operand] | Iterator[Operand], beside: Sequence[Operand]) -> WrongType | None:
    wrong = next((o for o in operands if not o.tensor.floating), None)
    if wrong is None or not beside:
        return None
    return WrongType(wrong, beside[0].tensor.dtype, beside[0])


def _probabilities(event: Event) -> bool:
    """Whether the target of a cross entropy has the shape of its input: a probability for each class."""
    shapes: list[tuple[int, ...]] = [t.shape for t in event.tensors[:2]]
    return len(shapes) == 2 and shapes[0] == shapes[1]


def _with_role(event: Event, roles: Sequence[str]) -> Iterator[Operand]:
    return (o for o in event.inputs if o.role.partition("[")[0] in roles)


def caster(dtype: str) -> str:
    """The method that gives a tensor that type: `.float()`, `.to(torch.int32)`."""
    short = {"float32": "float", "float64": "double", "float16": "half", "int64": "long"}
    return f".{short[dtype]}()" if dtype in short else f".to(torch.{dtype})"
