"""Temporal classification with zero_infinity, and one word of the batch longer than its frames

Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.CTCLoss.html
Adapted: three words, one of which does not fit
Inputs: 3x6x5
Loss: output

The infinite loss of that word is set to zero, with its gradient; the other two words teach everything.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 6, batch_first=True)
        self.classifier = nn.Linear(6, 9)
        self.criterion = nn.CTCLoss(blank=0, reduction="mean", zero_infinity=True)

    def forward(self, frames):
        out, _ = self.rnn(frames)
        log_probs = torch.log_softmax(self.classifier(out), dim=-1).transpose(0, 1)
        targets = torch.tensor([[1, 2, 0, 0, 0], [3, 3, 3, 4, 4], [5, 6, 7, 0, 0]])
        lengths = torch.tensor([2, 5, 3])
        return self.criterion(log_probs, targets, torch.full((3,), 6, dtype=torch.long), lengths)
