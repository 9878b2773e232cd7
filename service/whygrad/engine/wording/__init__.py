"""How findings are said: names and sizes in words, where operands came from, the user's own line with a change made."""
