"""The classifier of a question answering network drops in place behind its rectifier

Source: https://github.com/BierOne/bottom-up-attention-vqa/issues/6
Adapted: small layers with weight normalisation left out
Inputs: 4x5; 4x6
Raises: backward: modified by an inplace operation
Codes: IPL301
Line: logits = self.main(x)
Line: logits = self.classifier(joint_repr)
Op: aten::dropout_ aten::mul_
Module: classifier.main.2 classifier.main classifier
Fix: nn.Dropout(0.5, inplace=True) => nn.Dropout(0.5)

The rectifier keeps its output for backward; dropout writes into it.
"""

import torch
from torch import nn


class SimpleClassifier(nn.Module):
    def __init__(self, in_dim: int, hid_dim: int, out_dim: int):
        super().__init__()
        layers = [nn.Linear(in_dim, hid_dim), nn.ReLU(), nn.Dropout(0.5, inplace=True), nn.Linear(hid_dim, out_dim)]
        self.main = nn.Sequential(*layers)

    def forward(self, x):
        logits = self.main(x)
        return logits


class FCNet(nn.Module):
    def __init__(self, in_dim: int, out_dim: int):
        super().__init__()
        self.main = nn.Sequential(nn.Linear(in_dim, out_dim), nn.ReLU())

    def forward(self, x):
        return self.main(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_net = FCNet(5, 12)
        self.v_net = FCNet(6, 12)
        self.classifier = SimpleClassifier(12, 24, 4)

    def forward(self, q_emb, v_emb):
        joint_repr = self.q_net(q_emb) * self.v_net(v_emb)
        logits = self.classifier(joint_repr)
        return logits
