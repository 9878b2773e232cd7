"""Edits of a program: what it computes afterwards is what the same edit of its source computes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from tests.engine.programs import build, opened, request_of

from whygrad.engine.edits import (
    Ask,
    Become,
    Edit,
    Give,
    Leave,
    Reconnect,
    Register,
    Replace,
    Resize,
    StandIn,
    Unfreeze,
    Wrap,
)
from whygrad.engine.observation import Observation
from whygrad.engine.observe.expressions import EditError
from whygrad.engine.observe.observer import Observer

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(10, 6)
        self.head = nn.Linear(6, 2)
        self.register_buffer("scale", torch.ones(6))

    def forward(self, x):
        {body}
"""


def observer(body: str, shapes: str = "4x10", loss: str = "mean") -> Observer:
    return opened(
        build(NET.format(body=body.replace("\n", "\n        "))), request_of({"shapes": shapes, "loss": loss})
    )


def node(seen: Observer, op: str) -> int:
    return next(n.id for n in reversed(seen.observation.nodes) if n.op == op)


def after(seen: Observer, *edits: Edit) -> Observation:
    changed = seen.edited(edits)
    changed.open()
    changed.numeric()
    return changed.observation


def states(observation: Observation) -> dict[str, str]:
    return {name: gradient.state for name, gradient in observation.first.gradients.items()}


def shapes(observation: Observation) -> list[Sequence[int]]:
    return [t.shape for t in observation.first.outputs]


def test_replace_gives_what_the_expression_gives() -> None:
    seen = observer("return self.head(self.encoder(x).detach())")
    edited = after(seen, Replace(node(seen, "aten::detach"), "self"))
    assert set(states(edited).values()) == {"ok"}


def test_wrap_changes_one_argument() -> None:
    seen = observer("return self.head(self.encoder(x))")
    edited = after(seen, Wrap(node(seen, "aten::linear"), "input", "x[:2]"))
    assert shapes(edited) == [(2, 2)]


def test_wrap_reaches_into_a_list_and_leaves_its_other_readers_alone() -> None:
    seen = observer("h = self.encoder(x)\nboth = [h, h]\nreturn torch.cat(both, 1), torch.stack(both, 1)")
    edited = after(seen, Wrap(node(seen, "aten::cat"), "tensors[1]", "x[:, :2]"))
    assert shapes(edited) == [(4, 8), (4, 2, 6)]


def test_wrap_may_name_the_other_arguments() -> None:
    seen = observer("h = self.encoder(x)\nreturn torch.cat([h, x[:2]], 1)")
    edited = after(seen, Wrap(node(seen, "aten::cat"), "tensors[0]", "x[: tensors_1.size(0)]"))
    assert shapes(edited)[0][0] == 2


def test_wrap_may_name_another_of_a_list_that_a_loop_filled() -> None:
    seen = observer("made = [x[:2]]\nfor i in range(2):\n    made.append(x + i)\nreturn torch.stack(made[:2])")
    edited = after(seen, Wrap(node(seen, "aten::stack"), "tensors[1]", "x[: tensors_0.size(0)]"))
    assert shapes(edited)[0][:2] == (2, 2)


def test_wrap_reaches_into_a_list_that_a_loop_filled() -> None:
    seen = observer("made = [x]\nfor i in range(2):\n    made.append(x + i)\nreturn torch.stack(made).sum(-1)")
    run = after(seen, Wrap(node(seen, "aten::stack"), "tensors[1]", "x * 0"))
    stacked = next(e for e in run.first.events if run.nodes[e.node].op == "aten::stack")
    assert len(stacked.inputs) == 3


def test_wrap_of_what_is_written_is_read_from_then_on() -> None:
    seen = observer("h = torch.exp(self.encoder(x))\nh.add_(1.0)\nreturn self.head(h)")
    assert after(seen).error is not None
    edited = after(seen, Wrap(node(seen, "aten::add_"), "self", "x.clone()"))
    assert edited.error is None
    head, add = node(seen, "aten::linear"), node(seen, "aten::add_")
    written = next(e.outputs[0].id for e in edited.first.events if e.node == add)
    read = next(e.tensors[0].id for e in edited.first.events if e.node == head)
    assert written == read


def test_become_takes_another_operation_and_its_result_from_then_on() -> None:
    seen = observer("h = torch.exp(self.encoder(x))\nh.add_(1.0)\nreturn self.head(h)")
    edited = after(seen, Become(node(seen, "aten::add_"), "aten::add"))
    assert edited.error is None
    assert set(states(edited).values()) == {"ok"}


def test_give_sets_a_literal() -> None:
    seen = observer("return self.encoder(x).view(4, 3, 2)")
    assert shapes(after(seen, Give(node(seen, "aten::view"), "size", [2, -1]))) == [(2, 12)]


def test_reconnect_joins_what_was_taken_apart() -> None:
    seen = observer(
        "loss = self.encoder(x).mean()\nreturn torch.tensor(loss.item(), requires_grad=True)", loss="output"
    )
    edits = Reconnect(node(seen, "aten::tensor"), node(seen, "aten::item"))
    assert states(after(seen, edits))["encoder.weight"] == "ok"


def test_leave_turns_gradients_on_again() -> None:
    seen = observer("with torch.no_grad():\n    h = self.encoder(x)\nreturn self.head(h)")
    assert states(after(seen))["encoder.weight"] == "none"
    assert states(after(seen, Leave(node(seen, "prim::Enter"))))["encoder.weight"] == "ok"


def test_resize_gives_a_weight_another_shape() -> None:
    seen = observer("return self.head(self.encoder(x))", shapes="4x7")
    edited = after(seen, Resize("encoder.weight", (6, 7)))
    assert edited.error is None
    assert next(p.shape for p in edited.parameters if p.name == "encoder.weight") == (6, 7)


def test_unfreeze_and_register_give_parameters() -> None:
    seen = observer("return self.head(self.encoder(x) * self.scale)")
    edited = after(seen, Register(("scale",)))
    assert states(edited)["scale"] == "ok"
    assert "scale" not in {b.name for b in edited.buffers}
    assert states(after(seen, Unfreeze(("head.weight",))))["head.weight"] == "ok"


def test_stand_in_has_the_shape_and_lets_gradients_through() -> None:
    seen = observer("return self.head(torch.cat([self.encoder(x), x], 1))")
    assert not after(seen).first.forward_completed
    edited = after(seen, StandIn(node(seen, "aten::cat"), (4, 6)))
    assert edited.error is None
    assert set(states(edited).values()) == {"ok"}


def test_ask_sends_another_request() -> None:
    seen = observer("return self.head(self.encoder(x))", shapes="4x7")
    edited = after(seen, Ask({"inputs": [{"shape": [3, 10]}]}))
    assert shapes(edited) == [(3, 2)]


def test_operands_of_a_loss_that_was_asked_for_are_edited_too() -> None:
    seen = observer("return self.head(self.encoder(x)).squeeze(-1)", loss="mse_loss:4x2x1")
    assert after(seen).first.forward_completed
    loss = len(seen.observation.nodes) - 1
    edited = after(seen, Wrap(loss, "target", "x.squeeze(-1)"))
    (event,) = [e for e in edited.first.events if e.node == loss]
    assert [t.shape for t in event.tensors] == [(4, 2), (4, 2)]


def test_edits_follow_each_other_by_the_numbers_of_the_program_as_it_was() -> None:
    seen = observer("h = torch.exp(self.encoder(x))\nh += 1.0\nreturn self.head(h.detach())")
    edited = after(
        seen,
        Wrap(node(seen, "aten::linear"), "input", "x * 2"),
        Replace(node(seen, "aten::detach"), "self"),
        Become(node(seen, "aten::add_"), "aten::add"),
    )
    assert edited.error is None
    assert set(states(edited).values()) == {"ok"}


def test_places_of_edited_nodes_are_still_known() -> None:
    seen = observer("h = torch.exp(self.encoder(x))\nh += 1.0\nreturn self.head(h)")
    add = node(seen, "aten::add_")
    edited = after(seen, Become(add, "aten::add"))
    new = next(n.id for n in edited.nodes if n.op == "aten::add")
    assert edited.source(add) == edited.source(new) == "h += 1.0"


@pytest.mark.parametrize(
    "edit",
    [
        Wrap(0, "nothing", "x"),
        Replace(10_000, "self"),
        Resize("nobody.weight", (1,)),
        Become(3, "aten::no_such_operation"),
        Wrap(3, "input", "x.no_such_method()"),
        Wrap(3, "input", "torch.einsum('ij->ij', [x])"),
    ],
)
def test_what_cannot_be_made_is_refused_by_name(edit: Edit) -> None:
    seen = observer("return self.head(self.encoder(x))")
    with pytest.raises(EditError):
        after(seen, edit)


def test_the_program_itself_is_left_as_it_was() -> None:
    seen = observer("return self.head(self.encoder(x).detach())")
    before = torch.get_rng_state()
    after(seen, Replace(node(seen, "aten::detach"), "self"))
    torch.set_rng_state(before)
    seen.numeric()
    assert states(seen.observation)["encoder.weight"] == "none"
