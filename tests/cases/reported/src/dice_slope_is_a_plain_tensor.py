"""The learnt slope of a Dice activation is a tensor like any other

Source: https://github.com/shenweichen/DeepCTR-Torch/issues/93
Adapted: within the hidden layers of a small click model
Inputs: 8x4:int64[0,7)
Spoils: wrong
Codes: PAR206
Line: return (1.0 - x_p) * self.alpha * x + x_p * x
Line: self.alpha = torch.zeros(emb_size)
Op: prim::GetAttr
Module: dnn.activation_layers.0 dnn.activation_layers.1
Fix: self.alpha = torch.zeros(emb_size) => self.alpha = nn.Parameter(torch.zeros(emb_size))

It stays what it was initialised with for the whole training.
"""

import torch
from torch import nn


class Dice(nn.Module):
    def __init__(self, emb_size: int, epsilon: float = 1e-8):
        super().__init__()
        self.bn = nn.BatchNorm1d(emb_size, eps=epsilon, affine=False)
        self.alpha = torch.zeros(emb_size)

    def forward(self, x):
        x_p = torch.sigmoid(self.bn(x))
        return (1.0 - x_p) * self.alpha * x + x_p * x


class DNN(nn.Module):
    def __init__(self, hidden_units=(12, 6, 5)):
        super().__init__()
        self.linears = nn.ModuleList([nn.Linear(a, b) for a, b in zip(hidden_units[:-1], hidden_units[1:])])
        self.activation_layers = nn.ModuleList([Dice(b) for b in hidden_units[1:]])

    def forward(self, inputs):
        deep_input = inputs
        for linear, activation in zip(self.linears, self.activation_layers):
            deep_input = activation(linear(deep_input))
        return deep_input


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 3)
        self.dnn = DNN()
        self.dnn_linear = nn.Linear(5, 1, bias=False)

    def forward(self, x):
        return torch.sigmoid(self.dnn_linear(self.dnn(self.embedding(x).flatten(1))))
