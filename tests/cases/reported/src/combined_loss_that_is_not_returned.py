"""A sparse crosscoder adds its auxiliary loss, and returns the reconstruction alone

Source: https://github.com/oclivegriffin/crosscode/pull/3
Adapted: what revives dead latents has a decoder of its own
Inputs: 6x2x5
Loss: output
Spoils: none aux_decoder.*
Codes: PAR204
Line: return reconstruction_loss
Line: loss = reconstruction_loss + self.lambda_aux * aux_loss
Line: aux_loss = (residual - self.aux_decoder(dead)).square().mean()
Op: aten::linear
Module: aux_decoder .
Fix: return reconstruction_loss => return loss

The sum is computed and dropped.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lambda_aux = 0.125
        self.W_enc = nn.Parameter(torch.randn(2, 5, 16) * 0.3)
        self.b_enc = nn.Parameter(torch.zeros(16))
        self.W_dec = nn.Parameter(torch.randn(16, 2, 5) * 0.3)
        self.b_dec = nn.Parameter(torch.zeros(2, 5))
        self.aux_decoder = nn.Linear(16, 10, bias=False)

    def forward(self, batch):
        pre = torch.einsum("bmd,mdh->bh", batch, self.W_enc) + self.b_enc
        threshold = torch.topk(pre, 4, dim=-1)[0][:, -1:]
        latents = torch.relu(pre) * (pre >= threshold).to(pre.dtype)
        recon = torch.einsum("bh,hmd->bmd", latents, self.W_dec) + self.b_dec
        reconstruction_loss = (batch - recon).square().sum(dim=-1).mean()
        residual = (batch - recon).detach().flatten(1)
        dead = torch.relu(pre) * (pre < threshold).to(pre.dtype)
        aux_loss = (residual - self.aux_decoder(dead)).square().mean()
        loss = reconstruction_loss + self.lambda_aux * aux_loss
        return reconstruction_loss
