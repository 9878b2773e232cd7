"""Beams are swapped with sentences and viewed at once, and a bias of the words is added to all beams' words

Source: https://github.com/aimagelab/show-control-and-tell/issues/23
Adapted: three beams, five words; the second mistake is added
Inputs: 3x2x6
Raises: forward: view size is not compatible with input tensor's size and stride
Codes: SHP714
Line: candidates = seq_logprob.view(b_s, -1)
Line: seq_logprob = word_logprob.transpose(0, 1)
Op: aten::view aten::transpose
Module: .
Fix: seq_logprob.view(b_s, -1) => seq_logprob.reshape(b_s, -1)
Fix: candidates + self.word_bias => candidates + self.word_bias.repeat(self.beam_size)
Later: SHP706 | aten::add | . | candidates = candidates + self.word_bias | raises forward: The size of tensor a (15) must match the size of tensor b (5)

Behind the view, fifteen candidates meet five biases.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.beam_size = 3
        self.cell = nn.Linear(6, 8)
        self.out_fc = nn.Linear(8, 5)
        self.word_bias = nn.Parameter(torch.randn(5) * 0.1)

    def forward(self, states):
        hidden = torch.tanh(self.cell(states))
        word_logprob = torch.log_softmax(self.out_fc(hidden), dim=-1)
        seq_logprob = word_logprob.transpose(0, 1)
        b_s = seq_logprob.size(0)
        candidates = seq_logprob.view(b_s, -1)
        candidates = candidates + self.word_bias
        selected, _ = torch.topk(candidates, self.beam_size, dim=-1)
        return selected
