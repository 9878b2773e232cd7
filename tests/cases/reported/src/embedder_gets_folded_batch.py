"""Image features are flattened to a column before they reach the embedder

Source: https://github.com/wqshmzh/CANet-CZSL/issues/7
Adapted: eight features, and the view written out
Inputs: 3x8x1x1
Raises: forward: mat1 and mat2 shapes cannot be multiplied (24x1 and 8x4)
Codes: SHP701 SHP718
Line: return self.embedder(x)
Line: x = x.view(-1, 1)
Op: aten::linear aten::view
Module: embedder.0 .
Fix: x.view(-1, 1) => x.view(x.size(0), -1)

The view folds the features into the batch.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedder = nn.Sequential(nn.Linear(8, 4), nn.Tanh(), nn.Linear(4, 2))

    def forward(self, x):
        x = x.view(-1, 1)
        return self.embedder(x)
