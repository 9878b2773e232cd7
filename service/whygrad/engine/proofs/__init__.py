"""What the fixes heal when they are made and run: which is the root, what follows from it, what stands behind it."""
