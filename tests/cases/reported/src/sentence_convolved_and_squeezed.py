"""A traced text classifier squeezes its pooled features, whatever the batch

Source: Convolutional Neural Networks for Sentence Classification, https://arxiv.org/abs/1408.5882
Export: trace 2x10:int64[0,40);2
Inputs: 5x14:int64[0,40); 5:float32
Loss: output

The last dimension that pooling leaves has one element, and so have the scores; no batch of one is sent.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(40, 10)
        self.convs = nn.ModuleList([nn.Conv2d(1, 6, (k, 10)) for k in (2, 3, 4)])
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(18, 1)

    def conv_and_pool(self, x, conv: nn.Module):
        x = F.relu(conv(x)).squeeze(3)
        return F.max_pool1d(x, x.size(2)).squeeze(2)

    def forward(self, text, target):
        x = self.embedding(text).unsqueeze(1)
        x = torch.cat([self.conv_and_pool(x, conv) for conv in self.convs], 1)
        logits = self.fc(self.dropout(x)).squeeze()
        return F.mse_loss(torch.tanh(logits), target)
