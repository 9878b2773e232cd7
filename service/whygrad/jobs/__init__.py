"""Jobs: rows that say what is to be done, and the workers that do it."""
