"""The log probabilities of a mixture are summed over it before they meet its weights

Source: https://github.com/r9y9/wavenet_vocoder/issues/34
Adapted: a small causal network with a head for each of the three; the plain logistic density
Inputs: 2x1x16
Loss: output
Spoils: tiny logit_head.*
Codes: ZER504
Line: log_probs = torch.sum(log_probs, dim=-1, keepdim=True) + F.log_softmax(logit_probs, dim=-1)
Op: aten::sum aten::log_softmax aten::logsumexp
Fix: torch.sum(log_probs, dim=-1, keepdim=True) + => log_probs +

What is added to the weights is the same for all of them, and the weights of a softmax sum up to one.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, channels: int = 8, num_mixtures: int = 3):
        super().__init__()
        self.first_conv = nn.Conv1d(1, channels, 2)
        self.dilated = nn.Conv1d(channels, 2 * channels, 2, dilation=2)
        self.logit_head = nn.Conv1d(channels, num_mixtures, 1)
        self.mean_head = nn.Conv1d(channels, num_mixtures, 1)
        self.scale_head = nn.Conv1d(channels, num_mixtures, 1)

    def forward(self, wave):
        x = self.first_conv(F.pad(wave[:, :, :-1], (1, 0)))
        a, b = self.dilated(F.pad(x, (2, 0))).chunk(2, dim=1)
        h = torch.tanh(a) * torch.sigmoid(b)
        logit_probs = self.logit_head(h).transpose(1, 2)
        means = self.mean_head(h).transpose(1, 2)
        log_scales = self.scale_head(h).transpose(1, 2).clamp(min=-7.0)
        y = wave[:, :, 1:].transpose(1, 2)
        mid_in = (y - means) * torch.exp(-log_scales)
        log_probs = mid_in - log_scales - 2.0 * F.softplus(mid_in)
        log_probs = torch.sum(log_probs, dim=-1, keepdim=True) + F.log_softmax(logit_probs, dim=-1)
        return -torch.logsumexp(log_probs, dim=-1).mean()
