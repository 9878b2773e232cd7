"""A promptable segmenter encodes its boxes under no_grad, and leaves their encoder trainable

Source: https://github.com/bowang-lab/MedSAM/issues/233
Adapted: small encoders, a decoder of one attention
Inputs: 2x3x8x8; 2x4
Spoils: none prompt_encoder.*
Codes: CUT102
Line: with torch.no_grad():
Line: sparse, dense = self.prompt_encoder(boxes)
Op: prim::Enter
Module: .
Twin: healthy
Fix: with torch.no_grad(): => if True:

What was meant to be fixed is still handed to the optimiser, and what was meant to learn does not.
"""

import torch
from torch import nn


class PromptEncoder(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.corner = nn.Linear(2, dim)
        self.no_mask = nn.Parameter(torch.randn(1, dim, 1, 1) * 0.1)

    def forward(self, boxes):
        corners = torch.sin(self.corner(boxes.view(-1, 2, 2)))
        return corners, self.no_mask.expand(boxes.size(0), -1, 4, 4)


class MaskDecoder(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.upscale = nn.ConvTranspose2d(dim, 1, 2, stride=2)

    def forward(self, image, sparse, dense):
        image = image + dense
        tokens = image.flatten(2).transpose(1, 2)
        weights = torch.softmax(self.query(tokens) @ sparse.transpose(1, 2), dim=-1)
        tokens = tokens + weights @ sparse
        return self.upscale(tokens.transpose(1, 2).reshape_as(image))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.image_encoder = nn.Sequential(nn.Conv2d(3, 6, 2, stride=2), nn.GELU())
        self.prompt_encoder = PromptEncoder(6)
        self.mask_decoder = MaskDecoder(6)

    def forward(self, image, boxes):
        embedding = self.image_encoder(image)
        with torch.no_grad():
            sparse, dense = self.prompt_encoder(boxes)
        return self.mask_decoder(embedding, sparse, dense)
