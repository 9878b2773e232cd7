"""The queue of negatives is multiplied with, and then the new keys are written into it

Source: https://github.com/facebookresearch/moco/issues/21
Adapted: one encoder for both views, a queue of eight
Inputs: 4x5; 4x5
Loss: output
Raises: backward: modified by an inplace operation
Codes: IPL301
Line: self.queue[:, ptr : ptr + batch_size] = keys.t()
Line: l_neg = torch.einsum("nc,ck->nk", [q, self.queue.detach()])
Op: aten::copy_
Module: .
Fix: self.queue.detach() => self.queue.clone().detach()

detach shares the memory: the product keeps the queue, and the next line overwrites it.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.T = 0.2
        self.encoder_q = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 6))
        self.register_buffer("queue", F.normalize(torch.randn(6, 8), dim=0))
        self.register_buffer("queue_ptr", torch.zeros(1, dtype=torch.long))

    def _dequeue_and_enqueue(self, keys):
        batch_size = keys.shape[0]
        ptr = int(self.queue_ptr)
        self.queue[:, ptr : ptr + batch_size] = keys.t()
        self.queue_ptr[0] = (ptr + batch_size) % 8

    def forward(self, im_q, im_k):
        q = F.normalize(self.encoder_q(im_q), dim=1)
        with torch.no_grad():
            k = F.normalize(self.encoder_q(im_k), dim=1)
        l_pos = torch.einsum("nc,nc->n", [q, k]).unsqueeze(-1)
        l_neg = torch.einsum("nc,ck->nk", [q, self.queue.detach()])
        logits = torch.cat([l_pos, l_neg], dim=1) / self.T
        with torch.no_grad():
            self._dequeue_and_enqueue(k)
        return F.cross_entropy(logits, torch.zeros(logits.size(0), dtype=torch.long))
