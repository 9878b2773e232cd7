"""The query of an audio track is squeezed, and a batch of one clip goes with it

Source: https://github.com/vvvb-github/AVSegFormer/issues/9
Adapted: one head of attention over the pixels, a small mask head
Inputs: 1x6x5x5; 1x1x4
Raises: forward: the number of subscripts in the equation (2) does not match the number of dimensions (1) for operand 1
Codes: SHP720 SHP715
Line: fusion_map = torch.einsum("bchw,bc->bchw", feature_map, audio.squeeze())
Op: aten::squeeze aten::einsum
Module: fusion_block
Twin: healthy
Fix: audio.squeeze() => audio.squeeze(1)

(1, 1, 8) becomes (8,), where (1, 8) was meant.
"""

import torch
from torch import nn


class CrossModalFusion(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim, bias=False)
        self.out = nn.Linear(dim, dim)

    def forward(self, feature_map, audio_feat):
        pixels = feature_map.flatten(2).transpose(1, 2)
        weights = torch.softmax(self.query(audio_feat) @ self.key(pixels).transpose(1, 2), dim=-1)
        audio = self.out(weights @ pixels) + audio_feat
        fusion_map = torch.einsum("bchw,bc->bchw", feature_map, audio.squeeze())
        return feature_map + fusion_map


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = nn.Conv2d(6, 8, 3, padding=1)
        self.audio_proj = nn.Linear(4, 8)
        self.fusion_block = CrossModalFusion(8)
        self.mask_head = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.ELU(), nn.Conv2d(8, 1, 1))

    def forward(self, mask_feature, audio_feat):
        features = torch.tanh(self.visual(mask_feature))
        return self.mask_head(self.fusion_block(features, self.audio_proj(audio_feat)))
