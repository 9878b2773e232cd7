"""Packed sequences that are longer than those of the trace

Source: https://github.com/pytorch/pytorch/issues/12906
Adapted: torch no longer keeps the traced length; two layers and a head
Export: trace 5x3x6; 3:int64[5,6)
Inputs: 8x4x6; 4:int64[8,9)
Loss: mean

Length and batch are taken from what is packed.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self, cin: int = 6, chid: int = 9):
        super().__init__()
        self.embed = nn.Linear(cin, chid)
        self.rnn = nn.RNN(chid, chid, num_layers=2)
        self.head = nn.Linear(chid, 4)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(x), lengths)
        out, _ = self.rnn(packed)
        padded_outs, _ = nn.utils.rnn.pad_packed_sequence(out)
        return self.head(padded_outs)
