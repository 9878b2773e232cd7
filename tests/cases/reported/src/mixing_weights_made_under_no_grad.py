"""The mixing weights of a recurrent block are made under no_grad, and are parameters

Source: https://github.com/BlinkDL/RWKV-LM/pull/213
Adapted: the channel mix and a head, few channels
Export: trace 2x5x8
Inputs: 2x5x8

What is computed under no_grad is a number to begin with; a parameter that is made of it wants a gradient.
"""

import torch
from torch import nn


class MishGLU(nn.Module):
    def __init__(self, n_embd: int, layer_id: int, n_layer: int):
        super().__init__()
        self.time_shift = nn.ZeroPad2d((0, 0, 1, -1))
        with torch.no_grad():
            ratio_1_to_almost0 = 1.0 - (layer_id / n_layer)
            x = torch.ones(1, 1, n_embd)
            for i in range(n_embd):
                x[0, 0, i] = i / n_embd
            self.time_mix_k = nn.Parameter(torch.pow(x, ratio_1_to_almost0))
            self.time_mix_r = nn.Parameter(torch.pow(x, ratio_1_to_almost0))
        self.aa = nn.Linear(n_embd, 12, bias=False)
        self.bb = nn.Linear(n_embd, 12, bias=False)
        self.value = nn.Linear(12, n_embd, bias=False)

    def forward(self, x):
        xx = self.time_shift(x)
        xa = x * self.time_mix_k + xx * (1 - self.time_mix_k)
        xb = x * self.time_mix_r + xx * (1 - self.time_mix_r)
        return self.value(self.aa(xa) * nn.functional.mish(self.bb(xb)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1 = nn.LayerNorm(8)
        self.ffn = nn.Sequential(MishGLU(8, 0, 2))
        self.ln2 = nn.LayerNorm(8)
        self.head = nn.Linear(8, 6, bias=False)

    def forward(self, x):
        x = x + self.ffn(self.ln1(x))
        return self.head(self.ln2(x))
