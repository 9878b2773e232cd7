"""The head of lane topology sees the queries of the detector detached

Source: https://github.com/wudongming97/TopoMLP/issues/21
Adapted: four queries, lanes with lanes only
Inputs: 2x6x8; 2x4x4
Loss: output

The head learns from its own loss, and the detector from that of its boxes; it is kept from the other on purpose.
"""

import torch
from torch import nn
from torch.nn import functional as F


class TopoLLHead(nn.Module):
    def __init__(self, dim: int, is_detach: bool):
        super().__init__()
        self.is_detach = is_detach
        self.embed = nn.Linear(dim, dim)
        self.classifier = nn.Sequential(nn.Linear(2 * dim, dim), nn.Tanh(), nn.Linear(dim, 1))

    def forward(self, query):
        if self.is_detach:
            query = query.detach()
        emb = self.embed(query)
        n = emb.size(1)
        pairs = torch.cat((emb.unsqueeze(2).expand(-1, -1, n, -1), emb.unsqueeze(1).expand(-1, n, -1, -1)), dim=-1)
        return self.classifier(pairs).squeeze(-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.query_embed = nn.Parameter(torch.randn(4, 8))
        self.decoder = nn.MultiheadAttention(8, 2, batch_first=True)
        self.reg_branch = nn.Linear(8, 3)
        self.topo_ll_head = TopoLLHead(8, True)
        nn.init.normal_(self.decoder.in_proj_bias)

    def forward(self, memory, topology):
        query = self.query_embed.unsqueeze(0).expand(memory.size(0), -1, -1)
        query = query + self.decoder(query, memory, memory, need_weights=False)[0]
        lanes = self.reg_branch(query)
        loss_reg = F.smooth_l1_loss(lanes, memory[:, :4, :3])
        loss_topo = F.binary_cross_entropy_with_logits(self.topo_ll_head(query), (topology > 0).to(lanes.dtype))
        return loss_reg + loss_topo
