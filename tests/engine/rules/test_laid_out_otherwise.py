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
        "h = torch.cat([self.a(x), self.b(y)], 1); return self.top(h.tanh())",
        TOWERS,
        "5x7x4; 5x7x3",
        "h = torch.cat([self.a(x), self.b(y)], 2)",
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


def test_what_two_sequences_hold_one_after_the_other_is_for_a_layer_as_wide_as_one() -> None:
    forward = "h = torch.cat([self.a(x), self.b(y)], 1); return self.top(h)"
    layers = "self.a = nn.Linear(4, 6); self.b = nn.Linear(3, 6); self.top = nn.Linear(6, 2)"
    assert not raised(diagnose_source(net(forward, layers, "x, y"), shapes="5x7x4; 5x7x3"))


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


POOL = "self.c = nn.Conv2d(3, 4, 3); self.l = nn.Linear(5, 4); self.o = nn.Linear(8, 2)"


@pytest.mark.parametrize(
    ("pooled", "shapes", "call"),
    [
        ("F.adaptive_avg_pool2d(self.c(x), 1)", "2x3x8x8; 2x5", ".flatten(1)"),
        ("self.c(x).mean(3, keepdim=True).amax(2, keepdim=True)", "2x3x8x8; 2x5", ".flatten(1)"),
    ],
)
def test_what_a_pool_left_at_one_goes_before_it_is_joined_with_a_row_of_features(
    pooled: str, shapes: str, call: str
) -> None:
    source = net(f"g = {pooled}; m = self.l(y); return self.o(torch.cat([g, m], 1))", POOL, "x, y")
    found = only(diagnose_source(source, shapes=shapes))
    assert found["fix"]["after"] == f"return self.o(torch.cat([g{call}, m], 1))"
    assert found["fix"]["verified"]


def test_two_factors_are_exchanged_in_a_call_as_they_are_beside_an_operator() -> None:
    source = net("h = torch.mm(self.l(x), y); return h", "self.l = nn.Linear(3, 4)", "x, y")
    found = only(diagnose_source(source, shapes="6x3; 6x6"))
    assert (found["fix"]["after"], found["fix"]["verified"]) == ("h = torch.mm(y, self.l(x))", True)


def test_a_column_that_a_line_reads_twice_is_made_a_row_before_it() -> None:
    source = net(
        "q = self.l(x).sigmoid(); return -(q * y + (1 - q) * (1 - y)).log().mean()", "self.l = nn.Linear(3, 1)", "x, y"
    )
    (found,) = raised(diagnose_source(source, shapes="6x3; 6"))
    assert found["fix"]["after"].startswith("q = q.squeeze(1)\nreturn -(q * y")
    assert found["fix"]["verified"]


@pytest.mark.parametrize(("rows", "steps"), [("12, 12", "7"), ("5, 5", "7")])
def test_a_mask_of_another_length_is_told_as_the_mask_that_it_is(rows: str, steps: str) -> None:
    layers = (
        f"self.a = nn.MultiheadAttention(4, 2, batch_first=True); self.m = nn.Buffer(torch.ones({rows}).tril() == 0)"
    )
    found = only(diagnose_source(net("return self.a(x, x, x, attn_mask=self.m)[0]", layers), shapes=f"2x{steps}x4"))
    assert (found["code"], found["title"].startswith(f"a takes a mask of {steps}x{steps}")) == ("SHP717", True)


def test_an_image_viewed_as_a_row_of_patches_is_cut_along_both_of_its_sides() -> None:
    (found,) = raised(
        diagnose_source(
            net("return self.l(x.view(2, 9, 64)) * self.p", "self.l = nn.Linear(64, 3)"), shapes="2x4x12x12"
        )
    )
    assert found["code"] == "SHP719"
    assert ".reshape([2, 4, 3, 4, 3, 4]).permute(0, 2, 4, 1, 3, 5).reshape([2, 9, 64])" in found["fix"]["summary"]
    cut = "x.view(2, 4, 3, 4, 3, 4).permute(0, 2, 4, 1, 3, 5).reshape(2, 9, 64)"
    assert not raised(
        diagnose_source(net(f"return self.l({cut}) * self.p", "self.l = nn.Linear(64, 3)"), shapes="2x4x12x12")
    )
    assert not raised(
        diagnose_source(
            net("return self.l(x.view(2, 4, 144)) * self.p", "self.l = nn.Linear(144, 3)"), shapes="2x4x12x12"
        )
    )


def test_a_list_that_was_made_of_what_was_sent_may_be_too_short_for_good() -> None:
    source = net("return self.p * (xs[0] + xs[1])", takes="xs: List[torch.Tensor]")
    found = only(diagnose_source(source, shapes="2x3"))
    assert (found["code"], found["fix"]["verified"]) == ("TYP804", True)


def test_sizes_named_in_another_order_than_they_lie_in_are_put_in_order() -> None:
    layers = "self.a = nn.Linear(12, 12); self.l = nn.Linear(12, 12)"
    forward = (
        "b, n, c = x.shape; h = self.a(x).view(b, n, 3, 4).transpose(1, 2).softmax(-1); "
        "return self.l(h.transpose(1, 2).reshape(b, c, -1))"
    )
    found = diagnose_source(net(forward, layers), shapes="2x6x12")["findings"][0]
    assert found["code"] == "SHP719"
    assert found["fix"]["after"] == "return self.l(h.transpose(1, 2).reshape(b, -1, c))"
    assert found["fix"]["verified"]


def test_a_size_that_a_view_leaves_open_in_front_is_not_one_that_was_named_too_early() -> None:
    body = "h = self.c(x); h = h.view(-1, 8, 4, 4); return F.cross_entropy(self.l(h.mean((2, 3))), y)"
    source = net(body, "self.c = nn.Conv3d(3, 8, (1, 3, 3), padding=(0, 1, 1)); self.l = nn.Linear(8, 5)", "x, y")
    document = diagnose_source(source, shapes="4x3x2x4x4; 4:int64[0,5)", loss="output")
    assert document["findings"][0]["code"] in ("SHP713", "SHP718")
    assert not [f for f in document["findings"] if "name the sizes" in f["fix"]["summary"]]


@pytest.mark.parametrize(
    ("view", "sent"),
    [
        ("self.c(x).permute(0, 2, 3, 1).reshape(x.size(0), -1, 4)", "2x3x4x4"),
        ("self.c(x).permute(0, 2, 3, 1).reshape(-1, 4)", "2x3x4x4"),
        ("self.c(x).permute(0, 2, 3, 1).reshape(x.size(0), x.size(2) * x.size(3) * 4, 4)", "2x3x6x4"),
        ("self.c(x).flatten(2).transpose(1, 2).reshape(x.size(0), -1, 4)", "2x3x2x2"),
    ],
)
def test_anchors_that_are_cut_off_the_channels_are_as_they_lie_though_a_map_is_as_wide(view: str, sent: str) -> None:
    source = net(f"return {view}.tanh()", "self.c = nn.Conv2d(3, 16, 1)")
    assert not raised(diagnose_source(source, shapes=sent))


@pytest.mark.parametrize("sizes", ["2, 16, 4", "2, 16, -1", "x.size(0), 16, x.size(1)"])
def test_steps_and_features_whose_sizes_are_both_named_the_other_way_round_are_exchanged(sizes: str) -> None:
    source = net(f"return self.l(x).reshape({sizes}).tanh()", "self.l = nn.Linear(3, 16)")
    (found,) = raised(diagnose_source(source, shapes="2x4x3"))
    assert (found["code"], found["fix"]["verified"]) == ("SHP719", True)
