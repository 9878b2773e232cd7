"""Additive attention whose energy is linear in the decoder's state

Source: https://github.com/tensorflow/nmt/issues/57
Adapted: PyTorch; what is missing is the tanh of the energy
Inputs: [{"shape": [3, 5, 6]}, {"shape": [3, 4]}]
Spoils: tiny attn.W_query.weight attn.W_query.bias attn.W_memory.bias
Codes: ZER504
Line: energy = self.v(self.W_query(hidden).unsqueeze(1) + self.W_memory(encoder_outputs))
Line: return torch.softmax(energy.squeeze(2), dim=1)
Op: aten::softmax aten::linear aten::add
Module: attn attn.v
Fix: self.v(self.W_query(hidden).unsqueeze(1) + self.W_memory(encoder_outputs)) => self.v(torch.tanh(self.W_query(hidden).unsqueeze(1) + self.W_memory(encoder_outputs)))

What the query adds is the same at every position, and a softmax does not see it.
"""

import torch
from torch import nn


class BahdanauAttention(nn.Module):
    def __init__(self, query: int, memory: int, units: int):
        super().__init__()
        self.W_query = nn.Linear(query, units)
        self.W_memory = nn.Linear(memory, units)
        self.v = nn.Linear(units, 1, bias=False)

    def forward(self, hidden, encoder_outputs):
        energy = self.v(self.W_query(hidden).unsqueeze(1) + self.W_memory(encoder_outputs))
        return torch.softmax(energy.squeeze(2), dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = BahdanauAttention(4, 6, 8)
        self.out = nn.Linear(6 + 4, 5)

    def forward(self, encoder_outputs, hidden):
        weights = self.attn(hidden, encoder_outputs)
        context = torch.bmm(weights.unsqueeze(1), encoder_outputs).squeeze(1)
        return self.out(torch.cat([context, hidden], dim=1))
