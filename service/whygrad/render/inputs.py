"""Example inputs said shortly, as a person would write them: `1x3x224x224; 2x16:int64[0,1000)`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from whygrad.engine.shapes import INTEGER_DTYPES
from whygrad.render.terminal import safe


def short(inputs: Sequence[Any] | None) -> str:
    """The inputs of a request in the short form; what that cannot say (a list, a literal) as JSON; "" for None."""
    return "; ".join(safe(one(value), 200) for value in inputs or [])


def one(value: Any) -> str:
    """One input: `2x16:int64[0,1000)` for a tensor, JSON for anything else."""
    if not isinstance(value, Mapping) or "shape" not in value:
        return json.dumps(value, ensure_ascii=False)
    dtype = value.get("dtype", "float32")
    typed = "" if dtype == "float32" and value["shape"] else f":{dtype}"
    drawn = f"[{value['low']},{value['high']})" if dtype in INTEGER_DTYPES and "low" in value else ""
    return f"{'x'.join(map(str, value['shape']))}{typed}{drawn}"
