"""The scores of an attention are masked through data before the softmax

Source: https://github.com/r9y9/tacotron_pytorch/issues/16
Adapted: one decoder step over four memories, the mask from their lengths
Inputs: 3x5; 3x4x6; 3:int64[2,5)

Nobody kept the scores for backward, and the softmax gives no gradient where it gives no weight.
"""

import torch
from torch import nn


def get_mask_from_lengths(memory: torch.Tensor, lengths: torch.Tensor):
    return torch.arange(memory.size(1))[None, :] >= lengths[:, None]


class BahdanauAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query_layer = nn.Linear(6, 6, bias=False)
        self.tanh = nn.Tanh()
        self.v = nn.Linear(6, 1, bias=False)

    def forward(self, query, processed_memory):
        alignment = self.v(self.tanh(self.query_layer(query).unsqueeze(1) + processed_memory))
        return alignment.squeeze(-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.score_mask_value = -1000.0
        self.prenet = nn.Linear(5, 6)
        self.memory_layer = nn.Linear(6, 6, bias=False)
        self.alignment_layer = BahdanauAttention()
        self.rnn = nn.GRUCell(6, 6)
        self.proj = nn.Linear(12, 2)

    def forward(self, frame, memory, lengths):
        mask = get_mask_from_lengths(memory, lengths)
        h = torch.tanh(self.prenet(frame))
        alignment = self.alignment_layer(h, self.memory_layer(memory))
        alignment.data.masked_fill_(mask, self.score_mask_value)
        alignment = torch.softmax(alignment, dim=-1)
        attention = torch.bmm(alignment.unsqueeze(1), memory).squeeze(1)
        return self.proj(torch.cat([self.rnn(attention, h), attention], dim=-1))
