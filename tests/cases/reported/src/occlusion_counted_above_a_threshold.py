"""The share of occluded pixels is asked to be small, and is the mean of a comparison

Source: https://github.com/cwmok/DIRAC/issues/13
Adapted: images instead of volumes, a mean squared error for the similarity
Inputs: 2x1x10x10; 2x1x10x10
Loss: output
Spoils: wrong net.enc.* net.fw.* net.bw.*
Codes: CUT108 CUT103
Line: mask_fw = (norm_diff_fw > thresh_fw).float()
Line: mask_bw = (norm_diff_bw > thresh_bw).float()
Line: loss_occ = torch.mean(mask_fw) + torch.mean(mask_bw)
Line: return loss_sim + self.occ * loss_occ + 0.1 * loss_smooth
Op: aten::gt aten::to aten::mean aten::add aten::mul
Fix: loss_occ = torch.mean(mask_fw) + torch.mean(mask_bw) => loss_occ = torch.relu(norm_diff_fw - thresh_fw).mean() + torch.relu(norm_diff_bw - thresh_bw).mean()

The term moves the loss up and down, and no weight with it.
"""

import torch
from torch import nn
from torch.nn import functional as F


class FlowNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Conv2d(2, 8, 3, padding=1)
        self.fw = nn.Conv2d(8, 2, 3, padding=1)
        self.bw = nn.Conv2d(8, 2, 3, padding=1)

    def forward(self, x, y):
        h = F.leaky_relu(self.enc(torch.cat([x, y], 1)), 0.2)
        return self.fw(h), self.bw(h)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = FlowNet()
        self.occ = 0.01
        theta = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
        self.register_buffer("grid", F.affine_grid(theta, [1, 1, 10, 10], align_corners=True))

    def warp(self, image, flow):
        return F.grid_sample(image, self.grid + flow.permute(0, 2, 3, 1), align_corners=True)

    def forward(self, moving, fixed):
        flow_fw, flow_bw = self.net(moving, fixed)
        diff_fw = flow_fw + self.warp(flow_bw, flow_fw)
        diff_bw = flow_bw + self.warp(flow_fw, flow_bw)
        norm_diff_fw = diff_fw.norm(p=2, dim=1, keepdim=True)
        norm_diff_bw = diff_bw.norm(p=2, dim=1, keepdim=True)
        thresh_fw = norm_diff_fw.mean() + 0.015
        thresh_bw = norm_diff_bw.mean() + 0.015
        mask_fw = (norm_diff_fw > thresh_fw).float()
        mask_bw = (norm_diff_bw > thresh_bw).float()
        loss_sim = F.mse_loss(self.warp(moving, flow_fw), fixed) + F.mse_loss(self.warp(fixed, flow_bw), moving)
        loss_occ = torch.mean(mask_fw) + torch.mean(mask_bw)
        loss_smooth = flow_fw.diff(dim=2).pow(2).mean() + flow_bw.diff(dim=3).pow(2).mean()
        return loss_sim + self.occ * loss_occ + 0.1 * loss_smooth
