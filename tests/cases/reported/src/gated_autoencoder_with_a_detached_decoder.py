"""A gated sparse autoencoder reconstructs from its gate with a decoder that is detached

Source: https://github.com/decoderesearch/SAELens/issues/539
Adapted: twelve features of six activations
Inputs: 8x6
Loss: output

The gate is a step, and learns from its own reconstruction; the decoder learns from the other one.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, d_in: int = 6, d_sae: int = 12):
        super().__init__()
        self.l1_coefficient = 0.05
        self.W_enc = nn.Parameter(torch.randn(d_in, d_sae) * 0.4)
        self.r_mag = nn.Parameter(torch.zeros(d_sae))
        self.b_mag = nn.Parameter(torch.zeros(d_sae))
        self.b_gate = nn.Parameter(torch.zeros(d_sae))
        self.W_dec = nn.Parameter(torch.randn(d_sae, d_in) * 0.4)
        self.b_dec = nn.Parameter(torch.zeros(d_in))

    def encode(self, x):
        sae_in = x - self.b_dec
        gating_pre = sae_in @ self.W_enc + self.b_gate
        active = (gating_pre > 0).to(x.dtype)
        magnitude_pre = sae_in @ (self.W_enc * self.r_mag.exp()) + self.b_mag
        return active * torch.relu(magnitude_pre), torch.relu(gating_pre)

    def auxiliary(self, x, pi_gate):
        via_gate = pi_gate @ self.W_dec.detach() + self.b_dec.detach()
        return (via_gate - x).pow(2).sum(-1).mean()

    def forward(self, x):
        acts, pi_gate = self.encode(x)
        mse = (acts @ self.W_dec + self.b_dec - x).pow(2).sum(-1).mean()
        sparsity = (pi_gate * self.W_dec.pow(2).sum(1).sqrt()).sum(-1).mean()
        return mse + self.l1_coefficient * sparsity + self.auxiliary(x, pi_gate)
