"""A straight-through sampler draws from a copy of its logits that is detached, and lets the softmax carry the gradient

Source: https://github.com/chijames/GST/issues/2
Adapted: a listener that reads the message of a speaker
Inputs: 6x7; 6x7
Loss: output
Op: aten::detach

The draw needs no gradient; what is handed on is the probability, moved to the hard choice.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, vocab: int = 5):
        super().__init__()
        self.vocab = vocab
        self.speaker = nn.Sequential(nn.Linear(7, 12), nn.ReLU(), nn.Linear(12, vocab))
        self.embed = nn.Linear(vocab, 12, bias=False)
        self.listener = nn.Linear(12, 7)

    def sample(self, logits):
        logits_cpy = logits.detach()
        gumbel = -torch.log(-torch.log(torch.rand_like(logits_cpy) + 1e-10) + 1e-10)
        index = (logits_cpy + gumbel).argmax(dim=-1)
        hard = F.one_hot(index, self.vocab).float()
        probs = torch.softmax(logits, dim=-1)
        return hard - probs.detach() + probs

    def forward(self, meaning, target):
        message = self.sample(self.speaker(meaning))
        return F.mse_loss(self.listener(torch.relu(self.embed(message))), target)
