"""Positions that are counted over the samples of a batch are told where the steps stand second, and only there."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, raised

LAYERS = "self.tok = nn.Embedding(25, 8); self.head = nn.Linear(8, 25)"
POSITIONS = "self.pos = nn.Embedding(32, 8)"
FIXED = "self.pe = nn.Buffer(torch.sin(torch.arange(320.).view(40, 8)))"
BY_HAND = "self.qkv = nn.Linear(8, 24)"
ATTENTION = (
    "q, k, v = self.qkv(h).chunk(3, dim=-1); s = q @ k.transpose(1, 2); "
    "m = torch.ones(h.size(1), h.size(1)).triu(1) > 0; h = h + s.masked_fill(m, -1e9).softmax(dim=-1) @ v; "
)
HEADS = (
    "q, k, v = self.qkv(h).view(h.size(0), -1, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0); "
    "h = h + ((q @ k.transpose(-2, -1)).softmax(-1) @ v).transpose(1, 2).flatten(2); "
)
OF_TORCH = "self.a = nn.MultiheadAttention(8, 2, batch_first=True)"
ATTENDED = "h = h + self.a(h, h, h)[0]; "
TOKENS = "3x7:int64[0,25)"
COUNTED = "pos = torch.arange(x.size(0)).unsqueeze(1); h = self.tok(x) + self.pos(pos)"
BY_STEPS = "pos = torch.arange(x.size(1)).unsqueeze(0)"


def program(added: str, between: str, layers: str, of: str = "h") -> str:
    """A model that embeds tokens, adds positions, lets the steps meet and predicts a token for each."""
    return net(f"{added}; {between}return self.head({of})", f"{LAYERS}; {layers}")


OVER_THE_BATCH = [
    (COUNTED, ATTENTION, BY_HAND, BY_STEPS),
    (COUNTED, HEADS, BY_HAND, BY_STEPS),
    (COUNTED, ATTENDED, OF_TORCH, BY_STEPS),
    (COUNTED, "h = self.r(h)[0]; ", "self.r = nn.GRU(8, 8, batch_first=True)", BY_STEPS),
    (
        "B, T = x.shape; h = self.tok(x) + self.pos(torch.arange(B)[:, None].expand(B, T))",
        ATTENDED,
        OF_TORCH,
        "h = self.tok(x) + self.pos(torch.arange(T)[None].expand(B, T))",
    ),
    (
        "h = self.tok(x); n = h.shape[0]; h = h + self.pos(torch.arange(0, n).view(-1, 1))",
        ATTENTION,
        BY_HAND,
        "h = h + self.pos(torch.arange(0, h.shape[1]).view(1, -1))",
    ),
    (
        "pos = torch.arange(len(x)).unsqueeze(1).repeat(1, x.size(1)); h = self.tok(x) + self.pos(pos)",
        ATTENTION,
        BY_HAND,
        None,
    ),
    (
        "ids = torch.arange(x.size(0)); h = self.tok(x); h = h + self.pos(ids)[:, None, :]",
        ATTENDED,
        OF_TORCH,
        "ids = torch.arange(x.size(1))\nh = h + self.pos(ids)[None]",
    ),
    (
        "h = self.tok(x) + self.pos.weight[:x.size(0)].unsqueeze(1)",
        ATTENTION,
        BY_HAND,
        "h = self.tok(x) + self.pos.weight[:x.size(1)].unsqueeze(0)",
    ),
]


@pytest.mark.parametrize(("added", "between", "layers", "after"), OVER_THE_BATCH)
def test_positions_of_places_in_the_batch_are_counted_by_the_steps(
    added: str, between: str, layers: str, after: str | None
) -> None:
    (found,) = raised(diagnose_source(program(added, between, f"{POSITIONS}; {layers}"), shapes=TOKENS))
    assert (found["code"], found["severity"], found["fix"]["after"]) == ("SHP716", "warning", after)
    assert found["location"]["op"] in ("aten::arange", "aten::slice")
    assert found["fix"]["verified"]


@pytest.mark.parametrize(
    ("added", "after"),
    [
        ("h = self.tok(x) + self.pe[:x.size(0), None]", "h = self.tok(x) + self.pe[None, :x.size(1)]"),
        (
            "p = self.pe.unsqueeze(1)[:x.size(0)]; h = self.tok(x) + p",
            "p = self.pe.unsqueeze(1)[:x.size(1)]\nh = self.tok(x) + p.transpose(0, 1)",
        ),
    ],
)
def test_a_table_is_cut_by_the_steps(added: str, after: str | None) -> None:
    (found,) = raised(diagnose_source(program(added, ATTENTION, f"{FIXED}; {BY_HAND}"), shapes=TOKENS))
    assert (found["code"], found["location"]["op"]) == ("SHP716", "aten::slice")
    assert (found["fix"]["after"], found["fix"]["verified"]) == (after, True)


@pytest.mark.parametrize(
    ("added", "layers"),
    [
        (COUNTED, POSITIONS),
        ("h = self.tok(x) + self.pos(torch.arange(x.size(0)))", POSITIONS),
        ("h = self.tok(x) + self.pe[:x.size(0)]", FIXED),
        ("h = self.tok(x) + self.pe.unsqueeze(0)[:, :x.size(0)]", FIXED),
    ],
)
def test_all_steps_of_one_sample_get_the_first_position(added: str, layers: str) -> None:
    source = program(added, ATTENDED, f"{layers}; {OF_TORCH}")
    (found,) = raised(diagnose_source(source, shapes="1x7:int64[0,25)"))
    assert (found["code"], found["fix"]["verified"]) == ("SHP716", True)
    assert found["title"].endswith("gives all steps of 1x7x8 the first position")


@pytest.mark.parametrize(
    ("added", "layers"),
    [
        ("pos = torch.arange(x.size(0)); h = self.tok(x) + self.pos(pos)", POSITIONS),
        ("h = self.tok(x) + self.pe[:x.size(0)]", FIXED),
    ],
)
def test_what_was_counted_over_the_batch_and_is_refused_along_the_steps_is_counted_by_them(
    added: str, layers: str
) -> None:
    (found,) = raised(diagnose_source(program(added, ATTENTION, f"{layers}; {BY_HAND}"), shapes=TOKENS))
    assert (found["code"], found["fix"]["verified"]) == ("SHP706", True)
    assert found["fix"]["after"] == added.replace("size(0)", "size(1)").partition(";")[0]


SEQUENCE_FIRST = "self.e = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0)"
FRAMES = "self.b = nn.GRU(8, 8)"

RIGHTLY = [
    (COUNTED, "h = self.e(h); ", SEQUENCE_FIRST, "7x3:int64[0,25)"),
    (COUNTED, "h = self.e(h); ", SEQUENCE_FIRST, "7x7:int64[0,25)"),
    (COUNTED, "h = self.e(h); ", SEQUENCE_FIRST, "1x3:int64[0,25)"),
    (COUNTED, "h = self.r(h)[0]; ", "self.r = nn.LSTM(8, 8)", "7x3:int64[0,25)"),
    (COUNTED, f"h = h.transpose(0, 1); {ATTENTION}", BY_HAND, "7x3:int64[0,25)"),
    (f"x = x.t(); {COUNTED}", "h = self.e(h); ", SEQUENCE_FIRST, TOKENS),
    (COUNTED, "h = torch.tanh(h); ", "", TOKENS),
    (COUNTED, f"{ATTENDED}h = self.b(h.mean(1))[0]; ", f"{OF_TORCH}; {FRAMES}", TOKENS),
    (COUNTED, f"{ATTENDED}h = self.a(h.transpose(0, 1), h.transpose(0, 1), h.transpose(0, 1))[0]; ", OF_TORCH, TOKENS),
    (COUNTED, f"{ATTENDED}h = h.mean(1).amax(0); ", OF_TORCH, TOKENS),
    (COUNTED, f"{ATTENDED}h = h.mean(1); h = (h @ h.t()).softmax(-1) @ h; ", OF_TORCH, TOKENS),
    (
        f"{COUNTED}; h = torch.einsum('vw,wte->vte', self.g, h)",
        ATTENDED,
        f"{OF_TORCH}; self.g = nn.Parameter(torch.ones(3, 3))",
        TOKENS,
    ),
    (f"{COUNTED} + self.pos(torch.arange(x.size(1)))", ATTENDED, OF_TORCH, TOKENS),
    (COUNTED.replace("unsqueeze(1)", "unsqueeze(1) % 2"), ATTENDED, OF_TORCH, "4x7:int64[0,25)"),
    ("h = self.tok(x) + self.pos(torch.arange(x.size(0)))", ATTENDED, OF_TORCH, "7x7:int64[0,25)"),
    (f"{BY_STEPS}; h = self.tok(x) + self.pos(pos)", HEADS, BY_HAND, TOKENS),
    (f"{BY_STEPS}; h = self.tok(x) + self.pos(pos)", HEADS, BY_HAND, "1x7:int64[0,25)"),
]


@pytest.mark.parametrize(("added", "between", "layers", "shapes"), RIGHTLY)
def test_what_is_in_front_may_be_steps_frames_or_nodes(added: str, between: str, layers: str, shapes: str) -> None:
    assert not raised(diagnose_source(program(added, between, f"{POSITIONS}; {layers}"), shapes=shapes))


def test_a_table_with_a_row_for_each_sample_tells_them_apart() -> None:
    source = program(COUNTED, ATTENDED, f"self.pos = nn.Embedding(3, 8); {OF_TORCH}")
    assert not raised(diagnose_source(source, shapes=TOKENS))
