"""The embedding of a single recording is squeezed along the axis that it names

Source: https://github.com/speechbrain/speechbrain/issues/946
Adapted: a small x-vector network, one recording enrolled and one tested
Inputs: 1x15x8; 1x15x8
Loss: mean

Embeddings have shape (batch, 1, size); only the axis in the middle goes.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Xvector(nn.Module):
    def __init__(self, in_channels: int, lin_neurons: int):
        super().__init__()
        self.tdnn1 = nn.Conv1d(in_channels, 12, 5, padding=2)
        self.tdnn2 = nn.Conv1d(12, 12, 3, dilation=2, padding=2)
        self.norm = nn.LayerNorm(24)
        self.lin = nn.Linear(24, lin_neurons)

    def forward(self, feats):
        x = F.leaky_relu(self.tdnn1(feats.transpose(1, 2)))
        x = F.leaky_relu(self.tdnn2(x))
        stats = torch.cat([x.mean(dim=2), x.std(dim=2)], dim=1)
        return self.lin(self.norm(stats)).unsqueeze(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding_model = Xvector(8, 10)
        self.plda = nn.Bilinear(10, 10, 1)

    def forward(self, enrol, test):
        enrol_emb = self.embedding_model(enrol).squeeze(1)
        test_emb = self.embedding_model(test).squeeze(1)
        return self.plda(enrol_emb, test_emb).squeeze(1)
