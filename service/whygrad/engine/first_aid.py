"""What to do about a code in one line, where no rule documents it yet."""

from __future__ import annotations

FIRST_AID = {
    "CUT108": "compute the term from tensors that carry a gradient, or leave it out",
    "IPL305": "do not write through .data; work out of place or under no_grad on a leaf",
    "BWD404": "replace the operation with one that has a derivative, or detach that argument if it needs none",
    "BWD405": "make the tensor floating: torch.tensor([1.0, 2.0]), or x.float()",
    "BWD406": "check the shapes that a custom backward or a gradient hook returns",
    "SHP712": "export with torch.jit.script, or read the size from the tensor inside forward",
    "SHP716": "permute the axes: channels come first in torch, and recurrent layers take the sequence first",
}
