"""The graph of the observed step, to be drawn: operations, what goes between them, and where gradients flow.

Once the diagnosis has been told, the child draws what it observed, where somebody wants to see it: each operation once
however often it ran, an edge for each tensor that another reads, what a module was called for, and behind an operation
that raised those that would have come next. It is columns of small numbers that point into tables, under a megabyte
whatever the program is; `jobs/graphs.py` holds every number against its table, and keeps it packed beside the job, with
which it goes.
"""
