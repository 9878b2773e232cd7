"""`python -m bench`: print every figure."""

from __future__ import annotations

import warnings

from bench import engine, fixes, pages, sandbox, scale, service

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for measure in (engine.measure, scale.measure, fixes.measure, sandbox.measure, service.measure, pages.measure):
        for line in measure():
            print(line, flush=True)
