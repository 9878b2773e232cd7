"""The place of a glimpse is drawn and detached, and its logarithm is what learns

Source: Recurrent Models of Visual Attention, https://arxiv.org/abs/1406.6247
Adapted: two glimpses at features, the noise is an input
Inputs: 5x9; 5:int64[0,3); 2x5x2
Loss: output

Sample, reward and baseline are all let go of where they weigh the score; each has its own way to the loss.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, hidden: int = 10, std: float = 0.2):
        super().__init__()
        self.std = std
        self.glimpse = nn.Linear(9 + 2, hidden)
        self.core = nn.GRUCell(hidden, hidden)
        self.locator = nn.Linear(hidden, 2)
        self.baseliner = nn.Linear(hidden, 1)
        self.classifier = nn.Linear(hidden, 3)

    def forward(self, image, label, noise):
        h = torch.zeros(image.size(0), self.core.hidden_size)
        place = torch.zeros(image.size(0), 2)
        log_pi = torch.zeros(image.size(0))
        baseline = torch.zeros(image.size(0))
        for t in range(noise.size(0)):
            h = self.core(torch.relu(self.glimpse(torch.cat([image, place], dim=1))), h)
            mean = torch.tanh(self.locator(h.detach()))
            place = (mean + self.std * noise[t]).detach()
            log_pi = log_pi - ((place - mean) ** 2).sum(dim=1) / (2 * self.std**2)
            baseline = self.baseliner(h.detach()).squeeze(1)
        scores = F.log_softmax(self.classifier(h), dim=1)
        reward = (scores.argmax(dim=1) == label).float()
        adjusted = reward - baseline.detach()
        return F.nll_loss(scores, label) + F.mse_loss(baseline, reward) - (log_pi * adjusted).mean()
