"""The loss of the codebook is the commitment of the encoder once more

Source: https://github.com/songweige/TATS/issues/21
Adapted: a small autoencoder; both terms let go of the code
Inputs: 5x12
Loss: output
Spoils: none quantizer.codebook.*
Codes: CUT101
Line: codebook_loss = F.mse_loss(quantized.detach(), z)
Op: aten::detach
Module: quantizer
Fix: codebook_loss = F.mse_loss(quantized.detach(), z) => codebook_loss = F.mse_loss(quantized, z.detach())

No term is left through which the codes could move towards what they stand for.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Quantizer(nn.Module):
    def __init__(self, codes: int, dim: int, beta: float = 0.25):
        super().__init__()
        self.codebook = nn.Embedding(codes, dim)
        self.beta = beta

    def forward(self, z):
        weight = self.codebook.weight
        distance = z.pow(2).sum(1, keepdim=True) - 2 * z @ weight.t() + weight.pow(2).sum(1)
        quantized = self.codebook(distance.argmin(dim=1))
        commitment = F.mse_loss(z, quantized.detach())
        codebook_loss = F.mse_loss(quantized.detach(), z)
        straight = z + (quantized - z).detach()
        return straight, codebook_loss + self.beta * commitment


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(12, 16), nn.GELU(), nn.Linear(16, 4))
        self.quantizer = Quantizer(10, 4)
        self.decoder = nn.Sequential(nn.Linear(4, 16), nn.GELU(), nn.Linear(16, 12))

    def forward(self, patches):
        code, vq_loss = self.quantizer(self.encoder(patches))
        return F.mse_loss(self.decoder(code), patches) + vq_loss
