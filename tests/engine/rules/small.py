"""Small programs that raise, each from a line for its `__init__` and a line for its `forward`."""

from __future__ import annotations

from collections.abc import Sequence

from tests.engine.programs import build, examined, request_of

from whygrad.engine.observation import Json

BOTH = ("structure", "numeric")


def net(body: str, init: str = "", takes: str = "x") -> str:
    """A module with a parameter `p` beside what `init` makes; statements are separated by semicolons."""
    lines = [
        "class Net(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        "        self.p = nn.Parameter(torch.ones(1))",
        *(f"        {statement.strip()}" for statement in init.split(";") if statement.strip()),
        "",
        f"    def forward(self, {takes}):",
        *(f"        {statement.strip()}" for statement in body.split(";")),
    ]
    return "\n".join(lines) + "\n"


def diagnosed(source: str, passes: Sequence[str] = BOTH, **example: str) -> dict[str, Json]:
    """The diagnosis after those passes alone."""
    return examined(build(source, example), request_of(example) | {"passes": list(passes)})[-1]


def raised(document: dict[str, Json]) -> list[dict[str, Json]]:
    """The findings that say why the step raised."""
    families = ("SHP", "TYP", "RUN", "FMT")
    return [f for f in document["findings"] if f["code"].startswith(families)]


def only(document: dict[str, Json]) -> dict[str, Json]:
    """The one finding that says why the step raised."""
    (finding,) = raised(document)
    assert document["findings"][0] == finding
    assert document["verdict"] == "faulty"
    return dict(finding)


def wanting(document: dict[str, Json]) -> set[str]:
    """The parameters that want a gradient."""
    return {p["name"] for p in document["parameters"] if p["requires_grad"]}
