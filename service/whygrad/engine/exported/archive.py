"""The TorchScript archive of an exported program: its code, its values, its records of lines, its examples."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator

from whygrad.engine.exported.classes import Classes
from whygrad.engine.exported.examples import examples
from whygrad.engine.exported.lines import line_record
from whygrad.engine.exported.package import AGAIN, EXPORTING, Package, refuse
from whygrad.engine.exported.program import Exported
from whygrad.engine.preflight.directory import Directory

_TOP = "exported"
_MARK = "archive_format"
_ASTRAY = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
    struct.error,
)
"""What comes of JSON of another form."""
_MODES = """class no_grad:
  prev : bool
  def __enter__(self: __torch__.torch.autograd.grad_mode.no_grad) -> NoneType:
    self.prev = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    return None
  def __exit__(self: __torch__.torch.autograd.grad_mode.no_grad,
    exc_type: Any,
    exc_value: Any,
    traceback: Any) -> NoneType:
    prev = self.prev
    torch.set_grad_enabled(prev)
    return None
  def __init__(self: __torch__.torch.autograd.grad_mode.no_grad) -> NoneType:
    self.prev = False
    return None
"""
"""The class behind `torch.no_grad`, as torch itself writes it."""


def is_exported(directory: Directory) -> bool:
    """Whether an archive is one of torch.export."""
    return _MARK in set(directory.names())


def rewritten(directory: Directory) -> bytes:
    """The program of a torch.export archive as a TorchScript archive. Raises RefusedError where it is not read."""
    try:
        package = Package(directory)
        return _written(package, Exported(package.module))
    except _ASTRAY:
        refuse("its program is not described as torch.export describes one", AGAIN, EXPORTING)


def _written(package: Package, program: Exported) -> bytes:
    classes = Classes(package, program)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for name, content in _records(package, program, classes):
            out.writestr(f"{_TOP}/{name}", content)
    return target.getvalue()


def _records(package: Package, program: Exported, classes: Classes) -> Iterator[tuple[str, bytes]]:
    yield "data.pkl", classes.values()
    for key, record in classes.storages.items():
        yield f"data/{key}", package.read(record)
    yield "constants.pkl", b"\x80\x02)."
    for path, name in classes.names.items():
        lines = list(classes.code(path))
        file = f"code/{name.rpartition('.')[0].replace('.', '/')}.py"
        yield file, "".join(f"{line}\n" for line, _ in lines).encode()
        yield f"{file}.debug_pkl", line_record(lines)
    yield "code/__torch__/torch/autograd/grad_mode.py", _modes().encode()
    yield from examples(package, len(program.takes)).items()
    yield "version", b"3\n"
    yield "byteorder", b"little"


def _modes() -> str:
    on = _MODES.replace("no_grad", "enable_grad").replace("set_grad_enabled(False)", "set_grad_enabled(True)")
    return _MODES + on
