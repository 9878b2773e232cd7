"""Which operation made a step raise, and why: facts in, causes out, no torch."""
