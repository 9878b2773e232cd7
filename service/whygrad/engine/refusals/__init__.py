"""Which operation made a step raise, and why: facts in, causes out, no torch.

`failures` finds the execution that raised, or, where shapes alone let it pass, the first that real numbers would stop.
`causes` tries the causes in a fixed order, operands before wording, and the first that fits is the one: so exactly one
rule claims a failure, the same in both passes. Faults that raise nothing (a batch folded into features, a view where
axes had to change places, two shapes that stretch by accident) are told by what the axes are made of: `engine/axes`
follows every axis from the inputs and layers that made it.
"""
