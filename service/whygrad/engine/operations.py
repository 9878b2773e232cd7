"""What torch's operations are, by their names: which put away, which cast, which weigh, which look at no number."""

from __future__ import annotations

FILLING = frozenset({"aten::append", "aten::_set_item", "aten::insert", "aten::extend"})
"""Operations that put a value into a list or a dict."""

KEEPING = FILLING | {"prim::SetAttr"}
"""Operations that put a value away, where the next step may find it."""

RETYPING = frozenset({"prim::unchecked_cast", "prim::unchecked_unwrap_optional", "aten::_unwrap_optional"})
"""Operations that hand on a value as it is, under another type."""

CASTS = frozenset(
    {"to", "type", "type_as", "_to_copy", "float", "double", "half", "bfloat16"}
    | {"long", "int", "short", "char", "byte", "bool"}
    | {f"_cast_{name}" for name in ("Long", "Int", "Short", "Char", "Byte")}
)
"""Operations on tensors, and methods of them, that give the same numbers in another type, by their bare names."""

SCALING = frozenset({"mul", "div"})
"""Operations that weigh a tensor by another, or by a number, by their bare names: a program keeps no other of them."""

SHIFTING = frozenset({"add", "sub", "rsub"})
"""Operations that add a tensor, or a number, to another, by their bare names."""

JOINING = frozenset({"cat", "concat", "concatenate"})
"""Operations that lay tensors behind one another along an axis that they have, by their bare names."""

INDICES = frozenset({"index", "indices"})
"""What an argument is called that says which elements of another are taken."""

TENSOR_TYPES = frozenset({"Tensor", "Tensor?", "Optional[Tensor]"})
"""How the type of an argument that is a tensor is written."""

OPEN_END = 2**62
"""An end of a slice beyond it stands for none: torch writes the largest number there is."""

METADATA = frozenset(
    f"aten::{name}"
    for name in (
        "size", "sym_size", "dim", "numel", "len", "stride", "storage_offset", "is_floating_point", "is_complex",
        "zeros_like", "ones_like", "empty_like", "rand_like", "randn_like", "randint_like", "full_like", "new_zeros",
        "new_ones", "new_empty", "new_full", "new_tensor", "device", "type_as", "get_device", "requires_grad",
        "is_same_size", "result_type", "element_size", "is_contiguous",
    )
) | {"prim::device", "prim::dtype", "prim::shape", "prim::layout", "prim::is_cuda", "prim::requires_grad"}  # fmt: skip
"""Operations whose result does not depend on the numbers in their operands (of `type_as`: of the second)."""

ORDERING = frozenset({"lt", "le", "gt", "ge"})
"""Operations that say which of two is larger."""

MASKED_BY = {"masked_fill": "mask", "where": "condition"}
"""Operations that put a value where a mask says so, and the argument that it is given as."""
