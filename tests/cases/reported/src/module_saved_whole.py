"""A module is saved with torch.save, and sent as it is

Source: https://github.com/pytorch/pytorch/issues/38639
Adapted: the report's list of layers; the fault here is the file
Export: pickle
Inputs: 2x3
Raises: load: PytorchStreamReader failed locating file constants.pkl
Codes: FMT903

A pickled module needs the code of its class; a program in TorchScript brings its own.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)

    def forward(self, x):
        return self.fc(x)
