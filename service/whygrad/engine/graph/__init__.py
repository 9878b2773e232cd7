"""The graph of the observed step, to be drawn: operations, what goes between them, and where gradients flow."""
