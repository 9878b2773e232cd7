"""The hardest negatives of a detector are found by sorting twice

Source: https://github.com/amdegroot/ssd.pytorch/issues/43
Adapted: one feature map; the boxes are already matched
Inputs: 3x3x8x8; 3x16:int64[0,3); 3x16x4
Loss: output

The ranks only choose whose loss counts; the loss itself is taken of the confidences.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, num_classes: int = 3):
        super().__init__()
        self.num_classes = num_classes
        self.negpos_ratio = 3
        self.vgg = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3, padding=1))
        self.loc = nn.Conv2d(8, 4, 3, padding=1)
        self.conf = nn.Conv2d(8, num_classes, 3, padding=1)

    def forward(self, images, conf_t, loc_t):
        x = F.relu(self.vgg(images))
        loc_data = self.loc(x).permute(0, 2, 3, 1).flatten(1, 2)
        conf_data = self.conf(x).permute(0, 2, 3, 1).flatten(1, 2)
        pos = conf_t > 0
        loss_l = F.smooth_l1_loss(loc_data[pos], loc_t[pos], reduction="sum")

        loss_c = torch.logsumexp(conf_data, dim=2) - conf_data.gather(2, conf_t.unsqueeze(2)).squeeze(2)
        loss_c[pos] = 0.0
        _, loss_idx = loss_c.sort(1, descending=True)
        _, idx_rank = loss_idx.sort(1)
        num_pos = pos.long().sum(1, keepdim=True)
        num_neg = torch.clamp(self.negpos_ratio * num_pos, max=pos.size(1) - 1)
        neg = idx_rank < num_neg.expand_as(idx_rank)

        chosen = pos | neg
        loss_c = F.cross_entropy(conf_data[chosen], conf_t[chosen], reduction="sum")
        return (loss_l + loss_c) / num_pos.sum().float()
