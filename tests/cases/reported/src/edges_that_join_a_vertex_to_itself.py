"""A mesh's list of edges is filled up with edges from a vertex to itself, whose length has no derivative

Source: https://github.com/akanazawa/cmr/issues/11
Adapted: the lengths of edges instead of the shape of triangles, eight vertices
Inputs: 3x3x10x10; 3x8x2
Loss: output
Spoils: nan encoder.* shape_pred.*
Codes: NUM602
Line: length = torch.sqrt(((start - end) ** 2).sum(-1))
Op: aten::sqrt
Fix: ((start - end) ** 2).sum(-1)) => ((start - end) ** 2).sum(-1) + 1e-9)

The root of zero has an infinite derivative, and zero times that is no number.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.LeakyReLU(), nn.Flatten(), nn.Linear(128, 16))
        self.shape_pred = nn.Linear(16, 8 * 3)
        self.scale_pred = nn.Linear(16, 1)
        corners = [[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)]
        self.register_buffer("mean_shape", torch.tensor(corners))
        edges = [[0, 1], [2, 3], [4, 5], [6, 7], [0, 2], [1, 3], [4, 6], [5, 7], [0, 4], [1, 5], [2, 6], [3, 7]]
        self.register_buffer("edges", torch.tensor(edges + [[0, 0], [0, 0]]))

    def edge_loss(self, verts):
        start = verts[:, self.edges[:, 0]]
        end = verts[:, self.edges[:, 1]]
        length = torch.sqrt(((start - end) ** 2).sum(-1))
        return (length - length.mean(dim=1, keepdim=True)).pow(2).mean()

    def forward(self, image, keypoints):
        code = torch.tanh(self.encoder(image))
        verts = self.mean_shape + 0.1 * self.shape_pred(code).view(-1, 8, 3)
        scale = F.softplus(self.scale_pred(code)).unsqueeze(-1)
        return F.mse_loss(scale * verts[..., :2], keypoints) + 0.1 * self.edge_loss(verts)
