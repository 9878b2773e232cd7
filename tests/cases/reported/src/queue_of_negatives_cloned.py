"""A queue of negatives is copied before it is written to, and a key encoder follows slowly

Source: https://github.com/facebookresearch/moco/issues/21
Adapted: as in the repository, with a queue of eight
Inputs: 4x5; 4x5
Loss: output

The keys are computed without gradients and kept in a buffer; the copy keeps what the product needs.
"""

import torch
from torch import nn
from torch.nn import functional as F


def encoder():
    return nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 6))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.m, self.T = 0.99, 0.2
        self.encoder_q, self.encoder_k = encoder(), encoder()
        self.encoder_k.load_state_dict(self.encoder_q.state_dict())
        self.encoder_k.requires_grad_(False)
        self.register_buffer("queue", F.normalize(torch.randn(6, 8), dim=0))
        self.register_buffer("queue_ptr", torch.zeros(1, dtype=torch.long))

    def _momentum_update_key_encoder(self):
        for q, k in zip(self.encoder_q, self.encoder_k):
            if hasattr(q, "weight"):
                k.weight.mul_(self.m).add_(q.weight * (1.0 - self.m))
                k.bias.mul_(self.m).add_(q.bias * (1.0 - self.m))

    def _dequeue_and_enqueue(self, keys):
        ptr = int(self.queue_ptr)
        self.queue[:, ptr : ptr + keys.shape[0]] = keys.t()
        self.queue_ptr[0] = (ptr + keys.shape[0]) % 8

    def forward(self, im_q, im_k):
        q = F.normalize(self.encoder_q(im_q), dim=1)
        with torch.no_grad():
            self._momentum_update_key_encoder()
            k = F.normalize(self.encoder_k(im_k), dim=1)
        l_pos = torch.einsum("nc,nc->n", [q, k]).unsqueeze(-1)
        l_neg = torch.einsum("nc,ck->nk", [q, self.queue.clone().detach()])
        logits = torch.cat([l_pos, l_neg], dim=1) / self.T
        with torch.no_grad():
            self._dequeue_and_enqueue(k)
        return F.cross_entropy(logits, torch.zeros(logits.size(0), dtype=torch.long))
