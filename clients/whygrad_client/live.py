"""A diagnosis of a live module, or of a saved program, with real example inputs: by a service, or on this machine."""

from __future__ import annotations

import atexit
import inspect
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatchcase
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from whygrad.render.parameters import shorten
from whygrad.request.losses import LOSSES, needs_target
from whygrad_client import cells, configuration, defaults, local, lost_in_trace, only_exported
from whygrad_client.capture import Captured, capture, named
from whygrad_client.client import Client
from whygrad_client.errors import NotARequest, WhygradError
from whygrad_client.examples import NotAnInput
from whygrad_client.options import described, listed, lossed
from whygrad_client.report import Report
from whygrad_client.sources import Sources
from whygrad_client.wishes import Wishes, complete

if TYPE_CHECKING:
    from whygrad_client.capture import Module

Document = dict[str, Any]

_engines = ExitStack()
atexit.register(_engines.close)


def diagnose(
    model: Module | str | os.PathLike[str],
    inputs: Any = None,
    *,
    frozen: Sequence[str] = (),
    loss: Any = None,
    target: Any = None,
    mode: str | None = None,
    steps: int | None = None,
    seed: int | None = None,
    ignore: Sequence[str] = (),
    server: str | None = None,
) -> Report:
    """What keeps gradients from the parameters of `model`, a module of torch or the path of a TorchScript file.

    `inputs` is what the forward is called with: a list or tuple of its arguments, a dict of them by name, or the only
    one; each a tensor, whose shape, type and range are taken, a shape such as `"2x16:int64[0,1000)"`, or a plain value.
    `loss` is `auto`, `output`, `sum`, `mean`, or a function of torch.nn.functional or its name, with its `target`.
    `mode` is `train` or `eval`; `steps` are 2 by themselves, `frozen` globs of parameters that are to get no gradient,
    `ignore` codes that do not count. `server` judges, or WHYGRAD_SERVER, else a sandbox on this machine. Within pytest,
    what is left out is what whygrad.toml says of the path. The module is left as it was.

    Raises WhygradError: CannotCapture, NotAnInput, NotARequest, Unconfigured, MissingExtra, or what a client raises.
    """
    said: Document = {"mode": mode, "steps": steps, "seed": seed}
    said |= {"expect_frozen": _texts("frozen", frozen) or None, "ignore": _texts("ignore", ignore) or None}
    options = _of_project(model) | {name: value for name, value in said.items() if value is not None}
    current = defaults.current()
    server = server or current.server
    _require_sound(options, model, inputs, loss, target, server)
    with _of_this_machine(), _program(model, inputs, options.get("mode", "train")) as (path, values, captured):
        lost = list(captured.lost) if captured else []
        request = options | _asked(values, lost) | _lossed(options, loss, target, lost)
        document = _judged(path, request, server)
    whole = cells.respelt(_of_the_module(document, captured, frozen, lost)) if captured else document
    return Report.read(_sources(current.root, current.here).located(whole | {"capture": lost}))


def _of_project(model: Module | str | os.PathLike[str]) -> Document:
    """What the project's file says of a saved program, where it counts; a live module has no path that it could name.

    Raises Unconfigured, or NotARequest.
    """
    folder = defaults.current().project
    file = configuration.find(folder) if folder and isinstance(model, str | os.PathLike) else None
    return Wishes(*configuration.read(file).said(Path(cast("str", model)))).request() if file else {}


def _asked(values: Mapping[str, Any] | None, lost: list[str]) -> Document:
    if values is None:
        return {}
    return {"inputs": [described(value, name, lost) for name, value in values.items()]}


def _lossed(options: Document, loss: Any, target: Any, lost: list[str]) -> Document:
    """The loss that is asked for; a target alone goes with that of the project."""
    if loss is None and target is None:
        return {}
    return {"loss": lossed(options.get("loss", "auto") if loss is None else loss, target, lost)}


@contextmanager
def _program(
    model: Module | str | os.PathLike[str], inputs: Any, mode: str
) -> Iterator[tuple[Path, Mapping[str, Any] | None, Captured | None]]:
    """The file of a program, the values of its arguments by their names, and how it was captured of a module."""
    if isinstance(model, str | os.PathLike):
        yield _readable(Path(model)), None if inputs is None else _numbered(inputs), None
        return
    captured = _captured(model, inputs, mode)
    with TemporaryDirectory() as folder:
        path = Path(folder, f"{type(model).__name__}.pt")
        path.write_bytes(captured.archive)
        yield path, captured.values, captured


def _texts(name: str, given: Sequence[str]) -> list[str]:
    """Raises NotARequest for no list, and for a text, which would be one of its letters."""
    if isinstance(given, str):
        raise NotARequest(f"{name} is a list: {name}=[{given!r}]")
    if not isinstance(given, Iterable):
        raise NotARequest(f"{name} is a list, not {given!r}")
    return list(given)


def _readable(path: Path) -> Path:
    try:
        path.open("rb").close()
    except (OSError, ValueError) as error:  # a path that holds NUL is none
        raise NotARequest(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return path


def _of_the_module(document: Document, captured: Captured, frozen: Sequence[str], lost: list[str]) -> Document:
    """The diagnosis of a program with what its module does otherwise."""
    whole = only_exported.told(document) if captured.exported else document
    parting = captured.parting
    if parting is None:
        return whole
    if parting.gained:
        lost.append(f"the module itself gives {shorten(parting.gained, parting.module)} a gradient, its trace does not")
    silent = [name for name in parting.lost if not any(fnmatchcase(name, glob) for glob in frozen)]
    return lost_in_trace.told(whole, parting, silent) if silent else whole


def _captured(model: Module, inputs: Any, mode: str) -> Captured:
    return capture(model, *_arguments(model, inputs), training=mode == "train")


def _arguments(model: Module, inputs: Any) -> tuple[list[Any], Mapping[str, Any]]:
    """The arguments of the forward without names, and those with."""
    return ([], inputs) if isinstance(inputs, Mapping) and _is_named(model, inputs) else (listed(inputs), {})


def _named(model: Module | str | os.PathLike[str], inputs: Any) -> Mapping[str, Any]:
    """The value of each argument by its name, or by its number where a file does not tell names."""
    if isinstance(model, str | os.PathLike):
        return _numbered(inputs)
    try:
        return named(model, *_arguments(model, inputs))
    except TypeError as error:
        raise NotARequest(str(error)) from None


def _is_named(model: Module, inputs: Mapping[str, Any]) -> bool:
    forward = getattr(model, "forward", None)
    formals = inspect.signature(forward).parameters if callable(forward) else {}
    return inputs.keys() <= formals.keys() or any(f.kind is f.VAR_KEYWORD for f in formals.values())


def _numbered(inputs: Any) -> Mapping[str, Any]:
    return {str(number): value for number, value in enumerate(listed(inputs), 1)}


def _require_sound(request: Document, model: Any, inputs: Any, loss: Any, target: Any, server: str | None) -> None:
    """Raise for all that is wrong with a request, before a module is run for it."""
    faults: list[WhygradError] = []

    def tried(make: Callable[[], Any], instead: Any) -> Any:
        try:
            return make()
        except (NotARequest, NotAnInput) as fault:
            faults.append(fault)
            return instead

    values = tried(lambda: _named(model, inputs), {})
    entries = [tried(partial(described, value, name, []), None) for name, value in values.items()]
    whole = request | {"inputs": entries} | tried(lambda: _lossed(request, loss, target, []), {})
    tried(lambda: _complete(whole, server), {})
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise NotARequest("\n".join(map(str, faults)))


def _complete(request: Document, server: str | None) -> Document:
    return complete(request, None if server else local.MEMORY_BYTES, _told)


def _told(pointer: str, message: str, request: Document) -> str:
    """A fault in the words of Python."""
    loss = request.get("loss")
    if pointer == "/loss" and loss in LOSSES:
        message = needs_target(str(loss), "target={!r}, or a tensor".format)
    return f"{pointer.lstrip('/').removeprefix('expect_')}: {message}"


def _judged(path: Path, request: Document, server: str | None) -> Document:
    if not server:
        return _engine(defaults.current().insecure)(path, _complete(request, server)).document
    with Client(server) as client:
        return client.diagnose(path, seconds=defaults.SERVER_SECONDS, **request).document


@contextmanager
def _of_this_machine() -> Iterator[None]:
    """What this machine does not have, such as room for a file, is told as all else that goes wrong."""
    try:
        yield
    except OSError as error:
        told = ": ".join(str(part) for part in (error.filename, error.strerror) if part)
        raise WhygradError(f"the program could not be examined: {told or error}") from None


@cache
def _engine(insecure: bool) -> Callable[[Path, Document], Report]:
    """The sandbox of this process; it stays warm until the end."""
    return _engines.enter_context(local.engine(insecure=insecure))


@cache
def _sources(root: Path, here: Path) -> Sources:
    return Sources(root, here)
