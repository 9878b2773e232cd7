"""A line of text is pooled to one row, and its columns are put first and viewed as a sequence

Source: https://github.com/zhiqwang/sightseq/issues/16
Adapted: two convolutions in front, one recurrence behind
Inputs: 3x1x16x24
Loss: mean

(batch, channels, 1, width) is permuted to (width, batch, channels, 1) before the view joins the channels with the row,
so that every column keeps what is its own.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_classes: int = 11):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 12, 3, padding=1),
            nn.ReLU(),
        )
        self.avgpool = nn.AvgPool2d((8, 1))
        self.rnn = nn.LSTM(12, 8, bidirectional=True)
        self.classifier = nn.Linear(16, num_classes)

    def forward(self, x):
        out = self.features(x)
        out = self.avgpool(out)
        out = out.permute(3, 0, 1, 2).view(out.size(3), out.size(0), -1)
        out, _ = self.rnn(out)
        return torch.log_softmax(self.classifier(out), dim=2)
