"""Programs whose axes go wrong, most of them without a word: what each is sent with, its code and its line mended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A program of a layer or two and a body, the code that it deserves, and the line of the fix where it has one."""

    code: str
    shapes: str
    layers: str
    body: str
    after: str | None = None
    arguments: str = "x"
    traced: str | None = None

    @property
    def source(self) -> str:
        """The program."""
        layers = "".join(f"        {line}\n" for line in self.layers.splitlines())
        body = "".join(f"        {line}\n" for line in self.body.splitlines())
        return (
            "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            f"{layers}\n    def forward(self, {self.arguments}):\n{body}"
        )

    @property
    def export(self) -> str:
        """How it is exported."""
        return f"trace {self.traced}" if self.traced else "script"


ATTENTION = "s = torch.softmax(q @ q.transpose(-2, -1), -1) @ q\n"

FAULTS = {
    "heads merged without a transpose": Fault(
        "SHP719", "2x6x8", "self.a = nn.Linear(8, 8)",
        "B, L, C = x.shape\nq = self.a(x).view(B, L, 2, 4).transpose(1, 2)\n" + ATTENTION
        + "h = s.reshape(B, L, C)\nreturn self.a(h)",
        "h = s.transpose(1, 2).reshape(B, L, C)",
    ),
    "heads merged by a view of the transposed": Fault(
        "SHP714", "2x6x8", "self.a = nn.Linear(8, 8)",
        "B, L, C = x.shape\nq = self.a(x).view(B, L, 2, 4)\nq = q.transpose(1, 2)\nreturn self.a(q.view(B, L, C))",
        "return self.a(q.transpose(1, 2).reshape(B, L, C))",
    ),
    "heads cut without a transpose": Fault(
        "SHP719", "2x6x8", "self.a = nn.Linear(8, 8)",
        "B, L, C = x.shape\nq = self.a(x).view(B, 2, L, 4)\n" + ATTENTION
        + "return self.a(s.transpose(1, 2).reshape(B, L, C))",
        "q = self.a(x).view(B, L, 2, 4).transpose(1, 2)",
    ),
    "heads folded into the batch without a transpose": Fault(
        "SHP719", "2x6x8", "self.a = nn.Linear(8, 8)",
        "B, L, C = x.shape\nq = self.a(x).view(B * 2, L, 4)\n" + ATTENTION + "return self.a(s.view(B, L, C))",
    ),
    "heads folded into the batch and unfolded the other way": Fault(
        "SHP719", "3x5x8", "self.a = nn.Linear(8, 8)",
        "B, L, C = x.shape\nq = self.a(x).view(B, L, 2, 4).transpose(1, 2).reshape(B * 2, L, 4)\n" + ATTENTION
        + "h = s.view(2, B, L, 4)\nreturn self.a(h.transpose(1, 2).reshape(B, L, C))",
        "h = s.view(B, 2, L, 4)",
    ),
    "as many heads as samples, stacked and viewed": Fault(
        "SHP719", "2x5x6", "self.a = nn.Linear(6, 3)\nself.b = nn.Linear(6, 3)\nself.c = nn.Linear(6, 2)",
        "B, L, C = x.shape\nh = torch.stack([self.a(x), self.b(x)])\nh = h.view(B, L, -1)\n"
        "return torch.tanh(self.c(h))",
        "h = h.permute(1, 2, 0, 3).reshape(B, L, -1)",
    ),
    "one step of each sample for a layer that takes steps first": Fault(
        "SHP716", "4x3x5", "self.r = nn.GRU(5, 6, batch_first=True)\nself.s = nn.LSTM(6, 4)",
        "h = self.r(x)[0]\nreturn torch.stack([self.s(h[:, t].unsqueeze(1))[0] for t in range(3)])",
        "nn.LSTM(6, 4, batch_first=True)",
    ),
    "maps against the maps of all other samples": Fault(
        "SHP707", "3x1x4x4; 3x1x4x4", "self.c = nn.Conv2d(1, 1, 3, padding=1)",
        "y = torch.sigmoid(y).unsqueeze(1)\nd = torch.sigmoid(self.c(x)) - y\nreturn (d ** 2).mean()",
        "d = torch.sigmoid(self.c(x)) - y.squeeze(1)", "x, y",
    ),
    "one row of targets for all samples": Fault(
        "SHP707", "5x4; 1x1", "self.l = nn.Linear(4, 1)", "return F.mse_loss(self.l(x), y)", None, "x, y",
    ),
    "a word for each sample made into one long word": Fault(
        "SHP718", "3x6; 1x3x6", "self.l = nn.Linear(6, 6)\nself.r = nn.GRU(12, 4)",
        "w = self.l(x).view(1, 1, -1)\nreturn self.r(torch.cat([w, c], 2))[0]",
        "w = self.l(x).view(1, -1, 6)", "x, c",
    ),
    "positions cut by the number of samples": Fault(
        "SHP716", "3x6x8", "self.t = nn.Parameter(torch.randn(9, 1, 8))\nself.r = nn.GRU(8, 4, batch_first=True)",
        "x = x + self.t[: x.size(0)]\nreturn self.r(x)[0]",
        "x = x + self.t[: x.size(1)].transpose(0, 1)",
    ),
    "positions for fewer samples than there are": Fault(
        "SHP716", "7x4x8", "self.t = nn.Parameter(torch.randn(5, 1, 8))\nself.l = nn.Linear(8, 2)",
        "x = torch.tanh(self.l(x + self.t[: x.shape[0]]))\nreturn x[:, -1]",
        "x = torch.tanh(self.l(x + self.t[: x.shape[1]].transpose(0, 1)))",
    ),
    "as many heads as steps": Fault(
        "SHP719", "2x4x8", "self.a = nn.Linear(8, 8)",
        "B, L, C = x.shape\nq = self.a(x).view(B, 4, L, 2)\n" + ATTENTION
        + "return self.a(s.transpose(1, 2).reshape(B, L, C))",
        "q = self.a(x).view(B, L, 4, 2).transpose(1, 2)",
    ),
    "states of two layers made one row": Fault(
        "SHP719", "4x6x5", "self.a = nn.LSTM(5, 8, num_layers=2, batch_first=True)\nself.b = nn.Linear(16, 3)",
        "o, (h, c) = self.a(x)\nreturn self.b(h.view(-1, 16))",
        "return self.b(h.transpose(0, 1).reshape(-1, 16))",
    ),
    "images viewed as channels first": Fault(
        "SHP719", "2x8x8x3", "self.a = nn.Conv2d(3, 4, 3)", "x = x.view(-1, 3, 8, 8)\nreturn self.a(x)",
        "x = x.permute(0, 3, 1, 2)",
    ),
    "a sequence viewed as time first": Fault(
        "SHP719", "4x6x5", "self.a = nn.LSTM(5, 8)", "o, h = self.a(x.view(x.size(1), x.size(0), -1))\nreturn o",
        "o, h = self.a(x.transpose(0, 1))",
    ),
    "columns of an image for its steps, as many as channels": Fault(
        "SHP719", "2x1x8x10", "self.c = nn.Conv2d(1, 10, (8, 3), padding=(0, 1))\nself.a = nn.GRU(10, 4)",
        "h = self.c(x)\nB, C, H, W = h.shape\no, s = self.a(h.squeeze(2).view(B, W, C))\nreturn o",
        "o, s = self.a(h.squeeze(2).transpose(1, 2))",
    ),
    "twice as many columns as channels": Fault(
        "SHP719", "2x1x8x20", "self.c = nn.Conv2d(1, 10, (8, 3), padding=(0, 1))\nself.a = nn.GRU(10, 4)",
        "h = self.c(x).squeeze(2)\nB, C, W = h.shape\no, s = self.a(h.reshape(B, -1, C))\nreturn o",
        "o, s = self.a(h.transpose(1, 2))",
    ),
    "samples and heads unfolded in the wrong order": Fault(
        "SHP719", "2x3x6x4", "self.a = nn.Linear(4, 4)",
        "B, H, T, d = x.shape\nq = self.a(x.reshape(B * H, T, d))\nreturn q.view(H, B, T, d).mean(0)",
        "return q.view(B, H, T, d).transpose(0, 1).mean(0)",
    ),
    "pixels taken for tokens without a transpose": Fault(
        "SHP719", "2x3x16x16", "self.a = nn.Conv2d(3, 8, 4, 4)\nself.b = nn.Linear(8, 2)",
        "h = self.a(x)\nB, C, H, W = h.shape\nreturn self.b(h.reshape(B, H * W, C)).mean(1)",
        "return self.b(h.permute(0, 2, 3, 1).reshape(B, H * W, C)).mean(1)",
    ),
    "repetitions outside, viewed as inside": Fault(
        "SHP719", "3x8", "self.a = nn.Linear(8, 1)",
        "B, C = x.shape\nreturn self.a(x.repeat(5, 1)).view(B, 5).mean(1)",
        "return self.a(x.repeat(5, 1)).view(5, B).transpose(0, 1).mean(1)",
    ),
    "a column against a vector": Fault(
        "SHP707", "5x6; 5", "self.a = nn.Linear(6, 1)", "p = self.a(x)\nreturn F.smooth_l1_loss(p, y)",
        "return F.smooth_l1_loss(p.squeeze(1), y)", "x, y",
    ),
    "a loss of a module": Fault(
        "SHP707", "5x6; 5", "self.a = nn.Linear(6, 1)\nself.loss = nn.L1Loss()", "return self.loss(self.a(x), y)",
        "return self.loss(self.a(x).squeeze(1), y)", "x, y",
    ),
    "a loss by hand": Fault(
        "SHP707", "5x6; 5", "self.a = nn.Linear(6, 1)", "return ((self.a(x) - y) ** 2).mean()",
        "return ((self.a(x).squeeze(1) - y) ** 2).mean()", "x, y",
    ),
    "a target without the two sides of a pooled map": Fault(
        "SHP707", "2x6x1x1; 2x3", "self.a = nn.Conv2d(6, 3, 1)", "p = self.a(x)\nreturn F.l1_loss(p, y)",
        "return F.l1_loss(p.squeeze((2, 3)), y)", "x, y",
    ),
    "a column of losses masked by a row": Fault(
        "SHP707", "5x6; 5:int64[0,3); 5:bool", "self.a = nn.Linear(6, 3)",
        "p = self.a(x).log_softmax(1)\nl = -p.gather(1, y.view(-1, 1))\nreturn l.masked_select(m).mean()",
        "l = l.squeeze(1)\nreturn l.masked_select(m).mean()", "x, y, m",
    ),
    "values of actions taken in two ways": Fault(
        "SHP707", "5x6; 5x1:int64[0,3); 5", "self.a = nn.Linear(6, 3)",
        "q = self.a(x).gather(1, a)\nt = r + 0.9 * self.a(x).max(1)[0].detach()\nreturn F.mse_loss(q, t)",
        "return F.mse_loss(q.squeeze(1), t)", "x, a, r",
    ),
    "weights of samples in a column": Fault(
        "SHP707", "5x6; 5x1", "self.a = nn.Linear(6, 3)",
        'e = F.cross_entropy(self.a(x), (w[:, 0] > 0).long(), reduction="none")\nreturn (e * w).mean()',
        "return (e * w.squeeze(1)).mean()", "x, w",
    ),
    "an accuracy": Fault(
        "SHP707", "5x6; 5x1:int64[0,3)", "self.a = nn.Linear(6, 3)",
        "o = self.a(x)\nreturn F.cross_entropy(o, y.squeeze(1)), (o.argmax(1) == y).float().mean()",
        "return F.cross_entropy(o, y.squeeze(1)), (o.argmax(1) == y.squeeze(1)).float().mean()", "x, y",
    ),
    "each sample cut into two rows": Fault(
        "SHP718", "2x3x8x8", "self.c = nn.Conv2d(3, 4, 3)\nself.a = nn.Linear(72, 5)",
        "h = F.relu(self.c(x))\nreturn self.a(h.view(-1, 72))",
        "return self.a(h.flatten(1))\nnn.Linear(144, 5)",
    ),
    "each sample cut into two rows, and a loss that counts them": Fault(
        "SHP718", "3x3x8x8; 3:int64[0,5)", "self.c = nn.Conv2d(3, 4, 3)\nself.a = nn.Linear(72, 5)",
        "h = F.relu(self.c(x)).view(-1, 72)\nreturn F.cross_entropy(self.a(h), y)",
        "h = F.relu(self.c(x)).flatten(1)\nnn.Linear(144, 5)", "x, y",
    ),
    "each recording cut into two rows through its channels": Fault(
        "SHP718", "3x1x40", "self.c = nn.Conv1d(1, 8, 5)\nself.a = nn.Linear(4 * 36, 5)",
        "h = F.relu(self.c(x))\nreturn self.a(h.view(-1, 4 * 36))",
        "return self.a(h.flatten(1))\nnn.Linear(288, 5)",
    ),
    "as many rows of recordings as channels, and a loss that counts them": Fault(
        "SHP718", "4x1x17; 4:int64[0,5)", "self.c = nn.Conv1d(1, 8, 5)\nself.a = nn.Linear(52, 5)",
        "h = F.relu(self.c(x))\nreturn F.cross_entropy(self.a(h.view(-1, 52)), y)",
        "return F.cross_entropy(self.a(h.flatten(1)), y)\nnn.Linear(104, 5)", "x, y",
    ),
    "each row of features cut into two, and a loss that counts them": Fault(
        "SHP718", "4x12; 4:int64[0,5)", "self.c = nn.Linear(12, 8)\nself.a = nn.Linear(4, 5)",
        "h = F.relu(self.c(x))\nreturn F.cross_entropy(self.a(h.view(-1, 4)), y)",
        "return F.cross_entropy(self.a(h.flatten(1)), y)\nnn.Linear(8, 5)", "x, y",
    ),
    "an encoder that cuts each sample, and a decoder that leaves their number open": Fault(
        "SHP718", "4x2x12", "self.c = nn.Conv1d(2, 8, 5)\nself.a = nn.Linear(16, 5)\nself.b = nn.Linear(5, 24)",
        "h = F.relu(self.c(x)).view(-1, 16)\nreturn F.mse_loss(self.b(self.a(h)).view(-1, 2, 12), x)",
        "h = F.relu(self.c(x)).flatten(1)\nnn.Linear(64, 5)",
    ),
    "all samples flattened": Fault(
        "SHP718", "3x3x8x8", "self.c = nn.Conv2d(3, 4, 3)\nself.a = nn.Linear(144, 5)",
        "h = F.relu(self.c(x)).flatten()\nreturn self.a(h)", "h = F.relu(self.c(x)).flatten(1)",
    ),
    "all samples in one row": Fault(
        "SHP718", "3x3x8x8", "self.c = nn.Conv2d(3, 4, 3)\nself.a = nn.Linear(432, 5)",
        "h = F.relu(self.c(x))\nreturn self.a(h.view(1, -1))",
        "return self.a(h.flatten(1))\nnn.Linear(144, 5)",
    ),
    "a pooled map squeezed": Fault(
        "SHP720", "1x3x8x8", "self.c = nn.Conv2d(3, 4, 3)\nself.a = nn.Linear(4, 5)",
        "h = F.adaptive_avg_pool2d(self.c(x), 1).squeeze()\nreturn self.a(h)",
        "h = F.adaptive_avg_pool2d(self.c(x), 1).squeeze((2, 3))",
    ),
    "one sample before a batch norm": Fault(
        "SHP720", "1x3x8", "self.c = nn.Conv1d(3, 4, 8)\nself.n = nn.BatchNorm1d(4)",
        "h = torch.squeeze(self.c(x))\nreturn self.n(h)", "h = torch.squeeze(self.c(x), 2)",
    ),
    "one question's summary, repeated for each of its words": Fault(
        "SHP720", "1x5x6", "self.a = nn.Linear(6, 6)",
        "h = self.a(x).mean(1, keepdim=True).squeeze()\nreturn x * h.unsqueeze(1).expand(-1, x.size(1), -1)",
        "h = self.a(x).mean(1, keepdim=True).squeeze(1)",
    ),
    "one channel before a convolution": Fault(
        "SHP720", "4x1x8x8", "self.c = nn.Conv2d(1, 4, 3)", "h = x.squeeze()\nreturn self.c(h)", "h = x",
    ),
    "images with channels last": Fault(
        "SHP716", "2x24x32x3", "self.c = nn.Conv2d(3, 4, 3)", "return self.c(x)",
        "return self.c(x.permute(0, 3, 1, 2))",
    ),
    "embeddings before a convolution": Fault(
        "SHP716", "2x7:int64[0,10)", "self.e = nn.Embedding(10, 8)\nself.c = nn.Conv1d(8, 4, 3)",
        "h = self.e(x)\nreturn self.c(h)", "return self.c(h.transpose(1, 2))",
    ),
    "a convolution before a recurrent layer": Fault(
        "SHP716", "4x5x10", "self.c = nn.Conv1d(5, 6, 3)\nself.a = nn.LSTM(6, 8, batch_first=True)",
        "h = self.c(x)\no, s = self.a(h)\nreturn o", "o, s = self.a(h.transpose(1, 2))",
    ),
    "the last step of a layer that takes the sequence first": Fault(
        "SHP716", "4x6x5", "self.a = nn.GRU(5, 8)\nself.b = nn.Linear(8, 3)",
        "o, h = self.a(x)\nreturn self.b(o[:, -1])", "nn.GRU(5, 8, batch_first=True)",
    ),
    "the last sample for the last step": Fault(
        "SHP716", "4x6x5", "self.a = nn.LSTM(5, 8, batch_first=True)\nself.b = nn.Linear(8, 3)",
        "o, h = self.a(x)\nreturn self.b(o[-1])", "return self.b(o[:, -1])",
    ),
    "classes last, as many as positions": Fault(
        "SHP716", "4x6x5; 4x6:int64[0,6)", "self.a = nn.Linear(5, 6)", "return F.cross_entropy(self.a(x), y)",
        "return F.cross_entropy(self.a(x).transpose(1, 2), y)", "x, y",
    ),
    "a transcription with its samples first": Fault(
        "SHP716", "4x6x5; 4x3:int64[1,7)", "self.a = nn.Linear(5, 7)",
        "p = self.a(x).log_softmax(2)\nn = torch.full((x.size(0),), p.size(1), dtype=torch.long)\n"
        "m = torch.full((x.size(0),), 3, dtype=torch.long)\n"
        "return F.ctc_loss(p, y, n, m)",
        "return F.ctc_loss(p.transpose(0, 1), y, n, m)", "x, y",
    ),
    "a transcription of as many samples as steps": Fault(
        "SHP716", "6x6x5; 6x3:int64[1,7)", "self.a = nn.GRU(5, 7, batch_first=True)",
        "p = self.a(x)[0].log_softmax(2)\nn = torch.full((x.size(0),), p.size(1), dtype=torch.long)\n"
        "m = torch.full((x.size(0),), 3, dtype=torch.long)\n"
        "return F.ctc_loss(p, y, n, m)",
        "return F.ctc_loss(p.transpose(0, 1), y, n, m)", "x, y",
    ),
    "attention from sample to sample": Fault(
        "SHP716", "4x6x8", "self.a = nn.TransformerEncoderLayer(8, 2, 16)\nself.b = nn.Linear(8, 3)",
        "return self.b(self.a(x)[:, 0])",
    ),
    "attention between images, each place with a position of its own": Fault(
        "SHP716", "4x3x6x6", "self.c = nn.Conv2d(3, 8, 3)\nself.p = nn.Parameter(torch.randn(1, 16, 8))\n"
        "self.a = nn.MultiheadAttention(8, 2)",
        "h = self.c(x).flatten(2).transpose(1, 2) + self.p\n"
        "return self.a(h, h, h)[0].transpose(1, 2).reshape(-1, 8, 4, 4)",
    ),
    "attention between sentences, each word with a position of its own": Fault(
        "SHP716", "4x6:int64[0,9)", "self.e = nn.Embedding(9, 8)\nself.p = nn.Embedding(7, 8)\n"
        "self.a = nn.MultiheadAttention(8, 2)",
        "h = self.e(x) + self.p(torch.arange(x.size(1)))\nreturn self.a(h, h, h)[0] + h",
    ),
    "attention to a sequence of another length": Fault(
        "SHP716", "3x5x8; 3x9x8", "self.a = nn.MultiheadAttention(8, 2)", "return x + self.a(x, y, y)[0]",
        arguments="x, y",
    ),
    "a mask of samples for attention that takes the sequence first": Fault(
        "SHP716", "4x6x8; 4x6:bool", "self.a = nn.MultiheadAttention(8, 2)\nself.b = nn.Linear(8, 3)",
        "h, w = self.a(x, x, x, key_padding_mask=y)\nreturn self.b(h)", arguments="x, y",
    ),
    "the same recorded": Fault(
        "SHP716", "4x6x8; 4x6:bool", "self.a = nn.MultiheadAttention(8, 2)\nself.b = nn.Linear(8, 3)",
        "h, w = self.a(x, x, x, key_padding_mask=y)\nreturn self.b(h)", arguments="x, y", traced="4x6x8; 4x6:bool",
    ),
    "one prediction against the three that were sent": Fault(
        "SHP707", "5x4; 5x3", "self.a = nn.Linear(4, 1)", "return F.mse_loss(self.a(x), y)", "nn.Linear(4, 3)", "x, y",
    ),
    "one value against a target of each action": Fault(
        "SHP707", "6x4; 6x1", "self.a = nn.Linear(4, 1)\nself.b = nn.Linear(4, 3)",
        "with torch.no_grad():\n    t = y + self.b(x)\n"
        "return F.smooth_l1_loss(self.a(x), t) + self.b(x).square().mean()",
        arguments="x, y",
    ),
    "attention among the halves of all sequences": Fault(
        "SHP716", "3x6x8", "self.a = nn.MultiheadAttention(8, 2)\nself.b = nn.Linear(8, 5)",
        "b, n, d = x.shape\nh = x.reshape(b * 2, n // 2, d)\nh = h + self.a(h, h, h)[0]\n"
        "return self.b(h.reshape(b, n, d))",
    ),
    "attention among the fields of all rows": Fault(
        "SHP716", "3x4x5:int64[0,20)",
        "self.e = nn.Embedding(20, 8)\nself.a = nn.MultiheadAttention(8, 2)\nself.b = nn.Linear(40, 6)",
        "h = self.e(x)\nb, s, n, d = h.size()\nh = h.view(b * s, n, d)\nh = h + self.a(h, h, h)[0]\n"
        "return self.b(h.view(b, s, n * d))",
    ),
    "a mask with its axes swapped": Fault(
        "SHP716", "4x6x8; 6x4:bool", "self.a = nn.MultiheadAttention(8, 2, batch_first=True)",
        "return self.a(x, x, x, key_padding_mask=y)[0]",
        "return self.a(x, x, x, key_padding_mask=y.transpose(0, 1))[0]", "x, y",
    ),
    "a mask that was swapped for nothing": Fault(
        "SHP716", "4x6x8; 4x6:bool", "self.a = nn.MultiheadAttention(8, 2, batch_first=True)",
        "return self.a(x, x, x, key_padding_mask=y.t())[0]", "return self.a(x, x, x, key_padding_mask=y)[0]", "x, y",
    ),
    "the last state of a layer that takes the sequence first": Fault(
        "SHP716", "4x6x5; 4:int64[0,3)", "self.a = nn.LSTM(5, 8, num_layers=2)\nself.b = nn.Linear(8, 3)",
        "o, (h, c) = self.a(x)\nreturn F.cross_entropy(self.b(h[-1]), y)",
        "nn.LSTM(5, 8, num_layers=2, batch_first=True)", "x, y",
    ),
    "an image of more features than a sample has": Fault(
        "SHP718", "4x10", "self.a = nn.Linear(10, 128)\nself.b = nn.ConvTranspose2d(16, 4, 4)",
        "h = self.a(x)\nreturn self.b(h.view(-1, 16, 4, 4))", "nn.Linear(10, 256)",
    ),
    "several images of a sample, for which there is one target": Fault(
        "SHP718", "4x10; 4x4x7x7", "self.a = nn.Linear(10, 512)\nself.b = nn.ConvTranspose2d(16, 4, 4)",
        "h = self.a(x)\nreturn F.mse_loss(self.b(h.view(-1, 16, 4, 4)), y)", "nn.Linear(10, 256)", "x, y",
    ),
    "a map spread over as many places as that of the example": Fault(
        "SHP712", "2x3x13x8", "self.a = nn.Conv2d(3, 4, 3, stride=2, padding=1)\nself.b = nn.Conv2d(4, 4, 1)",
        "h = self.a(x)\nsizes = [int(s) for s in h.shape[2:]]\ng = self.b(h.mean(dim=(2, 3), keepdim=True))\n"
        "return h + F.interpolate(g, sizes)",
        traced="2x3x8x6",
    ),
    "positions of as many patches as the example had": Fault(
        "SHP712", "2x3x12x8", "self.a = nn.Conv2d(3, 4, 4, stride=4)\nself.b = nn.Embedding(9, 4)",
        "h = self.a(x)\npatches = torch.arange(int(h.size(2)) * int(h.size(3)))\n"
        "return h.flatten(2).transpose(1, 2) + self.b(patches)",
        traced="2x3x8x8",
    ),
    "steps unrolled": Fault(
        "SHP712", "2x9x5", "self.a = nn.RNNCell(5, 8)",
        "h = torch.zeros(x.size(0), 8)\nfor t in range(x.size(1)):\n    h = self.a(x[:, t], h)\nreturn h",
        traced="2x4x5",
    ),
    "steps unrolled beyond the end": Fault(
        "SHP712", "2x3x5", "self.a = nn.RNNCell(5, 8)",
        "h = torch.zeros(x.size(0), 8)\nfor t in range(x.size(1)):\n    h = self.a(x[:, t], h)\nreturn h",
        traced="2x4x5",
    ),
    "steps unbound": Fault(
        "SHP712", "2x6x5", "self.a = nn.RNNCell(5, 8)",
        "h = torch.zeros(x.size(0), 8)\nfor t in x.unbind(1):\n    h = self.a(t, h)\nreturn h", traced="2x4x5",
    ),
    "positions counted": Fault(
        "SHP712", "2x6x5", "self.e = nn.Embedding(16, 5)", "return x + self.e(torch.arange(len(x[0])))",
        traced="2x4x5",
    ),
    "a token for each sample": Fault(
        "SHP712", "3x4x5", "self.c = nn.Parameter(torch.randn(1, 1, 5))",
        "return torch.cat([self.c.expand(len(x), -1, -1), x], 1)", traced="2x4x5",
    ),
    "a slice to the end": Fault(
        "SHP712", "2x6x5", "self.a = nn.Linear(5, 5)", "n = int(x.size(1))\nreturn self.a(x[:, :n])", traced="2x4x5",
    ),
    "a view that comes out all the same": Fault(
        "SHP712", "2x6x5", "self.a = nn.Linear(5, 4)",
        "n = int(x.size(1))\nreturn self.a(x).view(-1, n, 2, 2).transpose(1, 2)", traced="2x4x5",
    ),
    "windows counted": Fault(
        "SHP712", "1x12x12x5", "self.a = nn.Linear(5, 5)",
        "b, h, w, c = (int(n) for n in x.shape)\n"
        "return self.a(x).view(b, h // 4, 4, w // 4, 4, c).transpose(2, 3).reshape(-1, 16, c)",
        traced="1x8x8x5",
    ),
    "a mask": Fault(
        "SHP712", "2x6x5", "self.a = nn.Linear(5, 5)",
        "T = len(x[0])\ns = self.a(x) @ x.transpose(1, 2)\n"
        "return (s * torch.ones(T, T).tril()).softmax(-1) @ x",
        traced="2x4x5",
    ),
    "a weight of each step of noise over the features": Fault(
        "SHP707", "8x8; 8:int64[0,10)", "self.a = nn.Linear(8, 8)\nself.register_buffer('snr', torch.rand(10))",
        "w = self.snr[t]\nreturn (w * (self.a(x) - x) ** 2).mean()",
        "return (w.unsqueeze(-1) * (self.a(x) - x) ** 2).mean()", "x, t",
    ),
    "a scale of each sample over the features": Fault(
        "SHP707", "8x5", "self.a = nn.Linear(5, 8)\nself.c = nn.Linear(5, 1)",
        "gamma = self.c(x).squeeze(-1)\nreturn self.a(x) * gamma",
        "return self.a(x) * gamma.unsqueeze(-1)",
    ),
    "a noise that is read as a column too": Fault(
        "SHP707", "8x8; 8", "self.a = nn.Linear(9, 8)",
        "h = self.a(torch.cat([x, sigma[:, None]], 1)) - x\nw = 1 / (sigma ** 2 + 1)\nreturn (w * h ** 2).mean()",
        "return (w.unsqueeze(-1) * h ** 2).mean()", "x, sigma",
    ),
    "a softmax by hand that does not keep its dimension": Fault(
        "SHP707", "6x6", "self.a = nn.Linear(6, 6)",
        "e = self.a(x).exp()\nreturn e / e.sum(-1)",
        "return e / e.sum(-1).unsqueeze(-1)",
    ),
    "features normalised by hand, one dimension not kept": Fault(
        "SHP707", "6x5", "self.a = nn.Linear(5, 6)",
        "h = self.a(x)\nh = h - h.mean(-1, keepdim=True)\nreturn h / h.std(-1)",
        "return h / h.std(-1).unsqueeze(-1)",
    ),
    "a target of each sample, held against as many features": Fault(
        "SHP707", "4x6; 4", "self.a = nn.Linear(6, 4)", "return F.mse_loss(self.a(x), y)", arguments="x, y",
    ),
    "a loss of each feature weighed by the label of its sample": Fault(
        "SHP707", "8x8; 8:int64[0,10)", "self.a = nn.Linear(8, 8)\nself.w = nn.Embedding(10, 1)",
        'e = F.mse_loss(self.a(x), x, reduction="none")\nreturn (1 / self.w(y)[:, 0] * e).mean()',
        "return ((1 / self.w(y)[:, 0]).unsqueeze(-1) * e).mean()", "x, y",
    ),
}  # fmt: skip

OTHERS = {
    "as many columns as channels": Fault(
        "SHP702", "2x24x16x16", "self.c = nn.Conv2d(16, 4, 3)", "return self.c(x)"
    ),
    "channels of the layer before": Fault(
        "SHP702", "2x3x10x8", "self.b = nn.Conv2d(3, 8, 3)\nself.c = nn.Conv2d(6, 4, 3)", "return self.c(self.b(x))"
    ),
    "features of another input size, traced": Fault(
        "SHP701", "2x2x5x4", "self.a = nn.Linear(32, 4)", "return self.a(x.flatten(1))", traced="2x2x4x4"
    ),
}  # fmt: skip
"""Programs that are near those, and whose fault is another."""
