"""A program of torch.export, written anew as a TorchScript archive: the same operations, weights, modules and lines.

A `.pt2` file says in JSON what it computes: a list of operations, and of each the module that called it and the lines
of Python that led there. `torch.export.load` would unpickle parts of such a file. Here it is only read, and what it
says is written as the code, the values and the line records of a TorchScript archive, which is then judged, loaded and
observed like any other. No part of torch is needed for that.

Each call of a module becomes a method of that module (`scopes`, `methods`), so paths and call stacks come out as
those of the original; a region without gradients becomes a `with` block. What torch.export does not keep (hooks,
autograd functions of one's own, sizes and switches that were fixed at the export) is not in the file, as in a trace.
"""

from whygrad.engine.exported.archive import is_exported, rewritten

__all__ = ["is_exported", "rewritten"]
