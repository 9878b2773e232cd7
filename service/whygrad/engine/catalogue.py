"""The catalogue: every rule there is, found by listing the folder of rules."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from whygrad.engine import rules as folder
from whygrad.engine.rule import Rule


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the codes."""
    names = sorted(m.name for m in pkgutil.iter_modules(folder.__path__))
    modules = [importlib.import_module(f"{folder.__name__}.{name}") for name in names]
    return tuple(value for module in modules for value in vars(module).values() if isinstance(value, Rule))


def rule(code: str) -> Rule:
    """The rule of a code. Raises KeyError where the catalogue has none."""
    return {r.code: r for r in rules()}[code]
