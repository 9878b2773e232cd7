"""What the fixes heal when they are made and run: which is the root, what follows from it, what stands behind it.

A rule proposes edits, which name nodes by their numbers; `observe/editing.py` makes them in a fresh copy of the graph,
where every other node keeps its number, and the cheapest pass that showed the fault is run again with all rules. A fix
is verified where its fault is gone and nothing new came. What runs is the edit; that the lines shown for it heal as
well is held by `tests/cases/printed.py`, which puts them into the source. A fault that goes with the fix of another,
and not the other way round, is a symptom: a link of that one's chain. The fix that alone heals everything is the
root's. Where the step raised, the edited run is the next one to be diagnosed: so each fault behind the first is found,
proved and told in the same way; where no fix is known, a stand-in of the intended shape takes the operation's place,
and what follows from a guessed one is not told.
"""
