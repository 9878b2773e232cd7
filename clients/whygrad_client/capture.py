"""A live module as a TorchScript program, made by the caller's own torch: scripted where that works, else traced.

The module is left as it was: what runs is a copy, and the random generators are put back.
"""

from __future__ import annotations

import copy
import inspect
import io
import random
import re
import sys
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from whygrad_client import cells, unreadable
from whygrad_client.errors import WhygradError
from whygrad_client.examples import NotAnInput, holds_tensor, is_one_tensor, real
from whygrad_client.parting import Parting, part, seed

if TYPE_CHECKING:
    from torch import Tensor
    from torch.jit import ScriptModule
    from torch.nn import Module as Module

Values = Mapping[str, Any]
_PLAIN = bool | int | float | str
"""What an annotation makes an argument of a script that is no tensor."""
TRACED = "captured by tracing, which follows one path, because torch.jit.script refuses this module: {}"
UNTRACEABLE = """{name} cannot be captured.
  torch.jit.script refuses it: {unscripted}
  torch.jit.trace stops as well: {untraced}
Where its own forward raises, `whygrad explain` tells what that can mean. Else change what script names, or save
TorchScript of the part that is to be judged, and give its path."""


class CannotCapture(WhygradError):  # noqa: N818 - named after what happened
    """A module of which no TorchScript can be made; the text says why, and what to do."""


@dataclass(frozen=True)
class Captured:
    """A program, what its arguments get, in their order, and sentences on what the capture lost.

    `parting` is what the module itself does to its gradients, where the program is a trace of it. `exported` is false
    where the module was a program already, which its owner runs as it is.
    """

    archive: bytes
    values: Values
    lost: Sequence[str] = ()
    parting: Parting | None = None
    exported: bool = True


@dataclass(frozen=True)
class _Call:
    """A call of a forward: the value of each argument by its name, the first `positional` of them without it."""

    values: Values
    positional: int


def capture(module: Module, arguments: Sequence[Any], keywords: Values, *, training: bool) -> Captured:
    """The module as a program, and what it is called with: tensors, or descriptions of tensors.

    Raises CannotCapture, NotAnInput where the forward does not take what is given, and TypeError for no module.
    """
    import torch  # here and below: the caller's own

    module = _unwrapped(module)
    if isinstance(module, torch.jit.ScriptModule):
        return Captured(_archived(module), named(module, arguments, keywords), exported=False)
    call = _call(module, arguments, keywords)
    with warnings.catch_warnings(), _attributes_kept(module):
        warnings.simplefilter("ignore")  # torch announces the successor of TorchScript, and what a trace leaves out
        with unreadable.hidden(module):
            return _exported(module, call, training)


def named(module: Module, arguments: Sequence[Any], keywords: Values) -> Values:
    """The value of each argument that is given, by its name, or by its number where the module is a program already.

    Raises NotAnInput where the forward does not take what is given, and TypeError for no module.
    """
    import torch

    module = _unwrapped(module)
    if isinstance(module, torch.jit.ScriptModule):
        return {str(number): value for number, value in enumerate(arguments, 1)}
    return _call(module, arguments, keywords).values


def _unwrapped(module: Module) -> Module:
    """The module that torch.compile wraps. Raises TypeError for no module."""
    import torch

    module = getattr(module, "_orig_mod", module)
    if not isinstance(module, torch.nn.Module):
        given = f"the class {module.__name__}" if isinstance(module, type) else type(module).__name__
        raise TypeError(f"a model is a torch.nn.Module or the path of a TorchScript file, not {given}")
    return module


def _archived(program: ScriptModule) -> bytes:
    import torch

    archive = io.BytesIO()
    torch.jit.save(program, archive)
    return archive.getvalue()


def _call(module: Module, arguments: Sequence[Any], keywords: Values) -> _Call:
    signature = inspect.signature(module.forward)
    try:
        bound = signature.bind(*arguments, **keywords)
    except TypeError as error:
        raise NotAnInput(f"{type(module).__name__}.forward{signature} does not take these inputs: {error}") from None
    names = _positional_names(signature)
    return _Call({next(names): value for value in bound.args} | bound.kwargs, len(bound.args))


def _positional_names(signature: inspect.Signature) -> Iterator[str]:
    for formal in signature.parameters.values():
        if formal.kind is formal.VAR_POSITIONAL:
            yield from (f"{formal.name}_{number}" for number in count())
        yield formal.name


def _exported(module: Module, call: _Call, training: bool) -> Captured:
    try:
        return _scripted(module, call)
    except Exception as error:  # torch raises whatever its compiler met
        return _traced(module, call, training, unscripted=_reason(error))


def _scripted(module: Module, call: _Call) -> Captured:
    import torch

    program = torch.jit.script(module)
    _require_annotations(program, call.values)
    archive = _archived(program)
    formals = list(inspect.signature(module.forward).parameters.values())
    last = max((index for index, formal in enumerate(formals) if formal.name in call.values), default=-1)
    values = {formal.name: call.values.get(formal.name, formal.default) for formal in formals[: last + 1]}
    return Captured(archive, values, list(_set_apart(module)))


def _require_annotations(program: ScriptModule, values: Values) -> None:
    """Raise TypeError where script takes for a tensor what is none: the argument has no annotation, or a wrong one."""
    for formal in program.forward.schema.arguments:  # type: ignore[attr-defined]
        value = values.get(formal.name)
        if formal.name in values and str(formal.type) == "Tensor" and not is_one_tensor(value):
            kind = type(value).__name__
            cure = f": write {formal.name}: {kind}" if isinstance(value, _PLAIN) else ""
            raise TypeError(f"it takes {formal.name} for a Tensor, and a {kind} is given{cure}")


def _set_apart(module: Module) -> Iterator[str]:
    apart = [name for name, inner in module.named_modules() if inner.training != module.training]
    if apart:
        shown = ", ".join(apart[:3]) + (f" and {len(apart) - 3} more" if len(apart) > 3 else "")
        yield f"all modules ran in one mode, also {shown}, which you set to another"


def _traced(module: Module, call: _Call, training: bool, unscripted: str) -> Captured:
    import torch

    twin = _twin(module, training)
    generator = torch.Generator().manual_seed(0)
    tensors = {name: real(value, generator) for name, value in call.values.items() if holds_tensor(value)}
    _take_tensors_alone(twin, call, list(tensors))
    with _randomness_kept(), torch.enable_grad():
        seed()
        try:
            program = torch.jit.trace(twin, example_kwarg_inputs=tensors, check_trace=False, strict=False)  # type: ignore[no-untyped-call]
            archive = _archived(program)
        except Exception as error:  # the forward's own, or what torch cannot record
            told = UNTRACEABLE.format(name=type(module).__name__, unscripted=unscripted, untraced=_reason(error))
            raise CannotCapture(told) from None
        lost = [TRACED.format(unscripted)]
        try:
            parting = part(twin, program, {name: real(value, generator) for name, value in tensors.items()})
        except Exception as error:  # the module's own: it ran once, to be traced, and need not run again
            parting, lost = None, [*lost, f"the trace was not held against the module itself: {_reason(error)}"]
    return Captured(archive, {name: call.values[name] for name in tensors}, lost, parting)


def _twin(module: Module, training: bool) -> Module:
    """A copy on the CPU, in the mode that is asked for."""
    computed = {
        id(value): value.detach().clone()
        for inner in module.modules()
        for value in vars(inner).values()
        if hasattr(value, "is_leaf") and not value.is_leaf  # which deepcopy refuses
    }
    try:
        twin = copy.deepcopy(module, computed).cpu()
    except Exception as error:
        told = f"{type(module).__name__} can be neither scripted nor copied"
        raise CannotCapture(f"{told}: {_uncopied(module, computed)}{_reason(error)}") from None
    return twin if twin.training == training else twin.train(training)


def _uncopied(module: Module, computed: Mapping[int, Any]) -> str:
    """Names the attribute that cannot be copied, where it is one alone."""
    for place, inner in module.named_modules():
        for name, value in vars(inner).items():
            try:
                copy.deepcopy(None if name == "_modules" else value, dict(computed))
            except Exception:  # that of the whole is told
                return f"its attribute {place}{'.' if place else ''}{name}: "
    return ""


def _take_tensors_alone(twin: Module, call: _Call, names: Sequence[str]) -> None:
    """Let a module take its tensors by name and give a tuple of tensors, which is what a trace can record.

    By hooks and a partial: a function around the forward would stand in the recorded stack of every operation.
    """

    def complete(_module: Module, _arguments: Any, tensors: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        given = list({**call.values, **tensors}.items())
        return tuple(value for _, value in given[: call.positional]), dict(given[call.positional :])

    def flat(_module: Module, _arguments: Any, output: Any) -> Any:
        outputs = tuple(_tensors(output))
        return outputs[0] if len(outputs) == 1 else outputs

    twin.register_forward_pre_hook(complete, prepend=True, with_kwargs=True)
    twin.register_forward_hook(flat)
    named = partial(twin.forward)
    formals = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    named.__signature__ = inspect.Signature(formals)  # type: ignore[attr-defined]
    twin.forward = named


def _tensors(output: Any) -> Iterator[Tensor]:
    if isinstance(output, Mapping):
        output = list(output.values())
    elif is_dataclass(output):
        output = [getattr(output, field.name) for field in fields(output)]
    if isinstance(output, list | tuple):
        for inner in output:
            yield from _tensors(inner)
    elif hasattr(output, "grad_fn"):
        yield output


@contextmanager
def _attributes_kept(module: Module) -> Iterator[None]:
    """Take away what torch.jit.script leaves on the modules that it reads."""
    before = {inner: set(vars(inner)) for inner in module.modules()}
    try:
        yield
    finally:
        for inner, names in before.items():
            for name in set(vars(inner)) - names:
                delattr(inner, name)


@contextmanager
def _randomness_kept() -> Iterator[None]:
    """What is drawn is as if it had not been: of torch on the CPU, of Python and of NumPy."""
    import torch

    numpy = sys.modules.get("numpy")
    drawn, drawn_by_numpy = random.getstate(), numpy.random.get_state() if numpy else None
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        random.setstate(drawn)
        if numpy:
            numpy.random.set_state(drawn_by_numpy)


def _reason(error: Exception) -> str:
    """The first line that an error says, and the line of Python that it is about."""
    text = str(error).strip() or type(error).__name__
    if again := re.match(r"Can't redefine method: \w+ on class: __torch__\.([\w.]+)", text):
        return f"it refused {again[1]} before"  # torch keeps what is left of a first try, and says only this
    named = re.findall(r'File "([^"]+)", line (\d+)', text)
    own = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    places = [
        (file, line) for file, line in named or own if "/torch/" not in file and file not in (__file__, copy.__file__)
    ]
    where = f" ({cells.called(places[-1][0])} line {places[-1][1]})" if places else ""
    said = text.partition("\n")[0].partition(" (This function exists")[0]  # what follows breaks off in a parenthesis
    said = re.sub(r" at 0x[0-9a-f]+", "", said)  # which is another in every run
    return said.strip().rstrip(":.")[:300] + where
