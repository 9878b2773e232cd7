"""Where gradients end, turn to zero or to NaN, and which operation is to blame: facts in, causes out, no torch.

`flow` follows the values of all parameters at once, one bit each, in one sweep: through live and dead tensors, through
numbers taken out of tensors, through memory written in place. A *cut* is an execution with a live input and a dead
output on a way to the loss; each parameter without gradient is put down to one, and so is a part of a layer whose rows
of the weight got nothing but zeros. Zeros and NaN need numbers: only where
something is off the step is run once more with a *close look*, which notes what every autograd function was given and
gave on, and then the same is asked of the backward: which function was given a gradient and passed on none, or was
given a finite one and made NaN of it. What is only rounding is told by running the step in double precision, where it
all but vanishes.
"""
