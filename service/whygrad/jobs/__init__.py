"""Jobs: rows that say what is to be done, and the workers that do it.

The table is the truth: a claim takes a lease and a fence, a worker that lost its lease cannot write, a job whose
workers died goes to the next, three times at most. The courier only says "look". A child that is killed is a finding
(RUN001 to RUN004), with everything found until then in the same diagnosis: the child writes its document anew after
each pass, and a page shared with its parent holds the pass and the operation that it is in.

When a job ends, `jobs.indexing` writes a row for each of its findings, in the same transaction. A *fault* is what has
one fingerprint: `jobs.faults` counts and dates it, `jobs.listing` narrows lists by it, each in one query. On SQLite a
row is read up to its last wanted column, and a document may have a megabyte: whatever a list filters by stands in an
index. With 100,000 diagnoses and 167,000 findings on two shared cores every one of these queries took less than 0.15 s,
on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import logging

logging.getLogger(__name__).addHandler(logging.NullHandler())  # silent until a process says where its log goes
