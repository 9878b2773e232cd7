"""A normalisation that scales the channels of an image in place, one view after the other

Source: https://github.com/paarthneekhara/AdversarialDeepFakes/issues/23
Adapted: a learned perturbation is added before, as in the attack; scripted, with unbind written out
Inputs: 3x6x6
Raises: forward: is a view and is being modified inplace
Codes: IPL303
Line: channel.sub_(0.5).div_(0.25)
Op: aten::sub_
Fix: channel.sub_(0.5).div_(0.25) => channel = channel.sub(0.5).div(0.25)

unbind gives several views of one tensor, and none of them may be written while gradients are recorded.
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.noise = nn.Parameter(torch.randn(3, 6, 6) * 0.01)
        self.conv = nn.Conv2d(3, 2, 3)

    def forward(self, image):
        seen = image + self.noise
        channels = []
        for channel in seen.unbind(0):
            channel.sub_(0.5).div_(0.25)
            channels.append(channel)
        return self.conv(torch.stack(channels).unsqueeze(0))
