"""A scripted detector takes a list of images, and is served a batch

Source: https://github.com/pytorch/serve/issues/932
Adapted: images are padded to the largest, and scored
Inputs: 2x3x6x6
Raises: forward: Expected a value of type 'List[Tensor]'
Codes: TYP804

Each image may have its own size, so that they come in a list.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Transform(nn.Module):
    def forward(self, images: list[torch.Tensor]):
        height = max([int(i.size(1)) for i in images])
        width = max([int(i.size(2)) for i in images])
        return torch.stack([F.pad(i, [0, width - i.size(2), 0, height - i.size(1)]) for i in images])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.transform = Transform()
        self.backbone = nn.Conv2d(3, 4, 3)
        self.roi_heads = nn.Linear(4, 5)

    def forward(self, images: list[torch.Tensor]):
        batch = self.transform(images)
        return self.roi_heads(torch.relu(self.backbone(batch)).mean(dim=[2, 3]))
