"""The error texts that torch prints, and the codes that each can mean: data, one family a file.

The first message whose pattern is found decides, so what is more exact stands above what is more general: files
before types, types before shapes. A row says where its wording comes from; `raised` rows are held by a test that
makes torch raise every one, the others by a test that reads them verbatim.
"""

from __future__ import annotations

import re

from whygrad.engine.explain.messages import (
    arguments,
    backward,
    devices,
    dtypes,
    files,
    general,
    history,
    indexing,
    inplace,
    layers,
    losses,
    numerics,
    products,
    sizes,
)
from whygrad.engine.explain.messages.message import Message

_SYMBOL = re.compile(r"\b[su](\d{1,6})\b")

MESSAGES = (
    *history.MESSAGES,
    *inplace.MESSAGES,
    *backward.MESSAGES,
    *numerics.MESSAGES,
    *files.MESSAGES,
    *devices.MESSAGES,
    *dtypes.MESSAGES,
    *arguments.MESSAGES,
    *products.MESSAGES,
    *layers.MESSAGES,
    *losses.MESSAGES,
    *indexing.MESSAGES,
    *sizes.MESSAGES,
    *arguments.OPTIONS,
    *general.MESSAGES,
)


def find(text: str) -> Message | None:
    """The message that a text, on one line, holds; the sizes in it may be symbols of torch.compile."""
    numbered = _SYMBOL.sub(r"\1", text).lower()
    return next((message for message in MESSAGES if message.pattern.search(numbered)), None)
