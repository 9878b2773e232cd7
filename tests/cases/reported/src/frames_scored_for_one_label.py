"""Sign language is recognised frame by frame, and the label is of the whole clip

Source: https://github.com/dxli94/WLASL/issues/18
Adapted: five glosses; a clip of six frames
Inputs: 2x3x6x8x8; 2x5
Loss: output
Raises: forward: must be the same as input size
Codes: SHP713
Line: loc_loss = F.binary_cross_entropy_with_logits(per_frame_logits, labels)
Op: prim::RaiseException aten::binary_cross_entropy_with_logits
Fix: (per_frame_logits, labels) => (per_frame_logits, labels.unsqueeze(2).expand(-1, -1, 6))

(N, classes, frames) against (N, classes).
"""

import torch
import torch.nn.functional as F
from torch import nn


class InceptionI3d(nn.Module):
    def __init__(self, classes: int):
        super().__init__()
        self.conv = nn.Conv3d(3, 6, (3, 3, 3), padding=(1, 0, 0))
        self.avg_pool = nn.AvgPool3d((1, 6, 6))
        self.logits = nn.Conv3d(6, classes, 1)

    def forward(self, x):
        x = self.avg_pool(torch.relu(self.conv(x)))
        return self.logits(x).squeeze(3).squeeze(3)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.i3d = InceptionI3d(5)

    def forward(self, clips, labels):
        per_frame_logits = self.i3d(clips)
        labels = torch.sigmoid(labels)
        loc_loss = F.binary_cross_entropy_with_logits(per_frame_logits, labels)
        cls_loss = F.binary_cross_entropy_with_logits(per_frame_logits.max(dim=2)[0], labels)
        return 0.5 * loc_loss + 0.5 * cls_loss
