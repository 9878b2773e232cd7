"""The words that findings share: modules and shapes as a person would say them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from whygrad.engine.observation import Ending, Parameter, Tensor
from whygrad.engine.passes import VERIFY


def owners(parameters: Sequence[Parameter], among: Sequence[Parameter] = ()) -> str:
    """The modules that hold parameters, in few words: `encoder`, `encoder, neck and head`, `encoder.0 and 4 more`.

    The same layer of every block of a list is `layers.*.gate`. A parameter whose module holds others `among` them, of
    which nothing is said, stands for itself: `encoder.scale`.
    """
    told = {p.name for p in parameters}
    shared = _holding(p for p in among if p.name not in told) | {""}
    direct = ((p.name, p.name.rpartition(".")[0]) for p in parameters)
    modules = list(dict.fromkeys(name if module in shared else module for name, module in direct))
    if not modules:
        return "the model"
    common = _shared_pattern(modules)
    if len(modules) > 1 and common not in shared:
        return common
    if len(modules) <= 3:
        return " and ".join([", ".join(modules[:-1]), modules[-1]] if len(modules) > 1 else modules)
    return f"{modules[0]} and {len(modules) - 1} more"


def _holding(parameters: Iterable[Parameter]) -> set[str]:
    """The paths of the modules that hold parameters, at any depth."""
    return {path for p in parameters for path in itertools.accumulate(p.name.split(".")[:-1], "{}.{}".format)}


_PLURAL = {"gets": "get", "is": "are", "runs": "run", "reaches": "reach", "follows": "follow", "takes": "take"}


def subject(parameters: Sequence[Parameter], verb: str, among: Sequence[Parameter] = ()) -> str:
    """The `owners` of parameters, with the verb that goes with them: `encoder gets`, `encoder and head get`."""
    names = owners(parameters, among)
    return f"{names} {_PLURAL[verb] if ' and ' in names else verb}"


def shared_path(modules: Sequence[str]) -> str:
    """The dotted path that all modules lie in."""
    levels = zip(*(m.split(".") for m in modules), strict=False)
    return ".".join(level[0] for level in itertools.takewhile(lambda level: len(set(level)) == 1, levels))


def _shared_pattern(modules: Sequence[str]) -> str:
    """The dotted path that all modules lie in, with `*` for the numbers of blocks that have the same layer."""
    found: list[str] = []
    for level in zip(*(module.split(".") for module in modules), strict=False):
        if len(set(level)) > 1 and not all(name.isdecimal() for name in level):
            break
        found.append(level[0] if len(set(level)) == 1 else "*")
    return ".".join(found).removesuffix(".*")


def size(tensor: Tensor) -> str:
    """A shape as `2x5`; `scalar` where it has no dimensions."""
    return sizes(tensor.shape)


def sizes(shape: Sequence[int]) -> str:
    """Sizes as `2x5`."""
    return "x".join(str(s) for s in shape) or "scalar"


def short_form(shape: Sequence[int], dtype: str) -> str:
    """What is sent in a request's short form, its type spelt out: `2x5:float32`."""
    return f"{'x'.join(map(str, shape))}:{dtype}"


def counted(number: int, thing: str) -> str:
    """`1 parameter`, `2 parameters`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def during(ending: Ending) -> str:
    """` in the numeric pass, at aten::tanh`: what a run was doing when it ended, as far as it is known."""
    outside = {None: "", "load": " while it was loaded", VERIFY: " while a fix was tried"}
    doing = outside.get(ending.pass_name, f" in the {ending.pass_name} pass")
    op = (ending.location or {}).get("op")
    return f"{doing}, at {op}" if op else doing
