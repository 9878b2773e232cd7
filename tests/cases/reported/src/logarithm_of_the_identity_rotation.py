"""A pose regressor begins at the identity, and its loss takes the logarithm of the quaternion

Source: https://github.com/kornia/kornia/issues/4007
Adapted: as the head of a small network, with the formula of the report
Export: trace 4x6; 4x3
Inputs: 4x6; 4x3
Loss: output
Spoils: nan *
Codes: NUM602
Line: return vector * torch.acos(torch.clamp(scalar, min=-1.0, max=1.0)) / norm_q
Op: aten::acos
Module: .
Fix: torch.acos(torch.clamp(scalar, min=-1.0, max=1.0)) => torch.acos(torch.clamp(scalar, min=-0.999, max=0.999))

The derivative of acos is infinite at one, and is multiplied by a vector part of zero.
"""

import torch
from torch import nn
from torch.nn import functional as F


def quaternion_exp_to_log(quaternion):
    scalar, vector = quaternion[..., :1], quaternion[..., 1:]
    norm_q = torch.norm(vector, p=2, dim=-1, keepdim=True).clamp(min=1e-8)
    return vector * torch.acos(torch.clamp(scalar, min=-1.0, max=1.0)) / norm_q


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(6, 12), nn.ReLU())
        self.fc_q = nn.Linear(12, 4)
        nn.init.zeros_(self.fc_q.weight)
        with torch.no_grad():
            self.fc_q.bias.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0]))

    def forward(self, features, log_q):
        q = F.normalize(self.fc_q(self.trunk(features)), dim=-1)
        return F.l1_loss(quaternion_exp_to_log(q), log_q)
