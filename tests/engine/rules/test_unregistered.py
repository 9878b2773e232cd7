"""What a module holds and never learns, by right or by mistake: told by what it does and holds, never by its name."""

from __future__ import annotations

import re

import pytest
from tests.engine.rules.forgotten_weights import FORGOTTEN
from tests.engine.rules.held_by_right import BY_RIGHT
from tests.engine.rules.small import diagnosed, net


def renamed(init: str, body: str) -> tuple[str, str, dict[str, str]]:
    """The program with every attribute called t0, t1 and so on, and what each was called."""
    found = re.findall(r"self\.(\w+) =|register_buffer\('(\w+)'", init)
    names = {f"t{number}": first or second for number, (first, second) in enumerate(found)}
    for new, old in names.items():
        init, body = (re.sub(rf"(self\.|register_buffer\('){old}\b", rf"\g<1>{new}", text) for text in (init, body))
    return init, body, names


def told(init: str, body: str, shapes: str) -> set[str]:
    """The attributes that are said to be weights without being parameters; nothing else is found."""
    document = diagnosed(net(body, init), shapes=shapes, loss="mean")
    findings = [f for f in document["findings"] if f["severity"] != "note"]
    assert {f["code"] for f in findings} <= {"PAR206"}, [f["title"] for f in findings]
    listed = [re.split(r" (?:is|are) used as ", f["title"])[0] for f in findings]
    return {name for names in listed for name in re.split(", | and ", names)}


@pytest.mark.parametrize("name", FORGOTTEN)
def test_a_weight_is_no_parameter(name: str) -> None:
    names, init, body, shapes = FORGOTTEN[name]
    assert told(init, body, shapes) == {*names}


@pytest.mark.parametrize("name", BY_RIGHT)
def test_it_is_held_by_right(name: str) -> None:
    assert told(*BY_RIGHT[name]) == set()


@pytest.mark.parametrize("name", [*FORGOTTEN, *BY_RIGHT])
def test_names_say_nothing(name: str) -> None:
    given = FORGOTTEN[name][1:] if name in FORGOTTEN else BY_RIGHT[name]
    init, body, names = renamed(given[0], given[1])
    assert {names[new] for new in told(init, body, given[2])} == {*(FORGOTTEN[name][0] if name in FORGOTTEN else ())}
