"""The only room that imports torch: it loads a program, runs it with probes and writes down what happened.

Marks are put around the calls of every method before the graph is inlined, so that the inlined operations still know
their module and their call stack. One probe stands between each two neighbours and carries the outputs of the one and
the inputs of the other; so the operation that raised is always the last that was entered, and its operands are known
without a second run. A node's place in the user's source is read by raising at it in a graph of its own: torch then
prints the original stack. The structure pass runs the archive's *skeleton*, in which every floating storage is on the
meta device (`engine/skeleton.py`).

The optimising executor gives some programs other gradients than they were written to have. What is observed runs with
it off; what a user trains with has it on. The replay pass runs the same graph without probes and with it on, three
times from the same numbers, and compares the gradients with the observed ones. Where they part, `barriers`
keeps some operations out of the executor's hands, and `bisection` halves until the fewest are found that
bring the observed gradient back.

The update between the steps is plain SGD in three lines, because torch's optimisers import its compiler. The structure
pass runs its second step only where the first put something away.
"""
