"""What to do about a code in one line, where no rule documents it yet."""

from __future__ import annotations

FIRST_AID = {
    "CUT108": "compute the term from tensors that carry a gradient, or leave it out",
    "IPL305": "do not write through .data; work out of place or under no_grad on a leaf",
    "BWD404": "replace the operation with one that has a derivative, or detach that argument if it needs none",
    "BWD405": "make the tensor floating: torch.tensor([1.0, 2.0]), or x.float()",
    "BWD406": "check the shapes that a custom backward or a gradient hook returns",
    "NUM604": "lower the learning rate, normalise, or clip the gradients",
    "SHP708": "send a larger input, or use a smaller kernel, fewer poolings or some padding",
    "SHP709": "give the normalisation the number of channels that its input has, and check which axis holds them",
    "SHP710": "make the table as large as the largest index plus one, or check the indices before",
    "SHP711": "check input_size, the hidden state's (layers, batch, hidden) and whether batch_first fits",
    "SHP712": "export with torch.jit.script, or read the size from the tensor inside forward",
    "SHP713": "give the loss (batch, classes, …) and targets (batch, …); see which axis holds the classes",
    "SHP714": "use reshape in place of view, or call contiguous() before",
    "SHP715": "make each letter stand for one size, and each operand have one letter per dimension",
    "SHP716": "permute the axes: channels come first in torch, and recurrent layers take the sequence first",
    "TYP803": "move the input and the model to one device, and write no device into the forward",
}
