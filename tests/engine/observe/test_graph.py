"""A copy of a graph is known by what was read of its like."""

from __future__ import annotations

import pytest
import torch
from tests.engine.programs import build

from whygrad.engine.observe.graph import GraphReader
from whygrad.engine.observe.inlining import inlined

NET = """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        if x.size(0) > 1:
            x = self.fc(x) * 2
        return x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(), Block()])

    def forward(self, x):
        {body}
"""


@pytest.mark.parametrize(
    "body",
    [
        "return self.blocks[0](x)",
        "for block in self.blocks:\n            x = 1 - block(x)\n        return x",
        "for i in range(3):\n            x = torch.cat([x, x])[:4]\n        return x.relu_()",
        "with torch.no_grad():\n            y = self.blocks[1](x)\n        return x + y",
    ],
)
def test_a_copy_reads_as_its_like(body: str) -> None:
    functions = torch._C.CompilationUnit()
    module = torch._C.import_ir_module_from_buffer(functions, build(NET.format(body=body)), None, {}, False)
    graph = inlined(module, "forward", functions)
    read = GraphReader(graph.copy())
    copy = graph.copy()
    taken = GraphReader(copy, like=read)
    assert taken.nodes == read.nodes
    assert taken.returns == read.returns
    assert len(taken.blocks) == len(read.blocks)
    for number, handle in taken.handles.items():
        assert handle.kind() == read.nodes[number].op
        assert [v.unique() for v in handle.inputs()] == [a.value for a in read.nodes[number].arguments]
    assert "whygrad::mark" not in str(copy)
