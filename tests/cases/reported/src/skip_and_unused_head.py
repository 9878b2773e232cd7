"""A skip connection of another size, and a head that is never called

Source: https://github.com/bigmb/Unet-Segmentation-Pytorch-Nest-of-Unets/issues/55
Adapted: one level; the unused head is that of https://github.com/tianzhi0549/FCOS/issues/217
Inputs: 2x2x7x7
Raises: forward: Sizes of tensors must match except in dimension 1
Codes: SHP705
Line: joined = torch.cat((e, d), dim=1)
Op: aten::cat
Fix: torch.cat((e, d), dim=1) => torch.cat((e, F.pad(d, (0, 1, 0, 1))), dim=1)
Fix: return self.out(joined) => return self.out(joined).sum() + self.extra(joined).sum()
Later: PAR203 | - | . | - | spoils none extra.*

6x6 beside 7x7; and the second head is read by nobody.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Conv2d(2, 3, 3, padding=1)
        self.mid = nn.Conv2d(3, 3, 3, padding=1)
        self.up = nn.ConvTranspose2d(3, 3, 2, stride=2)
        self.out = nn.Conv2d(6, 2, 1)
        self.extra = nn.Conv2d(6, 2, 1)

    def forward(self, x):
        e = torch.tanh(self.enc(x))
        d = self.up(torch.tanh(self.mid(F.max_pool2d(e, 2))))
        joined = torch.cat((e, d), dim=1)
        return self.out(joined)
