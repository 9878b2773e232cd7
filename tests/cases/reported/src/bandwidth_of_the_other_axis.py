"""Bandwidths of an instance are drawn to their mean, which has a dimension more, so that each axis is drawn to both

Source: https://github.com/davyneven/SpatialEmbeddings/issues/18
Adapted: images of 8x8 with two instances, a cross entropy instead of Lovasz hinge
Inputs: 2x3x8x8; 2x8x8:int64[0,3)
Loss: output
Spoils: wrong
Codes: SHP707
Line: var_loss = var_loss + torch.mean(torch.pow(sigma_in - s.detach(), 2))
Line: s = sigma_in.mean(1).view(2, 1, 1)
Op: aten::sub aten::view
Module: criterion
Fix: sigma_in - s.detach() => sigma_in - s[..., 0].detach()

(2, pixels) minus (2, 1, 1) is (2, 2, pixels): the bandwidth in x is also compared with the mean of y.
"""

import torch
from torch import nn
from torch.nn import functional as F


class SpatialEmbLoss(nn.Module):
    def __init__(self, height: int, width: int):
        super().__init__()
        xm = torch.linspace(0, 1, width).view(1, 1, -1).expand(1, height, width)
        ym = torch.linspace(0, 1, height).view(1, -1, 1).expand(1, height, width)
        self.register_buffer("xym", torch.cat((xm, ym), 0))

    def forward(self, prediction, instances):
        loss = torch.zeros(1, device=prediction.device).sum()
        for b in range(prediction.size(0)):
            spatial_emb = torch.tanh(prediction[b, 0:2]) + self.xym
            sigma = prediction[b, 2:4]
            seed_map = torch.sigmoid(prediction[b, 4:5])
            instance = instances[b].unsqueeze(0)
            var_loss = torch.zeros(1, device=prediction.device).sum()
            instance_loss = torch.zeros(1, device=prediction.device).sum()
            seed_loss = torch.mean(torch.pow(seed_map[instance == 0], 2))
            for id in range(1, 3):
                in_mask = instance == id
                center = self.xym[in_mask.expand_as(self.xym)].view(2, -1).mean(1).view(2, 1, 1)
                sigma_in = sigma[in_mask.expand_as(sigma)].view(2, -1)
                s = sigma_in.mean(1).view(2, 1, 1)
                var_loss = var_loss + torch.mean(torch.pow(sigma_in - s.detach(), 2))
                s = torch.exp(s)
                dist = torch.exp(-1 * torch.sum(torch.pow(spatial_emb - center, 2) * s, 0, keepdim=True))
                instance_loss = instance_loss + F.binary_cross_entropy(dist, in_mask.float())
                seed_loss = seed_loss + torch.mean(torch.pow(seed_map[in_mask] - dist[in_mask].detach(), 2))
            loss = loss + instance_loss / 2 + 10 * var_loss / 2 + seed_loss
        return loss / prediction.size(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Conv2d(3, 8, 3, padding=1)
        self.decoder = nn.Conv2d(8, 5, 3, padding=1)
        self.criterion = SpatialEmbLoss(8, 8)

    def forward(self, images, instances):
        output = self.decoder(torch.relu(self.encoder(images)))
        return self.criterion(output, instances)
