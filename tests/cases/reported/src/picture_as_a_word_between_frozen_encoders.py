"""A picture is mapped to a word between two frozen encoders, one of them under no_grad

Source: https://github.com/google-research/composed_image_retrieval/issues/24
Inputs: 4x3x8x8
Loss: output

The text encoder is frozen but runs with its graph: through it the mapping learns, and only the mapping should.
"""

import torch
from torch import nn
from torch.nn import functional as F


class TextEncoder(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.positions = nn.Parameter(torch.randn(1, 4, width) * 0.1)
        self.qkv = nn.Linear(width, 3 * width)
        self.ln_final = nn.LayerNorm(width)

    def forward(self, x):
        x = x + self.positions
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        x = x + torch.softmax(q @ k.transpose(1, 2) / q.size(-1) ** 0.5, dim=-1) @ v
        return self.ln_final(x[:, -1])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = nn.Sequential(nn.Conv2d(3, 8, 4, stride=4), nn.ReLU(), nn.Flatten(), nn.Linear(32, 8))
        self.text = TextEncoder(8)
        self.register_buffer("a_photo_of", torch.randn(1, 3, 8))
        for p in self.parameters():
            p.requires_grad = False
        self.img2text = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8))

    def get_text_features(self, token_features):
        prompt = self.a_photo_of.expand(token_features.size(0), -1, -1)
        return self.text(torch.cat([prompt, token_features.unsqueeze(1)], dim=1))

    def forward(self, images):
        with torch.no_grad():
            image_features = self.visual(images)
        text_features = self.get_text_features(self.img2text(image_features))
        image_features = F.normalize(image_features, dim=-1)
        text_features = F.normalize(text_features, dim=-1)
        logits = image_features @ text_features.t() / 0.07
        target = torch.arange(images.size(0))
        return (F.cross_entropy(logits, target) + F.cross_entropy(logits.t(), target)) / 2
