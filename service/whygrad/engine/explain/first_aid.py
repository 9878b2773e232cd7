"""What to do about a code in one line, where no rule documents it yet."""

from __future__ import annotations

FIRST_AID = {
    "CUT108": "compute the term from tensors that carry a gradient, or leave it out",
}
