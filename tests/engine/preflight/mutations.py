"""Archives with something changed in them, and what must hold of every file at all; for the tests and `make fuzz`."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.engine.preflight.exporting import exported
from tests.engine.preflight.forging import archive, number, packed, records, storage, tensor, text

from whygrad.engine.observe.archive import judge
from whygrad.engine.observe.callsites import call_sites
from whygrad.engine.observe.lines import sources
from whygrad.engine.observe.recorded import recorded_inputs
from whygrad.engine.preflight.operations import OF_PYTHON
from whygrad.engine.preflight.refusal import RefusedError

MOST_MEMORY = 32 << 20
"""Bytes that may be allocated to judge a small file."""
LONGEST_WORDS = 1_000

Choose = Callable[[int], int]
"""Gives a number from 0 to the one that it is given."""

NUMBERS = (0, 1, 7, 8, 0xFF, 0x100, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
OPERATIONS = tuple(OF_PYTHON)
PIECES = (
    number(0),
    number(1 << 62),
    number(-1),
    text("storage"),
    text("data"),
    b"c__torch__\nM\n",
    b"ctorch\nFloatStorage\n",
    b"ctorch\nLongStorage\n",
    b"ctorch.jit._pickle\nrestore_type_tag\n",
    b"ctorch.jit._pickle\nbuild_intlist\n",
    b"ctorch._utils\n_rebuild_sparse_tensor\n",
    b"ccollections\nOrderedDict\n",
    storage(),
    storage("Long", "9", "meta", 3),
    tensor(storage()),
    tensor(storage("Long", "0", "cpu", 2), 0, (1, 2), (2, 1)),
    b"r\xff\xff\xff\xff",
    b"r\xe8\x03\x00\x00",
    b"j\x00\x00\x00\x00",
    b"q\x00",
    b"h\x00",
)
WORDS = (
    "(",
    ")",
    "[",
    "]",
    ",",
    "\n",
    '"',
    "'",
    "#",
    "\\",
    "torch",
    "ops",
    ".",
    "save",
    "x",
    "(self).f(x, )",
    "-",
    " = ",
)
NAMES = (
    "m/data.pkl",
    "m/DATA.PKL",
    "m/",
    "/x",
    "m/../x",
    "n/data/0",
    "m/code/__torch__.py",
    "m/data/0",
    "m/é",
    "m/\x01",
)


def changed_bytes(data: bytes, choose: Choose) -> bytes:
    """The file with a byte, a number, or a part of it changed."""
    whole = bytearray(data)
    at = choose(len(whole) - 1) if choose(1) else max(0, len(whole) - 1 - choose(min(600, len(whole) - 1)))
    match choose(5):
        case 0:
            whole[at] = choose(255)
        case 1:
            whole[at : at + 4] = struct.pack("<L", NUMBERS[choose(len(NUMBERS) - 1)])
        case 2:
            whole[at : at + 2] = struct.pack("<H", NUMBERS[choose(len(NUMBERS) - 1)] & 0xFFFF)
        case 3:
            del whole[at : at + choose(64)]
        case 4:
            other = choose(len(whole) - 1)
            whole[at:at] = whole[other : other + choose(200)]
        case 5:
            del whole[at:]
    return bytes(whole)


def changed_records(data: bytes, choose: Choose) -> bytes:
    """The archive with one of its records changed, dropped, or written under another name."""
    source = zipfile.ZipFile(io.BytesIO(data))
    held = {name: source.read(name) for name in source.namelist()}
    name = [*held][choose(len(held) - 1)]
    match choose(3):
        case 0:
            del held[name]
        case 1:
            held[NAMES[choose(len(NAMES) - 1)]] = held[name]
        case _:
            changes = {"py": changed_code, "json": changed_json, "pkl": changed_pickle, "debug_pkl": changed_pickle}
            change = changes.get(name.rpartition(".")[2], changed_bytes)
            held[name] = change(held[name] or b"\0", choose)
    return packed(held, zipfile.ZIP_DEFLATED if choose(1) else zipfile.ZIP_STORED)


def changed_pickle(data: bytes, choose: Choose) -> bytes:
    """The pickle with operations or pieces of a program put in, taken out, or repeated."""
    whole = bytearray(data)
    for _ in range(1 + choose(3)):
        at = choose(len(whole)) if whole else 0
        match choose(4):
            case 0:
                whole.insert(at, OPERATIONS[choose(len(OPERATIONS) - 1)])
            case 1:
                whole[at:at] = PIECES[choose(len(PIECES) - 1)]
            case 2:
                del whole[at : at + 1 + choose(12)]
            case 3:
                other = choose(len(whole))
                whole[at:at] = whole[other : other + choose(60)]
            case 4:
                whole[at:at] = bytes(whole[at : at + 1 + choose(4)]) * (1 + choose(2_000))
    return bytes(whole)


def changed_code(data: bytes, choose: Choose) -> bytes:
    """The code with words put in, taken out, or repeated."""
    whole = bytearray(data)
    at = choose(len(whole))
    match choose(2):
        case 0:
            whole[at:at] = WORDS[choose(len(WORDS) - 1)].encode() * (1 + choose(500))
        case 1:
            del whole[at : at + 1 + choose(40)]
        case 2:
            other = choose(len(whole))
            whole[at:at] = whole[other : other + choose(300)] * (1 + choose(20))
    return bytes(whole)


def changed_json(data: bytes, choose: Choose) -> bytes:
    """The description with a value in it replaced, taken out, repeated, or put in another place."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return changed_bytes(data, choose)
    for _ in range(1 + choose(2)):
        places = list(_places(told))
        if not places:
            break
        holder, key = places[choose(len(places) - 1)]
        match choose(3):
            case 0:
                holder[key] = VALUES[choose(len(VALUES) - 1)]
            case 1:
                del holder[key]
            case 2:
                other, at = places[choose(len(places) - 1)]
                holder[key] = json.loads(json.dumps(other.get(at) if isinstance(other, dict) else other[at]))
            case 3 if isinstance(holder, list):
                holder[key:key] = [holder[key]] * choose(300)
    return json.dumps(told).encode()


def _places(told: Any) -> Iterator[tuple[Any, Any]]:
    """Everything that a list or a dict in it holds, as the one and the place in it."""
    for key in list(told) if isinstance(told, dict) else range(len(told)) if isinstance(told, list) else ():
        yield told, key
        yield from _places(told[key])


def from_pieces(choose: Choose) -> bytes:
    """A program whose values are any operations one after the other."""
    parts = [PIECES[choose(len(PIECES) - 1)] if choose(1) else bytes([OPERATIONS[choose(len(OPERATIONS) - 1)]])]
    parts += [
        PIECES[choose(len(PIECES) - 1)] if choose(1) else bytes([OPERATIONS[choose(len(OPERATIONS) - 1)]])
    ] * choose(40)
    return archive(b"\x80\x02" + b"".join(parts) + b".")


VALUES: Sequence[Any] = (
    *(None, True, 0, -1, 7, 1 << 62, 10**3_000, 0.5, float("inf"), float("nan"), "", "w", "a.w", "x\n    y", "\ud800"),
    *([], {}, {"as_int": -1}, {"as_tensor": {"name": "x"}}, {"as_tensors": [{"name": "x"}] * 3}, {"as_string": '"'}),
    *("." * 1_000, "a." * 400, "A" * 70_000, "\n" * 5_000, "k,a,m.C;" * 300, '  File "m.py", line 1, in f\n' * 200),
    *("torch.ops.aten.save.default", "torch.ops.higher_order.cond", "_operator.add", "os.system"),
)
"""What may stand in a description instead."""

LINES = (
    b"\x80\x02(" + text("FORMAT_WITH_STRING_TABLE"),
    b"(" + text("def forward(self, x):\n") + text("    return x\n") + text("m.py") + b"t",
    b"](K\x00ctorch.jit._pickle\nbuild_intlist\n](K\x00K\x01e\x85R" + number(2) + number(7) + b"\x87",
    b"K\x05K\x09\x87K\x00\x87et.",
)
"""What a record of source lines is made of."""

BASES: Sequence[bytes] = (
    archive(),
    packed(records(more={"m/code/__torch__.py.debug_pkl": b"".join(LINES)}), zipfile.ZIP_DEFLATED),
    archive(more={"m/traced_inputs.pkl": b"\x80\x02}(" + text("forward") + b"](" + tensor(storage()) + b"eu."}),
    exported(),
)


def mutant(choose: Choose) -> bytes:
    """A file that was an archive once."""
    data = BASES[choose(len(BASES) - 1)]
    if choose(7) == 0:
        return from_pieces(choose)
    if choose(1):
        data = changed_records(data, choose)
    if choose(1):
        data = changed_bytes(data, choose)
    return data


def hold(data: bytes) -> bool:
    """Judge a file, and read what is read of it before torch is. True for an answer, False for a refusal."""
    tracemalloc.start()
    try:
        archive = judge(data)
        skeleton = archive.skeleton
        recorded_inputs(archive, "forward")
        sources(skeleton)
        call_sites(skeleton)
    except RefusedError as error:
        told = (error.refusal.what, error.refusal.why, error.refusal.summary)
        assert all(words and words.isprintable() and len(words) < LONGEST_WORDS for words in told), told
        return False
    finally:
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < MOST_MEMORY + 100 * len(data), f"{most:,} bytes for a file of {len(data):,}"
    return True
