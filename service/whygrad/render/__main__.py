"""A diagnosis that was kept as JSON, or several, in another format: `python -m whygrad.render markdown FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from whygrad.render import formats


def main(form: str, file: str) -> None:
    """Print what `whygrad check --format json --output FILE` wrote, in another format."""
    kept = json.loads(Path(file).read_text(encoding="utf-8"))
    print(formats.render(form, kept if isinstance(kept, list) else [kept]), end="")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in formats.FORMATS:
        sys.exit(f"python -m whygrad.render FORMAT FILE, with one of {', '.join(formats.FORMATS)}")
    try:
        main(*sys.argv[1:])
    except (OSError, ValueError) as error:
        sys.exit(f"{sys.argv[2]}: {error}")
