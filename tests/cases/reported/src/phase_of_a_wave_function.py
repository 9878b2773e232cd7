"""The ratio of two complex wave functions is taken by logarithms, and the optimising executor forgets to conjugate

Source: https://github.com/pytorch/pytorch/issues/140101
Adapted: amplitude and phase from two networks
Inputs: [{"shape": [6, 4]}, {"shape": [6, 3], "fill": "uniform"}, {"shape": [6, 3]}]
Loss: output
Spoils: wrong imaginary.* embed.* from call 2
Codes: FMT901
Line: log_ratio = torch.log(psi) - torch.log(target)
Op: aten::log
Fix: log_ratio = torch.log(psi) - => log_ratio = torch.complex(torch.log(psi.real.pow(2) + psi.imag.pow(2)) / 2, psi.imag) -

The gradient of the imaginary part is right in the first call, and has the wrong sign from the second on.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(4, 8)
        self.real = nn.Linear(8, 3)
        self.imaginary = nn.Linear(8, 3)

    def forward(self, spins, amplitude, phase):
        h = torch.tanh(self.embed(spins))
        psi = torch.complex(self.real(h), self.imaginary(h))
        target = torch.polar(amplitude + 0.1, phase)
        log_ratio = torch.log(psi) - torch.log(target)
        return log_ratio.real.pow(2).mean()
