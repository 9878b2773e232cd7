"""Where gradients end, turn to zero or to NaN, and which operation is to blame: facts in, causes out, no torch."""
