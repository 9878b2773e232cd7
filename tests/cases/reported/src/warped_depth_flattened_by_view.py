"""The coordinates of a warped depth map are slices of one tensor, and are flattened with view

Source: https://github.com/lppllppl920/EndoscopyDepthEstimation-Pytorch/issues/13
Adapted: a translation alone, and both coordinates made by one projection
Inputs: 2x3x8x10; 2x3x8x10
Loss: output
Raises: forward: view size is not compatible with input tensor's size and stride
Codes: SHP714
Line: u_2_flat = u_2.view(-1)
Op: aten::view
Module: warping
Fix: u_2.view(-1) => u_2.reshape(-1)
Fix: v_2.view(-1) => v_2.reshape(-1)
Later: SHP714 | aten::view | warping | v_2_flat = v_2.view(-1) | raises forward: view size is not compatible

u_2 and v_2 lie two channels apart in the projected points; the second line fails like the first.
"""

import torch
from torch import nn


class DepthWarping(nn.Module):
    def forward(self, depth_1, depth_2, translation):
        batch, _, height, width = depth_1.shape
        rows = torch.arange(height, device=depth_1.device).float().view(1, height, 1).expand(batch, -1, width)
        columns = torch.arange(width, device=depth_1.device).float().view(1, 1, width).expand(batch, height, -1)
        points = torch.stack([columns, rows], dim=1) * depth_1 + translation[:, :2, None, None]
        projected = points / (depth_1 + translation[:, 2:, None, None])
        u_2 = projected[:, 0]
        v_2 = projected[:, 1]
        u_2_flat = u_2.view(-1)
        v_2_flat = v_2.view(-1)
        left = u_2_flat.detach().floor().clamp(0, width - 2)
        top = v_2_flat.detach().floor().clamp(0, height - 2)
        base = torch.arange(batch, device=depth_1.device).repeat_interleave(height * width) * (height * width)
        at = base + top.long() * width + left.long()
        flat = depth_2.reshape(-1)
        dx, dy = u_2_flat - left, v_2_flat - top
        upper = flat[at] * (1 - dx) + flat[at + 1] * dx
        lower = flat[at + width] * (1 - dx) + flat[at + width + 1] * dx
        return (upper * (1 - dy) + lower * dy).view(batch, 1, height, width)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.depth = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 3, padding=1), nn.Softplus())
        self.pose = nn.Linear(6, 3)
        self.warping = DepthWarping()

    def forward(self, frame_1, frame_2):
        depth_1 = self.depth(frame_1) + 1.0
        depth_2 = self.depth(frame_2) + 1.0
        seen = torch.cat([frame_1, frame_2], dim=1).mean(dim=[2, 3])
        warped = self.warping(depth_1, depth_2, 0.1 * torch.tanh(self.pose(seen)))
        return ((warped - depth_1) ** 2 / (warped + depth_1)).mean()
