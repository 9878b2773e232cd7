"""The lines that a verified fix shows heal as the edit did that was run: put into the source, and diagnosed again.

Here that they are tried; the examples of the rules and the programs of their tests are held to it where those diagnose
them (`tests/engine/conftest.py`), and the cases in `test_beside.py`.
"""

from __future__ import annotations

from tests.cases.healing import Healing
from tests.cases.printed import trials
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

DETACHED = net("return self.a(x).detach() * self.p", "self.a = nn.Linear(6, 6)")


def test_each_program_that_is_diagnosed_is_tried_once() -> None:
    healing = Healing()
    with healing.listening():
        diagnose_source(DETACHED, shapes="4x6", loss="mean")
        diagnose_source(DETACHED, shapes="4x6", loss="mean")
    (printed,) = healing.tried()
    assert (printed.fault, printed.stands, printed.problem) == ("CUT101", True, "")
    with healing.listening():
        diagnose_source(DETACHED, shapes="4x6", loss="mean")
    assert healing.tried() == []


def test_lines_that_do_not_heal_are_told() -> None:
    healing = Healing()
    with healing.listening():
        document = diagnose_source(DETACHED, shapes="4x6", loss="mean")
    document["findings"][0]["fix"]["after"] = "return self.a(x).detach() * self.p + 1"
    (printed,) = healing.tried()
    assert (printed.fault, printed.problem) == ("CUT101", "the fault stays")


def test_a_fault_stays_that_moved_down_with_its_line() -> None:
    source = net("y = self.a(x); y[:, 4:] = y[:, 4:] * self.p", "self.a = nn.Linear(6, 6)") + "        return y\n"
    document = diagnose_source(source, shapes="4x6", loss="mean")
    document["findings"][0]["fix"]["after"] = "y = y.clone()\ny[:, 4:] = y[:, 4:] * self.p"
    (printed,) = trials(document, source, lambda text: diagnose_source(text, shapes="4x6", loss="mean"))
    assert (printed.fault, printed.problem) == ("IPL301", "the fault stays")
