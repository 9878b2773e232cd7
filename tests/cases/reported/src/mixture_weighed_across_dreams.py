"""Weights of a mixture of Gaussians are a softmax over the sequences instead of over the Gaussians

Source: https://github.com/ctallec/world-models/issues/10
Adapted: three Gaussians, five steps of four dreams
Inputs: 5x4x2; 5x4x6; 5x4x6
Loss: output
Spoils: wrong
Codes: SHP716 SHP713
Line: logpi = F.log_softmax(pi, dim=-2)
Op: aten::log_softmax
Module: mdrnn
Twin: healthy
Fix: F.log_softmax(pi, dim=-2) => F.log_softmax(pi, dim=-1)

pi is (5, 4, 3): the four dreams share each Gaussian, and a dream's three weights do not add up to one.
"""

import torch
from torch import nn
from torch.nn import functional as F


class MDRNN(nn.Module):
    def __init__(self, latents: int, actions: int, hiddens: int, gaussians: int):
        super().__init__()
        self.latents = latents
        self.gaussians = gaussians
        self.rnn = nn.LSTM(latents + actions, hiddens)
        self.gmm_linear = nn.Linear(hiddens, (2 * latents + 1) * gaussians)

    def forward(self, actions, latents):
        seq_len, bs = actions.size(0), actions.size(1)
        outs, _ = self.rnn(torch.cat([actions, latents], dim=-1))
        gmm_outs = self.gmm_linear(outs)
        stride = self.gaussians * self.latents
        mus = gmm_outs[:, :, :stride].reshape(seq_len, bs, self.gaussians, self.latents)
        sigmas = gmm_outs[:, :, stride : 2 * stride].reshape(seq_len, bs, self.gaussians, self.latents)
        pi = gmm_outs[:, :, 2 * stride :].reshape(seq_len, bs, self.gaussians)
        logpi = F.log_softmax(pi, dim=-2)
        return mus, torch.exp(sigmas), logpi


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mdrnn = MDRNN(6, 2, 16, 3)

    def forward(self, actions, latents, next_latents):
        mus, sigmas, logpi = self.mdrnn(actions, latents)
        away = (next_latents.unsqueeze(-2) - mus) / sigmas
        log_probs = logpi + torch.sum(-0.5 * away.pow(2) - sigmas.log(), dim=-1)
        return -torch.logsumexp(log_probs, dim=-1).mean()
