"""The weights of the classes of traffic signs are counted with numpy, and are doubles

Source: https://github.com/ain-soph/trojanzoo/issues/72
Adapted: four classes
Inputs: 6x3x12x12; 6:int64[0,4)
Loss: output
Raises: forward: expected scalar type Float but found Double
Codes: TYP801
Line: return F.cross_entropy(self.classifier(feats), labels, weight=self.loss_weights)
Line: self.register_buffer("loss_weights", torch.from_numpy(counts.sum() / counts))
Op: aten::cross_entropy_loss prim::GetAttr
Fix: torch.from_numpy(counts.sum() / counts) => torch.from_numpy(counts.sum() / counts).float()

numpy divides to float64.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        counts = np.array([210, 2220, 1500, 360])
        self.register_buffer("loss_weights", torch.from_numpy(counts.sum() / counts))
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 12, 3, padding=1), nn.ReLU()
        )
        self.classifier = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 4))

    def forward(self, x, labels):
        feats = self.features(x).mean(dim=[2, 3])
        return F.cross_entropy(self.classifier(feats), labels, weight=self.loss_weights)
