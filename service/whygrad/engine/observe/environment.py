"""What programs are run with."""

from __future__ import annotations

from typing import Any

import torch


def environment() -> dict[str, Any]:
    """The release of torch, the device and how many threads compute."""
    return {"torch": torch.__version__.partition("+")[0], "device": "cpu", "threads": torch.get_num_threads()}
