"""The states of the chosen experts are multiplied by the gates that chose them

Source: https://github.com/lucidrains/LVMAE-pytorch/issues/2
Adapted: three experts, two of them for each token
Inputs: 12x6; 12:int64[0,4)
Loss: output

Which experts are chosen has no gradient; the gates that are gathered have one, and so the router learns.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.router = nn.Linear(6, 3)
        self.experts = nn.ModuleList([nn.Sequential(nn.Linear(6, 10), nn.SiLU(), nn.Linear(10, 6)) for _ in range(3)])
        self.norm = nn.LayerNorm(6)
        self.head = nn.Linear(6, 4)

    def forward(self, tokens, label):
        router_logits = self.router(tokens)
        if self.training:
            router_logits = router_logits + 0.01 * torch.randn_like(router_logits)
        probs = F.softmax(router_logits, dim=-1)
        inds = probs.topk(2, dim=-1).indices
        gates = probs.gather(1, inds)
        outputs = []
        for expert in self.experts:
            outputs.append(expert(tokens))
        states = torch.stack(outputs, dim=1)
        states = states.gather(1, inds.unsqueeze(-1).expand(-1, -1, states.size(2)))
        mixed = (gates.unsqueeze(-1) * states).sum(dim=1)
        return F.cross_entropy(self.head(self.norm(tokens + mixed)), label)
