"""Adapters are put into a network, and then the whole network is frozen

Source: https://github.com/huggingface/diffusers/issues/5016
Adapted: two projections of a text encoder with low-rank adapters
Inputs: 3x4x6
Raises: backward: does not require grad
Codes: PAR202
Fix: self.text_encoder.requires_grad_(False) => self.text_encoder.requires_grad_(True)

The adapters were added before the call that freezes: nothing is left that could learn.
"""

import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, rank: int = 2):
        super().__init__()
        self.base = base
        self.down = nn.Linear(base.in_features, rank, bias=False)
        self.up = nn.Linear(rank, base.out_features, bias=False)

    def forward(self, x):
        return self.base(x) + self.up(self.down(x))


class TextEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj = nn.Linear(6, 6)
        self.v_proj = nn.Linear(6, 6)
        self.final = nn.LayerNorm(6)

    def forward(self, x):
        scores = torch.softmax(self.q_proj(x) @ x.transpose(1, 2), dim=-1)
        return self.final(x + scores @ self.v_proj(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.text_encoder = TextEncoder()
        self.text_encoder.q_proj = LoRALinear(self.text_encoder.q_proj)
        self.text_encoder.v_proj = LoRALinear(self.text_encoder.v_proj)
        self.text_encoder.requires_grad_(False)

    def forward(self, prompt_embeds):
        return self.text_encoder(prompt_embeds)
