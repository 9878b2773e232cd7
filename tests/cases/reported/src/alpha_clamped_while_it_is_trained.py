"""A matting network clamps its alpha and its foreground to their range while it is trained

Source: https://github.com/PeterL1n/BackgroundMattingV2/issues/128
Adapted: a small base network
Inputs: [{"shape": [2, 3, 8, 8], "fill": "uniform"}, {"shape": [2, 3, 8, 8], "fill": "uniform"}, {"shape": [2, 1, 8, 8], "fill": "uniform"}]
Loss: output
Benign: base.0.bias
Op: aten::clamp_ aten::clamp

Asked about and meant so: only what is outside gets no gradient, and most of it is inside.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Sequential(nn.Conv2d(6, 12, 3, padding=1), nn.BatchNorm2d(12), nn.ReLU(inplace=True))
        self.head = nn.Conv2d(12, 4, 1)
        nn.init.constant_(self.head.bias, 0.3)

    def forward(self, src, bgr, true_pha):
        x = self.head(self.base(torch.cat([src, bgr], dim=1)))
        pha = x[:, 0:1].clamp_(0.0, 1.0)
        fgr = x[:, 1:4].add(src).clamp_(0.0, 1.0)
        composed = pha * fgr + (1.0 - pha) * bgr
        return F.l1_loss(pha, true_pha) + F.l1_loss(composed, src)
