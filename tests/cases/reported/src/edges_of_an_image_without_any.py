"""The edge term of a segmentation loss is a mean over edge pixels, and the image has none

Source: https://github.com/Deci-AI/super-gradients/issues/912
Adapted: the target is drawn all of one class; the edges have a head of their own
Inputs: 2x3x8x8
Loss: output
Spoils: zero edge_head.*
Codes: NUM601 ZER507
Line: return per_pixel[mask > 0].mean()
Op: aten::mean aten::index
Module: criterion.edge
Fix: return per_pixel[mask > 0].mean() => return (per_pixel * (1.0 + mask)).mean()

The mean of nothing is NaN, and so is the loss; the gradient of what was selected is zero, as nothing was.
"""

import torch
from torch import nn
from torch.nn import functional as F


class MaskAttentionLoss(nn.Module):
    def forward(self, predict, target, mask):
        per_pixel = F.binary_cross_entropy_with_logits(predict, target, reduction="none")
        return per_pixel[mask > 0].mean()


class DiceCEEdgeLoss(nn.Module):
    def __init__(self):
        super().__init__()
        self.edge = MaskAttentionLoss()

    def forward(self, logits, edges, target):
        one_hot = F.one_hot(target, 3).permute(0, 3, 1, 2).float()
        wide = F.max_pool2d(one_hot, 3, stride=1, padding=1)
        narrow = -F.max_pool2d(-one_hot, 3, stride=1, padding=1)
        edge_target = (wide - narrow).amax(1, keepdim=True)
        ce = F.cross_entropy(logits, target)
        return ce + 0.5 * self.edge(edges, edge_target, edge_target)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Conv2d(3, 6, 3, padding=1)
        self.seg_head = nn.Conv2d(6, 3, 1)
        self.edge_head = nn.Conv2d(6, 1, 1)
        self.criterion = DiceCEEdgeLoss()

    def forward(self, image):
        features = torch.relu(self.backbone(image))
        target = torch.ones(image.size(0), image.size(2), image.size(3), dtype=torch.long)
        return self.criterion(self.seg_head(features), self.edge_head(features), target)
