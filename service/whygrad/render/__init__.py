"""What a diagnosis looks like, from its document alone: no torch, no flask."""
