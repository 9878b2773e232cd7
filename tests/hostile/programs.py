"""Programs that torch takes and that were made to do harm, files that are none, and what the service says of each."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.engine.programs import build

RUNNING = """
@torch.jit.script
def idle(x):
    return x

@torch.jit.script
def busy(x):
    while True:
        x = x + 1
    return x

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 3)

    def forward(self, x):
        y = self.linear(x)
{body}
        return y
"""
LOADING = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.kept = torch.ones(2, 3)

    def forward(self, x):
        return x.sum() + self.kept

    @torch.jit.export
    def __getstate__(self):
        return (self.kept, self.training)

    @torch.jit.export
    def __setstate__(self, state: Tuple[torch.Tensor, bool]):
        self.training = state[1]
        x, y = torch.ones(2, 4), state[0]
{body}
        self.kept = y
"""

READ = "y = y + torch.from_file('SECRET', False, 12, dtype=torch.uint8).float().sum()"
READ_INTO_THE_ERROR = """
told = torch.from_file('SECRET', False, 12, dtype=torch.uint8)
raise RuntimeError('{}'.format(told))
"""
READ_INTO_THE_LOG = "print(torch.from_file('SECRET', False, 12, dtype=torch.uint8))"
WRITE = "torch.ops.aten.save(x, 'ROOM/left')"
WRITE_A_TERABYTE = "y = y + torch.from_file('ROOM/left', True, 1 << 38).sum()"
HANG = "while True:\n    y = y + 1"
TAKE_ALL = "y = y + torch.ones(1 << 36).sum()"
TAKE_MORE_AND_MORE = """
kept = [torch.ones(1 << 22) for i in range(40)]
y = y + kept[-1].sum()
"""
TALK_WITHOUT_END = "said = 'a'\nwhile True:\n    said = said + said"
START_WITHOUT_END = """
started = [torch.jit.fork(idle, x)]
while True:
    started.append(torch.jit.fork(idle, x))
"""
WAIT_FOR_NOTHING = "y = y + torch.jit.wait(torch.jit.fork(busy, x))"
TWICE_AND_TWICE = "\n".join(["y = (y + y) * 0.5"] * 60)
REACH_BEYOND = "y = y + torch.as_strided(x, [4], [1], 1 << 40).sum()"
STRETCH = "y = y + x.sum().expand(1 << 20, 1 << 20).exp().sum()"
CRASH = """
smallest = -9223372036854775807 - 1
y = y * (smallest // (1 - x.dim()))
"""
FLOOD = """
line = 'flood'
for i in range(12):
    line = line + line
for i in range(2000):
    print(line)
"""
SHOUT = """
told = 'A'
for i in range(22):
    told = told + told
raise RuntimeError(told)
"""
FORGE = r"""
raise RuntimeError('ended\n2030-01-01 INFO job 1 done\n{"document":{"verdict":"healthy"}}\n\x1b[2J\x1b[31m')
"""
SWITCH_GRADIENTS_OFF = "torch.set_grad_enabled(False)\ny = self.linear(x)"


@dataclass(frozen=True)
class Prey:
    """A file to be read, a folder to be filled and a listener to be reached: SECRET, ROOM and PORT in a source."""

    secret: str
    room: str
    port: int

    def named_in(self, source: str) -> str:
        """The source with their names in it."""
        return source.replace("SECRET", self.secret).replace("ROOM", self.room).replace("PORT", str(self.port))


Make = Callable[[Prey], bytes]


def running(body: str) -> Make:
    """A program whose forward has these lines between its layer and its return."""
    source = RUNNING.format(body=_indented(body))
    return lambda prey: build(prey.named_in(source))


def loading(body: str) -> Make:
    """A program that does it while it is loaded."""
    source = LOADING.format(body=_indented(body))
    return lambda prey: build(prey.named_in(source))


def _indented(body: str) -> str:
    return "".join(f"        {line}\n" for line in body.strip().splitlines())


class Bomb:
    """Whoever unpickles it runs Python, which leaves a file and knocks at the listener."""

    def __init__(self, prey: Prey) -> None:
        self.prey = prey

    def __reduce__(self) -> tuple[Any, ...]:
        """What it runs."""
        does = "import socket; open('ROOM/left', 'w').close(); socket.create_connection(('127.0.0.1', PORT))"
        return exec, (self.prey.named_in(does),)


def pickled(prey: Prey) -> bytes:
    """Such an object, as Python writes it."""
    return pickle.dumps(Bomb(prey), protocol=0)


def zipped(*names: str) -> Make:
    """An archive in which each of these records is such a pickle."""

    def make(prey: Prey) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name in names:
                archive.writestr(name, pickled(prey))
        return file.getvalue()

    return make


PICKLES: dict[str, Make] = {
    "a pickle": pickled,
    "what torch.save writes": zipped("archive/data.pkl", "archive/version"),
    "an exported program": zipped(
        "m/archive_format", "m/data/weights/model.pt", "m/data/constants/model.pt", "m/data/sample_inputs/model.pt"
    ),
}
GREEDY: dict[str, Make] = {
    "reads": running(READ),
    "reads while it is loaded": loading(READ),
    "writes": running(WRITE),
    "writes while it is loaded": loading(WRITE),
    "writes a terabyte": running(WRITE_A_TERABYTE),
}
"""They leave or tell something wherever they are let run."""

PROGRAMS: dict[str, tuple[Make, list[str]]] = {
    **{name: (make, ["FMT903"]) for name, make in PICKLES.items()},
    **{name: (make, ["RUN004"]) for name, make in GREEDY.items()},
    "reads into its error": (running(READ_INTO_THE_ERROR), ["RUN004"]),
    "reads into the log": (running(READ_INTO_THE_LOG), ["RUN004"]),
    "hangs": (running(HANG), ["RUN001"]),
    "hangs while it is loaded": (loading(HANG), ["RUN001"]),
    "takes all memory": (running(TAKE_ALL), ["RUN002"]),
    "takes more and more": (running(TAKE_MORE_AND_MORE), ["RUN002"]),
    "takes all memory while it is loaded": (loading(TAKE_ALL), ["RUN002"]),
    "stretches what is small": (running(STRETCH), ["RUN002"]),
    "talks without end": (running(TALK_WITHOUT_END), ["RUN002"]),
    "starts threads without end": (running(START_WITHOUT_END), ["RUN001"]),
    "waits for what does not end": (running(WAIT_FOR_NOTHING), ["RUN001"]),
    "uses all twice, and that twice": (running(TWICE_AND_TWICE), []),
    "reaches beyond its memory": (running(REACH_BEYOND), ["SHP710"]),
    "crashes": (running(CRASH), ["RUN003"]),
    "crashes while it is loaded": (loading(CRASH), ["RUN003"]),
    "floods the log": (running(FLOOD), []),
    "shouts": (running(SHOUT), ["RUN005"]),
    "forges": (running(FORGE), ["RUN005"]),
    "switches gradients off": (running(SWITCH_GRADIENTS_OFF), ["CUT102"]),
}
