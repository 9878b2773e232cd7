"""The prompt is left out of the loss, and nothing else fits into the window

Source: https://github.com/pytorch/pytorch/issues/70348
Adapted: a small language model with labels made in its forward
Inputs: 2x8:int64[0,20)
Loss: output
Spoils: zero *
Codes: NUM601 ZER507
Line: return F.cross_entropy(shifted.reshape(-1, shifted.size(-1)), labels[:, 1:].reshape(-1), ignore_index=-100)
Line: labels[:, : self.prompt_length] = -100
Op: aten::cross_entropy_loss aten::fill_ aten::copy_ aten::slice
Fix: prompt_length: int = 12 => prompt_length: int = 3

A mean over no label at all: the loss is not a number, and its gradient is zero.
"""

import torch
from torch import nn
from torch.nn import functional as F


class DecoderBlock(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.mix = nn.GRU(width, width, batch_first=True)
        self.mlp = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        x = x + self.mix(self.norm(x))[0]
        return x + self.mlp(x)


class Net(nn.Module):
    def __init__(self, vocabulary: int = 20, width: int = 8, prompt_length: int = 12):
        super().__init__()
        self.prompt_length = prompt_length
        self.wte = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList([DecoderBlock(width) for _ in range(2)])
        self.lm_head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, input_ids):
        labels = input_ids.clone()
        labels[:, : self.prompt_length] = -100
        hidden = self.wte(input_ids)
        for block in self.blocks:
            hidden = block(hidden)
        shifted = self.lm_head(hidden)[:, :-1]
        return F.cross_entropy(shifted.reshape(-1, shifted.size(-1)), labels[:, 1:].reshape(-1), ignore_index=-100)
