"""Two masks of the smallest number are added, and a row of the cross attention has nothing left

Source: https://github.com/NVIDIA-NeMo/Automodel/pull/2658
Adapted: float32; text that looks at images: one mask for images that come later, one for samples without images
Inputs: [{"shape": [2, 5, 8]}, {"shape": [2, 3, 8]}]
Loss: output
Spoils: nan *
Codes: NUM601
Line: return later.unsqueeze(0) + absent.unsqueeze(1)
Line: attn = torch.softmax(scores + mask.unsqueeze(1), dim=-1)
Op: aten::softmax aten::add
Module: layers.0.cross .
Fix: return later.unsqueeze(0) + absent.unsqueeze(1) => return torch.maximum(later.unsqueeze(0) + absent.unsqueeze(1), torch.tensor(lowest))

Twice the smallest number is minus infinity, and the softmax of a row of those is 0/0.
"""

import torch
from torch import nn


def build_media_mask(text_time: torch.Tensor, media_time: torch.Tensor, has_media: torch.Tensor, media: int):
    lowest = -3.4028234663852886e38
    later = (media_time.unsqueeze(0) > text_time.unsqueeze(1)).float() * lowest
    absent = (~has_media).float().unsqueeze(1).expand(-1, media) * lowest
    return later.unsqueeze(0) + absent.unsqueeze(1)


class MaskedCrossAttention(nn.Module):
    def __init__(self, dim: int, heads: int):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(dim, dim, bias=False)
        self.to_kv = nn.Linear(dim, 2 * dim, bias=False)
        self.to_out = nn.Linear(dim, dim, bias=False)

    def forward(self, x, media, mask):
        b, n, d = x.shape
        k, v = self.to_kv(media).view(b, -1, 2, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        q = self.to_q(x).view(b, n, self.heads, -1).transpose(1, 2)
        scores = q @ k.transpose(2, 3) / 2.0
        attn = torch.softmax(scores + mask.unsqueeze(1), dim=-1)
        return self.to_out((attn @ v).transpose(1, 2).reshape(b, n, d))


class GatedCrossAttentionBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.cross = MaskedCrossAttention(8, 2)
        self.ff = nn.Linear(8, 8)

    def forward(self, x, media, mask):
        x = x + self.cross(self.norm(x), media, mask)
        return x + torch.relu(self.ff(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([GatedCrossAttentionBlock(), GatedCrossAttentionBlock()])
        self.lm_head = nn.Linear(8, 6, bias=False)

    def forward(self, text, media):
        text_time = torch.tensor([0, 1, 1, 2, 3])
        media_time = torch.arange(1, 4)
        mask = build_media_mask(text_time, media_time, torch.tensor([True, False]), media.size(1))
        for layer in self.layers:
            text = layer(text, media, mask)
        return (self.lm_head(text) - 1.0).pow(2).mean()
