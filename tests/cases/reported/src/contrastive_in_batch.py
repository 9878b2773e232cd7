"""In-batch contrastive learning: a matrix of similarities and an arange of targets

Source: Learning Transferable Visual Models From Natural Language Supervision, https://arxiv.org/abs/2103.00020
Adapted: two linear encoders
Inputs: 5x6; 5x4
Loss: output

(5, 1, d) against (1, 5, d) is broadcast on purpose.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.image = nn.Linear(6, 4)
        self.text = nn.Linear(4, 4)
        self.temperature = nn.Parameter(torch.tensor(1.0))

    def forward(self, image, text):
        i = F.normalize(self.image(image), dim=-1)
        t = F.normalize(self.text(text), dim=-1)
        scores = (i.unsqueeze(1) * t.unsqueeze(0)).sum(-1) * self.temperature.exp()
        wanted = torch.arange(image.size(0))
        return (F.cross_entropy(scores, wanted) + F.cross_entropy(scores.t(), wanted)) / 2
