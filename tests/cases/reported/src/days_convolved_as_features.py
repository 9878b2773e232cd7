"""A temporal convolution of stock features is given days where its channels are

Source: https://github.com/microsoft/qlib/issues/1401
Adapted: six days of six features and a label each, so that it does not raise; two levels; the loss inside
Inputs: 4x6x7
Loss: output
Spoils: wrong
Codes: SHP716
Line: feature = data[:, :, 0:-1]
Line: pred = self.tcn_model(feature)
Line: output = self.tcn(x)
Op: aten::slice aten::conv1d aten::pad aten::constant_pad_nd
Module: . tcn_model.tcn.0.conv
Twin: healthy
Fix: feature = data[:, :, 0:-1] => feature = data[:, :, 0:-1].transpose(1, 2)

The label is that of the last day, so axis 1 is time; the convolution slides over the features.
"""

import torch
import torch.nn.functional as F
from torch import nn


class TemporalBlock(nn.Module):
    def __init__(self, n_inputs: int, n_outputs: int, dilation: int):
        super().__init__()
        self.padding = 2 * dilation
        self.conv = nn.Conv1d(n_inputs, n_outputs, 3, dilation=dilation)
        self.downsample = nn.Conv1d(n_inputs, n_outputs, 1)

    def forward(self, x):
        out = torch.relu(self.conv(F.pad(x, [self.padding, 0])))
        return torch.relu(out + self.downsample(x))


class TCNModel(nn.Module):
    def __init__(self, num_input: int, num_channels: list[int]):
        super().__init__()
        widths = [num_input, *num_channels]
        self.tcn = nn.Sequential(*[TemporalBlock(widths[i], widths[i + 1], 2**i) for i in range(len(num_channels))])
        self.linear = nn.Linear(num_channels[-1], 1)

    def forward(self, x):
        output = self.tcn(x)
        return self.linear(output[:, :, -1]).squeeze(-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.d_feat = 6
        self.tcn_model = TCNModel(self.d_feat, [8, 8])

    def forward(self, data):
        feature = data[:, :, 0:-1]
        label = data[:, -1, -1]
        pred = self.tcn_model(feature)
        return F.mse_loss(pred, label)
