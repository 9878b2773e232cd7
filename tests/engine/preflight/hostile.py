"""Archives that were made to do harm, each with what it is called and a word of why it is refused."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Callable

from tests.engine.preflight.forging import (
    CLASS,
    FORWARD,
    archive,
    method,
    numbers,
    packed,
    program,
    records,
    storage,
    tensor,
    text,
    written,
)

FOREIGN = "a TorchScript archive that torch would not write"
BOUNDLESS = "a TorchScript archive beyond all bounds"
DAMAGED = "a damaged archive"


def with_forward(*body: str) -> bytes:
    """A program whose forward has these lines."""
    return archive(code=CLASS + method(*body))


def with_record(name: str, data: bytes = b"") -> bytes:
    """A program with one more record."""
    return archive(more={name: data})


def twice() -> bytes:
    """A program with two records of one name but for the case."""
    return written((k.encode(), v) for k, v in [*records().items(), ("m/CODE/__torch__.py", b"")])


def linked() -> bytes:
    """A program whose numbers are a link to a file of this machine."""
    link = zipfile.ZipInfo("m/data/0")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return packed(
        {
            link if name == link.filename else name: data
            for name, data in (records() | {"m/data/0": b"/etc/passwd"}).items()
        }
    )


def overlapping() -> bytes:
    """A program whose last record lies in the middle of another."""
    data = bytearray(archive(more={"m/z": b"z" * 8}))
    entry = data.rindex(b"PK\x01\x02")
    inside = data.index(b"PK\x03\x04", 10) - 4
    data[entry + 42 : entry + 46] = struct.pack("<L", inside)
    return bytes(data)


def lied_about(offset: int, value: int) -> bytes:
    """A program whose directory says another number of its first record."""
    data = bytearray(archive())
    entry = data.index(b"PK\x01\x02")
    data[entry + offset : entry + offset + 4] = struct.pack("<L", value)
    return bytes(data)


def sparse(indices: list[int], size: tuple[int, ...] = (3, 3)) -> bytes:
    """A program with a sparse weight of two elements."""
    where = tensor(storage("Long", "1", count=4), 0, (2, 2), (2, 1))
    values = tensor(storage("Float", "0", count=4), 0, (2,), (1,))
    made = b"ctorch._utils\n_rebuild_sparse_tensor\n(K\x01" + numbers(size) + b"\x89" + where + values
    held = program(made + b"ccollections\nOrderedDict\n)RtR")
    return archive(held, more={"m/data/1": struct.pack("<4q", *indices)})


def compressed(starts: list[int], columns: list[int]) -> bytes:
    """A program with a weight of compressed rows, three by three."""
    rows = tensor(storage("Long", "1", count=4), 0, (4,), (1,))
    across = tensor(storage("Long", "2", count=2), 0, (2,), (1,))
    values = tensor(storage("Float", "0", count=4), 0, (2,), (1,))
    made = b"ctorch._utils\n_rebuild_sparse_tensor\n(K\x02" + numbers((3, 3)) + b"\x89" + rows + across + values
    held = program(made + b"ccollections\nOrderedDict\n)RtR")
    more = {"m/data/1": struct.pack("<4q", *starts), "m/data/2": struct.pack("<2q", *columns)}
    return archive(held, more=more)


def calls_twice(methods: int) -> str:
    """Methods that each call the next twice."""
    bodies = [method(f"a = (self).f{i + 1}(x, )", f"return (self).f{i + 1}(a, )", name=f"f{i}") for i in range(methods)]
    return CLASS + "".join(bodies) + method("return x", name=f"f{methods}") + method("return (self).f0(x, )")


def through_submodules(depth: int) -> str:
    """Classes whose forward calls the forward of their submodule twice."""
    made = []
    for i in range(depth):
        below = f"__torch__.M{i + 1}"
        head = f"class M{i}(Module):\n  __parameters__ = []\n  __buffers__ = []\n  inner : {below}\n"
        forward = f"  def forward(self: __torch__.M{i},\n    x: Tensor) -> Tensor:\n    inner = self.inner\n"
        made.append(f"{head}{forward}    a = (inner).forward(x, )\n    return (inner).forward(a, )\n")
    last = (
        f"class M{depth}(Module):\n  __parameters__ = []\n  __buffers__ = []\n  def forward(self: __torch__.M{depth},\n"
    )
    return "".join(made) + last + "    x: Tensor) -> Tensor:\n    return x\n"


def through_functions(depth: int) -> str:
    """Functions that each call the next twice."""
    made = [
        f"def f{i}(x: Tensor) -> Tensor:\n  _0 = __torch__.f{i + 1}\n  return _0(_0(x, ), )\n"
        for i in reversed(range(depth))
    ]
    return f"def f{depth}(x: Tensor) -> Tensor:\n  return x\n" + "".join(made) + CLASS + FORWARD


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    # the directory
    "name that climbs": (lambda: with_record("m/../../x"), FOREIGN, "leads out of its folder"),
    "absolute name": (lambda: with_record("/etc/x"), FOREIGN, "leads out of its folder"),
    "name for windows": (
        lambda: written([(b"m/data.pkl", b""), (b"m/constants.pkl", b""), (b"m\\x", b"")]),
        FOREIGN,
        "out",
    ),
    "name with an escape": (lambda: with_record("m/\x1b[31m"), FOREIGN, "a name that no program needs"),
    "name without end": (lambda: with_record("m/" + "x" * 2000), FOREIGN, "a name that no program needs"),
    "name that is no text": (lambda: written([(b"m/\xff\xfe", b"")]), FOREIGN, "is not text"),
    "two folders of one name": (
        lambda: packed(records() | {"M/code/__torch__/more.py": b""}),
        FOREIGN,
        "two of its folders",
    ),
    "two of one name": (twice, FOREIGN, "torch ignores the case"),
    "records over one another": (overlapping, FOREIGN, "record"),
    "other name in its header": (
        lambda: written([(k.encode(), v) for k, v in records().items()], other=b"m/other.pk"),
        FOREIGN,
        "other things of itself",
    ),
    "more than the file has": (lambda: lied_about(20, 1 << 30), DAMAGED, "two sizes"),
    "record past the end": (lambda: lied_about(42, 1 << 20), DAMAGED, "not where the directory says"),
    "method that torch has not": (lambda: packed(records(), zipfile.ZIP_LZMA), FOREIGN, "packed in a way"),
    "encrypted": (lambda: lied_about(8, 1), FOREIGN, "is encrypted"),
    "followed by something": (lambda: archive() + b"#!", DAMAGED, "follows its end"),
    "format of the future": (lambda: lied_about(6, 255), FOREIGN, "packed in a way"),
    "too many records": (lambda: packed(records() | {f"m/{i}": b"" for i in range(100_001)}), BOUNDLESS, "records"),
    "zip bomb": (
        lambda: packed(records(more={"m/data/1": bytes(1 << 28)}), zipfile.ZIP_DEFLATED),
        BOUNDLESS,
        "268,",
    ),
    "code without end": (lambda: archive(code=" " * (65 << 20)), BOUNDLESS, "more than 64 MiB"),
    # the pickles
    "memo for sixteen billion": (
        lambda: archive(b"\x80\x02)r\xff\xff\xff\xff."),
        FOREIGN,
        "a memo that is larger",
    ),
    "memo beside the code": (
        lambda: with_record("m/code/__torch__.py.debug_pkl", b"\x80\x02)r\xff\xff\xff\xff."),
        FOREIGN,
        "a memo that is larger",
    ),
    "memo of what was traced": (
        lambda: with_record("m/traced_inputs.pkl", b"\x80\x02)r\xff\xff\xff\xff."),
        FOREIGN,
        "a memo that is larger",
    ),
    "function of the system": (lambda: archive(program(name=b"cposix\nsystem\n")), FOREIGN, "posix.system"),
    "function beside the code": (
        lambda: with_record("m/code/__torch__.py.debug_pkl", b"\x80\x02cposix\nsystem\n)R."),
        FOREIGN,
        "posix.system",
    ),
    "class of torch that talks": (
        lambda: archive(program(name=b"c__torch__.torch.classes.dist_rpc\nWorkerInfo\n")),
        FOREIGN,
        "no part of a program",
    ),
    "reference to another machine": (
        lambda: archive(program(b"ctorch.distributed.rpc\nrref\n)R")),
        FOREIGN,
        "rpc.rref",
    ),
    "number that is called": (lambda: archive(program(b"K\x00)R")), FOREIGN, "calls what is no name"),
    "number that is built": (lambda: archive(b"\x80\x02K\x00)b."), FOREIGN, "sets the state"),
    "list that holds itself": (lambda: archive(program(b"]q\x00(h\x00e")), FOREIGN, "is complete already"),
    "tuples in tuples": (lambda: archive(program(b")" + b"\x85" * 2_000)), FOREIGN, "more than 500 deep"),
    "lists in lists": (lambda: archive(program(b"](" * 2_000 + b"e" * 2_000)), FOREIGN, "more than 500 deep"),
    "depth by way of the memo": (
        lambda: archive(program(b")q\x00" + b"h\x00\x85q\x00" * 2_000)),
        FOREIGN,
        "more than 500 deep",
    ),
    "operation of python": (lambda: archive(program(b"\x8f")), FOREIGN, "that torch does not write"),
    "pickle that breaks off": (lambda: archive(program()[:-9]), DAMAGED, "breaks off"),
    "type in types": (
        lambda: archive(program(b"ctorch.jit._pickle\nrestore_type_tag\n(]" + text("List[" * 5_000) + b"tR")),
        FOREIGN,
        "a type that no program has",
    ),
    # memory
    "more than its record": (
        lambda: archive(program(tensor(storage(count=4096), 0, (4096,)))),
        FOREIGN,
        "16,384 bytes of the record 'data/0', which has 16 bytes",
    ),
    "record that is not there": (lambda: archive(program(tensor(storage(key="9")))), FOREIGN, "which is missing"),
    "link instead of numbers": (linked, FOREIGN, "which has 11 bytes"),
    "record of another folder": (
        lambda: archive(program(tensor(storage(key="../version", count=1)))),
        FOREIGN,
        "missing",
    ),
    "less than nothing": (lambda: archive(program(tensor(storage(count=-1)))), FOREIGN, "of another form"),
    "beyond its storage": (lambda: archive(program(tensor(storage(), 0, (5,)))), FOREIGN, "beyond its storage"),
    "behind its storage": (lambda: archive(program(tensor(storage(), 1 << 40, (1,)))), FOREIGN, "beyond its storage"),
    "before its storage": (lambda: archive(program(tensor(storage(), -8, (1,)))), FOREIGN, "of another form"),
    "steps beyond": (lambda: archive(program(tensor(storage(), 0, (2, 2), (3, 1)))), FOREIGN, "beyond its storage"),
    "steps backwards": (lambda: archive(program(tensor(storage(), 0, (2,), (-1,)))), FOREIGN, "of another form"),
    "size that overflows": (lambda: archive(program(tensor(storage(count=(1 << 62) + 1)))), FOREIGN, "of another form"),
    "one record for many": (
        lambda: archive(
            program(b"](" + tensor(storage(count=1 << 18), 0, (1,)) * 50 + b"e"), more={"m/data/0": bytes(1 << 20)}
        ),
        BOUNDLESS,
        "claim",
    ),
    "device that there is not": (lambda: archive(program(tensor(storage(device="x" * 99)))), FOREIGN, "device"),
    "sparse index beyond": (lambda: sparse([0, 1, 0, 3]), FOREIGN, "an index of a sparse tensor"),
    "sparse index before": (lambda: sparse([0, -1, 0, 1]), FOREIGN, "an index of a sparse tensor"),
    "sparse row beyond": (lambda: compressed([0, 1, 2, 9], [0, 1]), FOREIGN, "an index of a sparse tensor"),
    "sparse rows that go back": (lambda: compressed([0, 2, 1, 2], [0, 1]), FOREIGN, "an index of a sparse tensor"),
    "sparse column beyond": (lambda: compressed([0, 1, 2, 2], [0, 3]), FOREIGN, "an index of a sparse tensor"),
    # the code
    "brackets": (lambda: with_forward("return " + "(" * 20_000 + "x" + ")" * 20_000), BOUNDLESS, "brackets"),
    "signs": (lambda: with_forward("return " + "-" * 20_000 + "x"), BOUNDLESS, "without a comma"),
    "sum over lines": (lambda: with_forward("return (" + "x +\n" * 20_000 + "x)"), BOUNDLESS, "without a comma"),
    "blocks": (
        lambda: with_forward(*(" " * i + "if True:" for i in range(3_000)), " " * 3_000 + "y = 1", "return x"),
        BOUNDLESS,
        "blocks",
    ),
    "tuples of tuples": (
        lambda: with_forward("a0 = (x, x)", *(f"a{i + 1} = (a{i}, a{i})" for i in range(40)), "return x"),
        BOUNDLESS,
        "parts",
    ),
    "calls that double": (lambda: archive(code=calls_twice(40)), BOUNDLESS, "all calls in line"),
    "submodules that double": (lambda: archive(code=through_submodules(40)), BOUNDLESS, "all calls in line"),
    "functions that double": (lambda: archive(code=through_functions(40)), BOUNDLESS, "all calls in line"),
    "torch under another name": (
        lambda: with_forward("t = torch", 't.save(x, "f")', "return x"),
        FOREIGN,
        "another name",
    ),
    "torch in brackets": (lambda: with_forward("t = (torch)", 't.save(x, "f")', "return x"), FOREIGN, "another name"),
    "torch in two brackets": (lambda: with_forward('((torch)).save(x, "f")', "return x"), FOREIGN, "another name"),
    "torch among others": (lambda: with_forward('(x, torch).save(x, "f")', "return x"), FOREIGN, "another name"),
    "torch in brackets with a blank": (
        lambda: with_forward('( torch).save(x, "f")', "return x"),
        FOREIGN,
        "another name",
    ),
    "aten under another name": (lambda: with_forward("t = ops.aten", "return x"), FOREIGN, "another name"),
    "torch asked for by text": (
        lambda: with_forward('return getattr(torch, "from_file")("f", False, 3)'),
        FOREIGN,
        "another name",
    ),
    "text over lines": (lambda: with_forward('y = """a " b', '"""', "return x"), FOREIGN, "a text over several lines"),
    "record that leads to an old reader": (lambda: with_record("m/Model.JSON", b"{}"), FOREIGN, "of version 1.1"),
    "brackets in another case": (
        lambda: packed(records(more={"m/CODE/other.PY": b"x = " + b"(" * 20_000})),
        BOUNDLESS,
        "brackets",
    ),
    "brackets in a comment": (lambda: with_forward("# type: " + "(" * 20_000, "return x"), BOUNDLESS, "brackets"),
    "code that is no text": (
        lambda: packed(records() | {"m/code/__torch__.py": b"\xff\xfe"}),
        FOREIGN,
        "is no text",
    ),
}
