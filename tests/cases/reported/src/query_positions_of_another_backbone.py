"""Positions are made for the map of one backbone, and another is put before them, which does not learn either

Source: https://github.com/SlongLiu/query2labels/issues/16
Adapted: the gradient-free backbone is added, as in https://github.com/qubvel-org/segmentation_models.pytorch/issues/548
Inputs: 2x3x20x20
Raises: forward: The size of tensor a (25) must match the size of tensor b (16) at non-singleton dimension 1
Codes: SHP706
Line: return tokens + self.pos_embed
Line: self.pos_embed = nn.Parameter(torch.randn(1, tokens, dim) * 0.1)
Line: self.position = PositionEmbedding(tokens=16, dim=8)
Op: aten::add
Module: position
Fix: tokens=16 => tokens=25
Fix: with torch.no_grad(): => if True:
Later: CUT102 | prim::Enter | . | with torch.no_grad(): | spoils none backbone.*

Twenty pixels in patches of four are five a side, not four.
"""

import torch
from torch import nn


class PositionEmbedding(nn.Module):
    def __init__(self, tokens: int, dim: int):
        super().__init__()
        self.pos_embed = nn.Parameter(torch.randn(1, tokens, dim) * 0.1)

    def forward(self, tokens):
        return tokens + self.pos_embed


class LabelDecoder(nn.Module):
    def __init__(self, labels: int, dim: int):
        super().__init__()
        self.query_embed = nn.Parameter(torch.randn(labels, dim))
        self.key = nn.Linear(dim, dim, bias=False)
        self.value = nn.Linear(dim, dim)

    def forward(self, src):
        weights = torch.softmax(torch.matmul(self.query_embed, self.key(src).transpose(1, 2)), dim=-1)
        return torch.matmul(weights, self.value(src))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 6, 4, stride=4), nn.Tanh())
        self.input_proj = nn.Conv2d(6, 8, 1)
        self.position = PositionEmbedding(tokens=16, dim=8)
        self.transformer = LabelDecoder(5, 8)
        self.fc = nn.Linear(8, 1)

    def forward(self, image):
        with torch.no_grad():
            src = self.backbone(image)
        src = self.input_proj(src)
        tokens = self.position(src.flatten(2).transpose(1, 2))
        return self.fc(self.transformer(tokens)).squeeze(-1)
