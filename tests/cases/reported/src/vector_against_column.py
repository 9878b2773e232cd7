"""A prediction of shape (N,) is compared with a target of shape (N, 1)

Source: https://github.com/deepset-ai/FARM/issues/229
Adapted: a two-layer regression head, the loss written in the model
Inputs: 6x5; 6x1
Loss: output
Spoils: wrong
Codes: SHP707 SHP713
Line: return F.mse_loss(scores, labels)
Line: scores = self.head(x).squeeze(-1)
Op: aten::mse_loss aten::squeeze
Twin: healthy
Fix: F.mse_loss(scores, labels) => F.mse_loss(scores, labels.squeeze(-1))

Both are stretched to (N, N): every prediction is compared with every label.
"""

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 1))

    def forward(self, x, labels):
        scores = self.head(x).squeeze(-1)
        return F.mse_loss(scores, labels)
