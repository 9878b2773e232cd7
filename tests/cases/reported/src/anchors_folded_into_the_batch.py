"""Proposals of all images go through two linear layers as one long batch, and are parted again

Source: https://github.com/lucastabelini/LaneATT/issues/28
Adapted: ten anchors, attention between the anchors of an image
Inputs: 2x3x6x12

Every proposal is a sample of its own to a linear layer; the attention works on each image.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.anchor_feat_channels, self.fmap_h, self.n_anchors = 4, 6, 12
        self.feature_extractor = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1))
        self.conv1 = nn.Conv2d(8, self.anchor_feat_channels, 1)
        flat = self.anchor_feat_channels * self.fmap_h
        self.attention_layer = nn.Linear(flat, self.n_anchors - 1)
        self.cls_layer = nn.Linear(2 * flat, 2)
        self.reg_layer = nn.Linear(2 * flat, 5)

    def cut_anchor_features(self, features):
        return features.permute(0, 3, 1, 2).contiguous()

    def forward(self, x):
        batch_features = self.conv1(torch.relu(self.feature_extractor(x)))
        anchors = self.cut_anchor_features(batch_features)
        anchors = anchors.view(-1, self.anchor_feat_channels * self.fmap_h)
        scores = torch.softmax(self.attention_layer(anchors), dim=1).reshape(x.size(0), self.n_anchors, -1)
        attention = torch.eye(self.n_anchors).repeat(x.size(0), 1, 1)
        others = (attention == 0).nonzero()
        attention[others[:, 0], others[:, 1], others[:, 2]] = scores.flatten()
        anchors = anchors.reshape(x.size(0), self.n_anchors, -1)
        attended = torch.bmm(anchors.transpose(1, 2), attention.transpose(1, 2)).transpose(1, 2)
        both = torch.cat([attended, anchors], dim=2).view(-1, 2 * anchors.size(2))
        cls_logits = self.cls_layer(both).reshape(x.size(0), -1, 2)
        return cls_logits, self.reg_layer(both).reshape(x.size(0), -1, 5)
