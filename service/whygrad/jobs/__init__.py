"""Jobs: rows that say what is to be done, and the workers that do it."""

from __future__ import annotations

import logging

logging.getLogger(__name__).addHandler(logging.NullHandler())  # silent until a process says where its log goes
