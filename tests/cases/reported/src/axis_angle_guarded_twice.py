"""The axis of a rotation with a where before and after the root, at the rotation by nothing

Source: https://github.com/kornia/kornia/pull/3980
Adapted: a pose head that starts at the identity
Inputs: 4x6
Loss: output

What the root and the division are given is safe in the rows that are not taken.
"""

import torch
from torch import nn


def quaternion_to_axis_angle(quaternion: torch.Tensor):
    cos_theta, q1, q2, q3 = quaternion.unbind(-1)
    sin_squared = q1 * q1 + q2 * q2 + q3 * q3
    turned = sin_squared > 0.0
    sin_theta = torch.sqrt(torch.where(turned, sin_squared, torch.ones_like(sin_squared)))
    two_theta = 2.0 * torch.atan2(sin_theta, cos_theta)
    k = torch.where(turned, two_theta / sin_theta, 2.0 * torch.ones_like(sin_theta))
    return torch.stack([q1 * k, q2 * k, q3 * k], dim=-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(6, 8)
        self.pose = nn.Linear(8, 4)
        nn.init.zeros_(self.pose.weight)
        with torch.no_grad():
            self.pose.bias.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0]))

    def forward(self, x):
        q = self.pose(torch.relu(self.encoder(x)))
        return (quaternion_to_axis_angle(q) - x[:, :3]).pow(2).sum(-1).mean() + 0.1 * (q.pow(2).sum(-1) - 1).pow(2).mean()
