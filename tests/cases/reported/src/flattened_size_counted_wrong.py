"""A classifier takes as many features as there are channels, after a flatten

Source: https://github.com/mrdbourke/pytorch-deep-learning/issues/763
Adapted: 12x12 images, five hidden units
Inputs: 2x1x12x12
Raises: forward: mat1 and mat2 shapes cannot be multiplied (2x45 and 5x3)
Codes: SHP701
Line: return self.classifier(self.block(x))
Line: self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(5, 3))
Op: aten::linear
Module: classifier.1
Fix: nn.Linear(5, 3) => nn.Linear(45, 3)

Five channels of 3x3 are 45 features.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(1, 5, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(5, 5, 3, padding=1), nn.MaxPool2d(2)
        )
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(5, 3))

    def forward(self, x):
        return self.classifier(self.block(x))
