"""A marginal of two clusterings is expanded, and its small values are written over

Source: https://github.com/xu-ji/IIC/issues/27
Adapted: one head, one of the three writes, a perceptron for the network
Inputs: 12x8; 12x8
Loss: output
Raises: backward: more than one element of the written-to tensor refers to a single memory location
Codes: IPL304
Line: p_i[p_i < self.eps] = self.eps
Line: p_i = joint.sum(dim=1).view(k, 1).expand(k, k)
Op: aten::index_put_ aten::expand
Fix: p_i[p_i < self.eps] = self.eps => p_i = p_i.clamp(min=self.eps)

An expanded row is one row of memory.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, k: int = 4):
        super().__init__()
        self.eps = 1e-6
        self.trunk = nn.Sequential(nn.Linear(8, 16), nn.ReLU())
        self.head = nn.Sequential(nn.Linear(16, k), nn.Softmax(dim=1))

    def forward(self, x, x_tf):
        z = self.head(self.trunk(x))
        z_tf = self.head(self.trunk(x_tf))
        k = z.size(1)
        joint = z.t() @ z_tf
        joint = (joint + joint.t()) / 2.0
        joint = joint / joint.sum()
        p_i = joint.sum(dim=1).view(k, 1).expand(k, k)
        p_j = joint.sum(dim=0).view(1, k).expand(k, k).clamp(min=self.eps)
        p_i[p_i < self.eps] = self.eps
        loss = -joint * (torch.log(joint) - torch.log(p_j) - torch.log(p_i))
        return loss.sum()
