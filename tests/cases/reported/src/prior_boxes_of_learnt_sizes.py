"""Prior boxes are written out as a list of numbers from sizes that are to be learnt, and the detector is traced

Source: https://github.com/lufficc/SSD/issues/87
Adapted: one feature map; the sizes are parameters
Export: trace 2x3x8x8
Inputs: 2x3x8x8
Loss: mean
Spoils: none box_head.anchors.sizes
Codes: CUT106 CUT105 PAR203
Line: priors = torch.tensor(priors)
Line: s = float(self.sizes[k])
Op: prim::Constant
Module: box_head.anchors box_head .
Fix: priors = torch.tensor(priors) => priors = torch.tensor(priors)[:, :2]; priors = torch.cat([priors, self.sizes.repeat(height * width)[:, None].expand(-1, 2)], dim=1)

The trace keeps the boxes that the first picture met.
"""

import torch
from torch import nn


class PriorBox(nn.Module):
    def __init__(self):
        super().__init__()
        self.sizes = nn.Parameter(torch.tensor([0.2, 0.5]))

    def forward(self, height: int, width: int):
        priors = []
        for i in range(height):
            for j in range(width):
                for k in range(2):
                    s = float(self.sizes[k])
                    priors.append([(j + 0.5) / width, (i + 0.5) / height, s, s])
        priors = torch.tensor(priors)
        return priors


class SSDBoxHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.bbox = nn.Conv2d(12, 8, 3, padding=1)
        self.anchors = PriorBox()

    def forward(self, features):
        n, _, h, w = features.shape
        locations = self.bbox(features).permute(0, 2, 3, 1).reshape(n, -1, 4)
        priors = self.anchors(h, w)
        centers = locations[..., :2] * 0.1 * priors[:, 2:] + priors[:, :2]
        sizes = torch.exp(locations[..., 2:] * 0.2) * priors[:, 2:]
        return torch.cat([centers, sizes], dim=-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.SiLU(), nn.Conv2d(8, 12, 3, 2, 1), nn.SiLU())
        self.box_head = SSDBoxHead()

    def forward(self, images):
        return self.box_head(self.backbone(images))
