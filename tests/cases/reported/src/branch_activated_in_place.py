"""One branch of a network activates what the other branch is still to be differentiated with

Source: https://github.com/Talmaj/onnx2pytorch/pull/38
Adapted: two branches of a driving model; the conversion from ONNX left out
Inputs: 3x2x8x8
Raises: backward: has been modified by an inplace operation
Codes: IPL301
Line: self.act = nn.ELU(inplace=True)
Line: return self.out(self.act(features))
Line: lead = self.lead(features)
Op: aten::elu_
Module: plan.act plan
Twin: healthy
Fix: nn.ELU(inplace=True) => nn.ELU()

The first branch keeps its input, which the second changes.
"""

from torch import nn


class PlanBranch(nn.Module):
    def __init__(self, features: int):
        super().__init__()
        self.act = nn.ELU(inplace=True)
        self.out = nn.Linear(features, 6)

    def forward(self, features):
        return self.out(self.act(features))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.vision = nn.Sequential(nn.Conv2d(2, 4, 3, stride=2), nn.SELU(inplace=True), nn.Conv2d(4, 8, 3), nn.Flatten())
        self.lead = nn.Linear(8, 3)
        self.plan = PlanBranch(8)

    def forward(self, frames):
        features = self.vision(frames)
        lead = self.lead(features)
        plan = self.plan(features)
        return lead, plan
