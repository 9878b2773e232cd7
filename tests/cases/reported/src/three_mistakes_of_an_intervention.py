"""Visual features have another width than the projection, the join is counted wrongly, and the question is cut off

Source: https://github.com/WissingChen/CRA-GQA/issues/14
Adapted: the second and the third mistake are added
Inputs: 2x4x7; 2x5x10
Raises: forward: mat1 and mat2 shapes cannot be multiplied (10x10 and 6x8)
Codes: SHP701
Line: prob_x_hat = self.prob_x_hat(x_hat)
Line: self.prob_x_hat = nn.Linear(d_feat, d_model)
Line: self.intervention = FrontDoorIntervention(d_model=8, d_feat=6)
Op: aten::linear
Module: intervention.prob_x_hat
Fix: d_feat=6 => d_feat=10
Fix: nn.Linear(d_model, d_model, bias=False) => nn.Linear(d_model * 2, d_model, bias=False)
Fix: m = self.question(m).detach() => m = self.question(m)
Later: SHP701 | aten::linear | intervention.fc | return torch.tanh(self.fc(joined)) | raises forward: mat1 and mat2 shapes cannot be multiplied (2x16 and 8x8)
Later: CUT101 | aten::detach | . | m = self.question(m).detach() | spoils none question.*

One behind the other.
"""

import torch
from torch import nn


class FrontDoorIntervention(nn.Module):
    def __init__(self, d_model: int, d_feat: int):
        super().__init__()
        self.prob_m = nn.Linear(d_model, d_model)
        self.prob_x_hat = nn.Linear(d_feat, d_model)
        self.fc = nn.Linear(d_model, d_model, bias=False)

    def forward(self, m, x_hat):
        prob_m = self.prob_m(m).mean(dim=1)
        prob_x_hat = self.prob_x_hat(x_hat)
        joined = torch.cat([prob_m, prob_x_hat.mean(dim=1)], dim=-1)
        return torch.tanh(self.fc(joined))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.question = nn.Linear(7, 8)
        self.intervention = FrontDoorIntervention(d_model=8, d_feat=6)
        self.answer = nn.Linear(8, 3)

    def forward(self, m, x_hat):
        m = self.question(m).detach()
        return self.answer(self.intervention(m, x_hat))
