"""The balance losses of two mixtures are collected in a list, of which a tensor is made

Source: https://github.com/laekov/fastmoe/issues/49
Adapted: two layers of three experts, a switch loss
Inputs: 10x6; 10:int64[0,4)
Loss: output
Spoils: wrong layers.0.* layers.1.gate.*
Codes: CUT105 CUT108
Line: balance_loss = torch.tensor([float(loss) for loss in loss_list]).mean()
Op: aten::tensor aten::Float aten::FloatImplicit
Module: .
Fix: torch.tensor([float(loss) for loss in loss_list]).mean() => torch.stack(loss_list).mean()

The numbers of the losses are kept, and where they came from is not.
"""

from typing import List, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class FMoE(nn.Module):
    def __init__(self, d_model: int, num_expert: int):
        super().__init__()
        self.gate = nn.Linear(d_model, num_expert)
        self.htoh4 = nn.Parameter(torch.randn(num_expert, d_model, 12) * 0.3)
        self.h4toh = nn.Parameter(torch.randn(num_expert, 12, d_model) * 0.3)

    def forward(self, x) -> Tuple[Tensor, Tensor]:
        score = F.softmax(self.gate(x), dim=-1)
        top = F.one_hot(score.argmax(dim=-1), score.size(1)).to(x.dtype)
        hidden = F.gelu(torch.einsum("bd,edh->beh", x, self.htoh4))
        out = torch.einsum("beh,ehd,be->bd", hidden, self.h4toh, score)
        return x + out, score.size(1) * (top.mean(dim=0) * score.mean(dim=0)).sum()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([FMoE(6, 3), FMoE(6, 3)])
        self.head = nn.Linear(6, 4)

    def forward(self, x, label):
        loss_list: List[Tensor] = []
        for layer in self.layers:
            x, balance = layer(x)
            loss_list.append(balance)
        balance_loss = torch.tensor([float(loss) for loss in loss_list]).mean()
        return F.cross_entropy(self.head(x), label) + 0.5 * balance_loss
