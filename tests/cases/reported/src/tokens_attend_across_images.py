"""The encoder of a detector gives its tokens batch first to an attention that takes the sequence first

Source: https://github.com/om-ai-lab/OmDet/issues/19
Adapted: one level, one layer
Inputs: 3x3x16x16
Spoils: wrong
Codes: SHP716
Line: self.self_attn = nn.MultiheadAttention(d_model, nhead, dropout=0.0)
Line: src2, _ = self.self_attn(q, k, value=src)
Op: aten::bmm aten::softmax aten::view aten::transpose aten::linear
Module: encoder.self_attn
Twin: healthy
Fix: nn.MultiheadAttention(d_model, nhead, dropout=0.0) => nn.MultiheadAttention(d_model, nhead, dropout=0.0, batch_first=True)

Each position looks at the same position of the other images, and at nothing of its own.
"""

import torch
from torch import nn


class TransformerLayer(nn.Module):
    def __init__(self, d_model: int, nhead: int, feedforward: int):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(d_model, nhead, dropout=0.0)
        self.linear1 = nn.Linear(d_model, feedforward)
        self.linear2 = nn.Linear(feedforward, d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)

    def forward(self, src, pos_embed):
        q = src + pos_embed
        k = src + pos_embed
        src2, _ = self.self_attn(q, k, value=src)
        src = self.norm1(src + src2)
        src2 = self.linear2(torch.nn.functional.gelu(self.linear1(src)))
        return self.norm2(src + src2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2, padding=1)
        )
        self.pos_embed = nn.Parameter(torch.randn(1, 16, 16) * 0.02)
        self.encoder = TransformerLayer(16, 4, 32)
        self.score = nn.Conv2d(16, 4, 1)

    def forward(self, images):
        feat = self.backbone(images)
        h, w = feat.shape[2], feat.shape[3]
        src_flatten = feat.flatten(2).permute(0, 2, 1)
        memory = self.encoder(src_flatten, self.pos_embed)
        feat = memory.permute(0, 2, 1).reshape(-1, 16, h, w).contiguous()
        return self.score(feat)
