from __future__ import annotations

import pytest

from whygrad.engine.shapes import ShapeSyntaxError
from whygrad_client.slack.commands import Command, read

ID, SHA256 = "0a" * 16, "0b" * 32


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", Command("form")),
        ("  \n", Command("form")),
        ("HELP", Command("help")),
        ("upload", Command("upload")),
        ("upload 2x3; 4:int64[0,9)", Command("upload", shapes="2x3; 4:int64[0,9)")),
        ("upload fails with RuntimeError", Command("text", "upload fails with RuntimeError")),
        (ID, Command("known", ID)),
        (f"`{SHA256.upper()}`", Command("known", SHA256)),
        (f"{ID}\n1×3×224×224", Command("known", ID, "1×3×224×224")),
        (ID[1:], Command("text", ID[1:])),
        ("RuntimeError: it’s &lt;class&gt; &amp; more", Command("text", "RuntimeError: it's <class> & more")),
        ("at <http://model.py|model.py> line 3", Command("text", "at model.py line 3")),
        ("see <https://x.example/a>", Command("text", "see https://x.example/a")),
    ],
)
def test_what_is_typed_is_understood(typed: str, meant: Command) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize("typed", [f"{ID} 2xfour", f"{SHA256} what is it", "upload 2x", "upload 2x4:int63"])
def test_shapes_that_are_none_are_told(typed: str) -> None:
    with pytest.raises(ShapeSyntaxError):
        read(typed)
