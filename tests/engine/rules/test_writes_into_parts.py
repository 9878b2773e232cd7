"""Parts of a tensor that are written from views of it, as rotary positions are: one copy heals all the writes."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

from whygrad.engine.observation import Json

LAYERS = "self.q, self.s, self.w = nn.Linear(8, 8), nn.Parameter(torch.ones(4)), nn.Parameter(torch.rand(6, 4))"

HEALED = {
    "views scaled by what is learnt": (
        "h = self.q(x)\neven = h[..., ::2]\nodd = h[..., 1::2]\nh[..., ::2] = even * self.s\n"
        "h[..., 1::2] = odd * self.s\nreturn h.relu()",
        "h = h.clone()\nh[..., ::2] = even * self.s",
    ),
    "views turned by angles that are learnt": (
        "h = self.q(x)\na, b = h[..., :4], h[..., 4:]\nh[..., :4] = a * self.w.cos() - b * self.w.sin()\n"
        "h[..., 4:] = a * self.w.sin() + b * self.w.cos()\nreturn h",
        "h = h.clone()\nh[..., :4] = a * self.w.cos() - b * self.w.sin()",
    ),
    "parts of the line itself": (
        "h = self.q(x) + 1\nh[..., 4:] = h[..., 4:] * h[..., :4]\nreturn h",
        "h[..., 4:] = h[..., 4:].clone() * h[..., :4].clone()",
    ),
    "a view that is written itself, and read as the whole": (
        "h = torch.sigmoid(self.q(x))\na = h[..., :4]\na.mul_(2.0)\nreturn h * h",
        "h = torch.sigmoid(self.q(x)).clone()",
    ),
}


@pytest.mark.parametrize("name", HEALED)
def test_one_change_heals_all_the_writes(name: str) -> None:
    body, after = HEALED[name]
    (found,) = writes(body)
    assert (found["fix"]["after"], found["fix"]["verified"]) == (after, True)


def test_a_write_into_a_view_that_is_read_as_the_whole_is_not_copied_away() -> None:
    body = "h = self.q(x)\nf = h.view(-1, 8)\na = f[:, :4]\nf[:, :4] = a * self.s\nreturn h"
    (found,) = writes(body)
    assert (found["fix"]["after"], found["fix"]["verified"]) == ("f[:, :4] = a.clone() * self.s", True)


UNSEEN = {
    "a part squashed, and another made positive": (
        "h = self.q(x)\nh[..., :2].sigmoid_()\nh[..., 2:5].exp_()\nreturn h",
        ("exp_", "sigmoid_", "another part"),
        "h = h.clone()\nh[..., 2:5].exp_()",
    ),
    "a column squashed, and another shifted": (
        "h = self.q(x)\nh[..., 0].tanh_()\nh[..., 1] += 1.0\nreturn h",
        ("add_", "tanh_", "another part"),
        "h = h.clone()\nh[..., 1] += 1.0",
    ),
    "a part squashed, and shifted itself": (
        "h = self.q(x)\na = h[..., :4]\na.sigmoid_()\na.add_(1.0)\nreturn h",
        ("add_", "sigmoid_", "into it"),
        "a.copy_(a.sigmoid())",
    ),
    "what a part was multiplied with": (
        "h = self.q(x)\ng = h[..., 4:] + 1\nh[..., :4].mul_(g)\ng += 1.0\nreturn h + 1",
        ("add_", "mul_", "saved its operand"),
        "g = g + 1.0",
    ),
}
"""What a write into a part saves, autograd shows to nobody before backward comes to it."""

KEPT_WELL = {
    "parts scaled by numbers": "h = self.q(x)\nh[..., :2] *= 2.0\nh[..., 2:4] += 1.0\nh[..., 4:].exp_()\nreturn h",
    "parts scaled by what stays": "h = self.q(x)\ng = torch.sigmoid(self.s)\nh[..., :4].mul_(g)\n"
    "h[..., 4:].mul_(g)\nreturn h",
}


@pytest.mark.parametrize("name", UNSEEN)
def test_what_a_write_into_a_part_saved_is_told_with_the_write_that_changed_it(name: str) -> None:
    body, (writer, saver, where), after = UNSEEN[name]
    (found,) = writes(body)
    assert found["title"] == f"{writer} changes a tensor that the backward of {saver} needs"
    assert where in found["message"]
    assert found["fix"]["after"] == after
    assert found["fix"]["verified"] is (True if after else None)


@pytest.mark.parametrize("name", KEPT_WELL)
def test_writes_into_parts_of_which_nobody_saved_anything_are_harmless(name: str) -> None:
    assert writes(KEPT_WELL[name]) == []


def writes(body: str) -> list[dict[str, Json]]:
    """What is said of writes in a program of that body."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    source = (
        f"class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        {LAYERS}\n\n"
        f"    def forward(self, x):\n{lines}"
    )
    findings = diagnose_source(source, shapes="2x6x8", loss="mean")["findings"]
    return [f for f in findings if f["code"] == "IPL301"]


HELD = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.w = nn.Linear(8, 4), nn.Parameter(torch.rand(6, 4))

    def forward(self, x):
{lines}"""

OF_A_COPY = {
    "a row, and the whole is read after it": (
        "z = self.q(x)\nself.w[0] = z.mean(0)\nreturn z @ self.w.t()",
        "w = self.w.clone()\nw[0] = z.mean(0)\nreturn z @ w.t()",
    ),
    "a row that was read from it": (
        "z = self.q(x)\nself.w[1] = self.w[0] * z[0]\nreturn (z @ self.w.t()) @ self.w",
        "w = self.w.clone()\nw[1] = w[0] * z[0]\nreturn (z @ w.t()) @ w",
    ),
    "rows of a local name": (
        "z = self.q(x)\ntable = self.w\ntable[1:3] += z[:2]\nreturn z @ table.t()",
        "table = table.clone()\ntable[1:3] += z[:2]",
    ),
    "rows of a local name in a loop": (
        "z = self.q(x)\ntable = self.w\nfor i in range(3):\n    table[i] = z[i]\nreturn z @ table.t()",
        "table = table.clone()\ntable[i] = z[i]",
    ),
}
"""Parts of a parameter that are written with what others computed, and the copy that takes the parameter's place."""

IN_A_COPY_ELSEWHERE = {
    "a view with a name of its own": "z = self.q(x)\nrow = self.w[0]\nrow.copy_(z[0])\nreturn z @ self.w.t()",
    "each round of a loop": "z = self.q(x)\nfor i in range(3):\n    self.w[i] = z[i]\nreturn z @ self.w.t()",
    "a view in each round": "z = self.q(x)\nfor i in range(2):\n    row = self.w[i]\n    row.mul_(z[i])\n"
    "return z @ self.w.t()",
}
"""Where the copy is to be made before a loop, or before the line that takes a view: no single line would do."""


@pytest.mark.parametrize("name", OF_A_COPY)
def test_a_part_of_a_parameter_is_written_in_a_copy_that_others_read(name: str) -> None:
    body, after = OF_A_COPY[name]
    finding = held(body)
    assert (finding["code"], finding["fix"]["after"], finding["fix"]["verified"]) == ("IPL302", after, True)
    assert "3 of 3 parameters" in finding["fix"]["evidence"]


@pytest.mark.parametrize("name", IN_A_COPY_ELSEWHERE)
def test_no_line_is_shown_of_a_copy_that_is_made_elsewhere(name: str) -> None:
    finding = held(IN_A_COPY_ELSEWHERE[name])
    assert (finding["code"], finding["fix"]["after"], finding["fix"]["verified"]) == ("IPL302", None, True)
    assert "3 of 3 parameters" in finding["fix"]["evidence"]


def held(body: str) -> dict[str, Json]:
    """What is said first of writes into a parameter, in a program of that body."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return diagnose_source(HELD.format(lines=lines), shapes="3x8", loss="mean")["findings"][0]


def test_a_view_that_is_read_on_is_computed_in_a_new_tensor() -> None:
    source = net(
        "h = self.t.expand(x.size(0), -1); h += x; return h * self.p", "self.t = nn.Parameter(torch.zeros(1, 4))"
    )
    (finding,) = diagnose_source(source, shapes="2x4", loss="mean")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("IPL302", True)
    assert finding["fix"]["after"] == "h = h + x"


def test_a_write_into_what_a_module_holds_is_not_let_go() -> None:
    init = "self.a = nn.Linear(4, 4); self.s = torch.ones(4)"
    body = "self.s[1] = self.a(x).mean() * self.s[0] * self.s[1]; return self.s.sum() * self.p"
    (finding, *_) = diagnose_source(net(body, init), shapes="2x4", loss="output")["findings"]
    assert (finding["code"], "out of place" in finding["fix"]["summary"]) == ("IPL301", False)


def test_a_part_that_is_squashed_in_each_round_is_squashed_apart() -> None:
    body = (
        "h = torch.zeros(x.size(0), 3)\nfor i in range(3):\n    h[:, i] = self.q(x)[..., i].flatten()[: x.size(0)]\n"
        "    h[:, i].tanh_()\nreturn h"
    )
    (found,) = writes(body)
    assert (found["fix"]["verified"], found["fix"]["before"]) == (True, "h[:, i].tanh_()")
    assert found["fix"]["after"] == "h[:, i] = h[:, i].tanh()"
