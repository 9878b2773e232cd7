"""What is joined, squeezed, encoded or flattened along other axes than what follows takes; and their twins."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only, raised

TOWERS = "self.a = nn.Linear(4, 6); self.b = nn.Linear(3, 6); self.top = nn.Linear(12, 2)"
MAPS = "self.a = nn.Conv2d(3, 4, 1); self.b = nn.Conv2d(1, 4, 1); self.top = nn.Conv2d(8, 2, 1)"

JOINED = [
    (
        "h = torch.cat([self.a(x), self.b(y)]); return self.top(h.relu())",
        TOWERS,
        "5x4; 5x3",
        "h = torch.cat([self.a(x), self.b(y)], dim=1)",
    ),
    (
        "h = torch.cat([self.a(x), self.b(y)], dim=0); return self.top(h)",
        TOWERS,
        "5x7x4; 5x7x3",
        "h = torch.cat([self.a(x), self.b(y)], dim=2)",
    ),
    (
        "h = torch.cat((self.a(x), self.b(y)), 0); return self.top(h)",
        MAPS,
        "2x3x5x5; 2x1x5x5",
        "h = torch.cat((self.a(x), self.b(y)), 1)",
    ),
]


@pytest.mark.parametrize(("forward", "layers", "shapes", "after"), JOINED)
def test_branches_joined_along_the_batch_are_the_cause_of_the_layer_that_takes_them_side_by_side(
    forward: str, layers: str, shapes: str, after: str
) -> None:
    found = only(diagnose_source(net(forward, layers, "x, y"), shapes=shapes))
    assert (found["code"], found["location"]["op"]) == ("SHP705", "aten::cat")
    assert (found["fix"]["after"], found["fix"]["verified"]) == (after, True)


def test_a_layer_behind_a_join_of_two_batches_is_the_fault_itself_where_it_takes_another_number() -> None:
    forward = "h = torch.cat([self.a(x), self.a(y)]); return self.top(h)"
    found = only(
        diagnose_source(net(forward, "self.a = nn.Linear(4, 6); self.top = nn.Linear(7, 2)", "x, y"), shapes="5x4; 5x4")
    )
    assert (found["code"], found["location"]["op"]) == ("SHP701", "aten::linear")


def test_two_views_of_a_batch_may_be_joined_along_it() -> None:
    forward = "one, two = self.top(torch.cat([x, y])).chunk(2); return one * two"
    assert not raised(diagnose_source(net(forward, "self.top = nn.Linear(4, 3)", "x, y"), shapes="5x4; 5x4"))


SQUEEZED = [
    (
        "s = torch.tanh(self.one(x)).squeeze(); return x * s",
        "self.one = nn.Conv2d(5, 1, 1)",
        "3x5x4x6",
        "s = torch.tanh(self.one(x))",
    ),
    (
        "s = self.one(x).squeeze().relu(); return self.two(s)",
        "self.one = nn.Conv1d(2, 1, 3); self.two = nn.Conv1d(1, 4, 3)",
        "3x2x9",
        "s = self.one(x).relu()",
    ),
    (
        "m = self.l(x).mean(1, keepdim=True).squeeze(); return self.l(x) - m",
        "self.l = nn.Linear(4, 6)",
        "3x5x4",
        "m = self.l(x).mean(1, keepdim=True)",
    ),
]


@pytest.mark.parametrize(("forward", "layers", "shapes", "after"), SQUEEZED)
def test_the_only_channel_that_a_squeeze_drops_is_what_was_refused_lacks(
    forward: str, layers: str, shapes: str, after: str
) -> None:
    found = only(diagnose_source(net(forward, layers), shapes=shapes))
    assert (found["code"], found["location"]["op"]) == ("SHP720", "aten::squeeze")
    assert (found["fix"]["after"], found["fix"]["verified"]) == (after, True)


def test_a_squeeze_that_is_right_is_not_what_a_refusal_behind_it_comes_from() -> None:
    forward = "s = self.one(x).squeeze(); return torch.stack([s, s]) * self.p.expand(7)"
    found = only(diagnose_source(net(forward, "self.one = nn.Conv2d(5, 1, 1)"), shapes="3x5x4x6"))
    assert found["code"] == "SHP706"


DICE = "o = F.one_hot(y, 5).float(); i = (q * o).sum((2, 3)); return (i / (q.sum((2, 3)) + o.sum((2, 3)))).mean()"


def test_classes_that_one_hot_put_last_are_brought_where_the_others_are_for_all_that_reads_them() -> None:
    source = net(f"q = self.c(x).softmax(1); {DICE}", "self.c = nn.Conv2d(2, 5, 1)", "x, y")
    found = only(diagnose_source(source, shapes="3x2x6x7; 3x6x7:int64[0,5)"))
    assert found["fix"]["after"] == "o = F.one_hot(y, 5).permute(0, 3, 1, 2).float()"
    assert found["fix"]["verified"]


def test_classes_that_were_sent_last_are_brought_into_order_beside_a_prediction() -> None:
    source = net("return ((self.c(x) - y) ** 2).mean()", "self.c = nn.Conv2d(2, 5, 1)", "x, y")
    found = only(diagnose_source(source, shapes="3x2x6x7; 3x6x7x5"))
    assert found["fix"]["after"] == "return ((self.c(x) - y.permute(0, 3, 1, 2)) ** 2).mean()"
    assert found["fix"]["verified"]


def test_what_fits_its_like_nowhere_is_told_where_it_meets_it_first() -> None:
    forward = "a = self.c(x); i = (a * y).sum(); return i / (a.abs() + y.abs()).sum()"
    found = only(diagnose_source(net(forward, "self.c = nn.Conv2d(2, 5, 1)", "x, y"), shapes="3x2x6x7; 3x3x9x11"))
    assert found["location"]["op"] == "aten::mul"


RECURRENT = "self.r = nn.GRU(4, 6); self.l = nn.Linear(6, 5)"
TAGS = "q = self.l(self.r(x.transpose(0, 1))[0]); return F.cross_entropy(q.reshape(-1, 5), {target})"
SCORES = "q = self.l(self.r(x.transpose(0, 1))[0]).mean(-1); return ((q.reshape(-1) - {target}) ** 2).mean()"


@pytest.mark.parametrize(("forward", "kind"), [(TAGS, ":int64[0,5)"), (SCORES, "")])
def test_a_target_flattened_by_samples_does_not_go_with_what_was_flattened_by_steps(forward: str, kind: str) -> None:
    source = net(forward, RECURRENT, "x, y")
    document = diagnose_source(source.format(target="y.view(-1)"), shapes=f"3x8x4; 3x8{kind}")
    (found,) = raised(document)
    assert (found["code"], document["verdict"], found["parameters"]) == ("SHP716", "suspect", [])
    assert "y.transpose(0, 1).reshape(-1)" in found["fix"]["after"]
    assert found["fix"]["verified"]
    assert not raised(diagnose_source(source.format(target="y.t().reshape(-1)"), shapes=f"3x8x4; 3x8{kind}"))


def test_a_map_is_viewed_as_large_as_there_is_where_all_behind_it_fits_that() -> None:
    forward = "m = self.l(x).view(-1, 2, 3, 3); return F.mse_loss(self.up(m), y)"
    layers = "self.l = nn.Linear(6, 32); self.up = nn.ConvTranspose2d(2, 1, 2, 2)"
    found = only(diagnose_source(net(forward, layers, "x, y"), shapes="5x6; 5x1x8x8"))
    assert found["fix"]["after"] == "m = self.l(x).view(-1, 2, 4, 4)"
    assert found["fix"]["verified"]


POOLED = "m = self.c(x); g = {pool}; return self.l(g.flatten(1))"


@pytest.mark.parametrize("pool", ["F.avg_pool2d(m, int(m.shape[-1]))", "F.max_pool2d(m, list(map(int, m.shape[2:])))"])
def test_a_window_over_the_whole_map_of_the_example_is_a_size_that_was_written_down(pool: str) -> None:
    source = net(POOLED.format(pool=pool), "self.c = nn.Conv2d(3, 4, 3, 2, 1); self.l = nn.Linear(4, 2)")
    found = only(diagnose_source(source, shapes="2x3x24x24", export="trace 2x3x12x12"))
    assert (found["code"], found["fix"]["verified"]) == ("SHP712", True)
    assert "adaptive" in found["fix"]["summary"]


def test_a_window_that_halves_is_none_that_a_trace_wrote_down() -> None:
    source = net(
        POOLED.format(pool="F.max_pool2d(m, 2)"), "self.c = nn.Conv2d(3, 4, 3, 2, 1); self.l = nn.Linear(36, 2)"
    )
    assert only(diagnose_source(source, shapes="2x3x24x24", export="trace 2x3x12x12"))["code"] == "SHP701"


def test_heads_that_lie_in_the_batch_are_taken_out_of_it_whatever_their_features_count() -> None:
    fold = "q = self.l(x).view(2, 5, 4, 2).transpose(1, 2).reshape(8, 5, 2)"
    source = net(fold + "; return (q @ q.transpose(1, 2) @ q).reshape(2, 5, 8)", "self.l = nn.Linear(8, 8)")
    (found,) = raised(diagnose_source(source, shapes="2x5x8"))
    assert found["code"] == "SHP719"
    assert ".reshape([2, 4, 5, 2]).transpose(1, 2).reshape([2, 5, 8])" in found["fix"]["summary"]
    assert found["fix"]["verified"]
