"""An inhibition loss adds up an attention map over the words that its softmax was taken over

Source: https://github.com/limuloo/MIGC/issues/6
Adapted: squared deviations; the layout's attention has weights of its own
Inputs: 2x16x6; 2x5x6; 2x16:int64[0,2)
Loss: output
Spoils: zero to_q.* to_k.*
Codes: ZER504
Line: attn_sum = attn.sum(dim=-1)
Line: attn = torch.softmax(torch.bmm(q, k.transpose(1, 2)) * self.scale, dim=-1)
Op: aten::sum aten::softmax
Module: .
Fix: attn.sum(dim=-1) => attn[:, :, 1]

Every pixel's attention to all words is one, whatever it looks at.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, dim: int = 6):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.denoise = nn.Sequential(nn.Linear(dim, 12), nn.SiLU(), nn.Linear(12, dim))
        self.to_q = nn.Linear(dim, 8, bias=False)
        self.to_k = nn.Linear(dim, 8, bias=False)
        self.scale = 8**-0.5
        self.inhibition_weight = 0.1

    def inhibition_loss(self, hidden_states, text, instance_mask):
        q = self.to_q(hidden_states)
        k = self.to_k(text)
        attn = torch.softmax(torch.bmm(q, k.transpose(1, 2)) * self.scale, dim=-1)
        attn_sum = attn.sum(dim=-1)
        background = (1 - instance_mask).float()
        mean = (attn_sum * background).sum(dim=1, keepdim=True) / background.sum(dim=1, keepdim=True).clamp(min=1.0)
        return ((attn_sum - mean).pow(2) * background).mean()

    def forward(self, hidden_states, text, instance_mask):
        noise_pred = self.denoise(self.norm(hidden_states))
        denoise_loss = F.mse_loss(noise_pred, hidden_states)
        inhibition = self.inhibition_loss(hidden_states, text, instance_mask)
        return denoise_loss + self.inhibition_weight * inhibition
