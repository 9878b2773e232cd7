"""Contrast with a queue of old keys, which is written in every step

Source: Momentum Contrast for Unsupervised Visual Representation Learning, https://arxiv.org/abs/1911.05722
Adapted: a queue of twelve, batches of four
Inputs: [{"shape": [4, 6]}, {"shape": [4, 6]}]
Loss: output

The key encoder is a moving average and frozen, the queue a buffer; it is read as a copy before it is written.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder_q = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 5))
        self.encoder_k = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 5))
        for p in self.encoder_k.parameters():
            p.requires_grad = False
        self.register_buffer("queue", F.normalize(torch.randn(5, 12), dim=0))
        self.register_buffer("queue_ptr", torch.zeros(1, dtype=torch.long))

    @torch.no_grad()
    def dequeue_and_enqueue(self, keys: torch.Tensor):
        ptr = int(self.queue_ptr)
        self.queue[:, ptr : ptr + keys.size(0)] = keys.t()
        self.queue_ptr[0] = (ptr + keys.size(0)) % 12

    def forward(self, im_q, im_k):
        q = F.normalize(self.encoder_q(im_q), dim=1)
        with torch.no_grad():
            k = F.normalize(self.encoder_k(im_k), dim=1)
        l_pos = (q * k).sum(-1, keepdim=True)
        l_neg = q @ self.queue.clone().detach()
        logits = torch.cat([l_pos, l_neg], dim=1) / 0.2
        labels = torch.zeros(logits.size(0), dtype=torch.long)
        self.dequeue_and_enqueue(k)
        return F.cross_entropy(logits, labels)
