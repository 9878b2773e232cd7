"""The mask of a guided attention is made on a graphics card

Source: https://github.com/mozilla/TTS/issues/473
Adapted: the card is written into the code, and one mask serves the batch
Inputs: 2x6x4; 2x5x4
Loss: output
Raises: forward: CUDA
Codes: TYP803
Line: grid_x = torch.arange(olen, device="cuda", dtype=torch.float32)
Op: aten::arange
Module: criterion_ga
Twin: healthy
Fix: torch.arange(olen, device="cuda", dtype=torch.float32) => torch.arange(olen, device=att.device, dtype=torch.float32)

The mask belongs to where the attention is.
"""

import torch
from torch import nn


class GuidedAttentionLoss(nn.Module):
    def __init__(self, sigma: float):
        super().__init__()
        self.sigma = sigma

    def make_ga_mask(self, att: torch.Tensor) -> torch.Tensor:
        olen, ilen = att.size(1), att.size(2)
        grid_x = torch.arange(olen, device="cuda", dtype=torch.float32)
        grid_y = torch.arange(ilen, device=att.device, dtype=torch.float32)
        gap = grid_y.unsqueeze(0) / ilen - grid_x.unsqueeze(1) / olen
        return 1.0 - torch.exp(-gap.pow(2) / (2 * self.sigma * self.sigma))

    def forward(self, att):
        return (att * self.make_ga_mask(att)).mean()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Linear(4, 6)
        self.memory = nn.Linear(4, 6, bias=False)
        self.criterion_ga = GuidedAttentionLoss(0.4)

    def forward(self, mels, texts):
        scores = self.query(mels) @ self.memory(texts).transpose(1, 2)
        att = torch.softmax(scores, dim=-1)
        return self.criterion_ga(att)
