"""Facial keypoints are flattened together with the batch before the loss

Source: https://github.com/udacity/P1_Facial_Keypoints/issues/2
Adapted: ten keypoints, a smaller network
Inputs: 4x1x24x24; 4x10x2
Loss: output
Raises: forward: The size of tensor a (20) must match the size of tensor b (80) at non-singleton dimension 1
Codes: SHP718 SHP713
Line: key_pts = key_pts.view(1, -1)
Line: return F.smooth_l1_loss(output_pts, key_pts)
Op: aten::view aten::smooth_l1_loss
Fix: key_pts.view(1, -1) => key_pts.view(key_pts.size(0), -1)

(4, 10, 2) becomes one row of 80, and the network gives four of 20.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(8, 16, 3)
        self.fc1 = nn.Linear(16 * 4 * 4, 32)
        self.fc1_drop = nn.Dropout(p=0.2)
        self.fc2 = nn.Linear(32, 20)

    def predict(self, x):
        x = self.pool(F.elu(self.conv1(x)))
        x = self.pool(F.elu(self.conv2(x)))
        x = x.view(x.size(0), -1)
        x = self.fc1_drop(F.elu(self.fc1(x)))
        return self.fc2(x)

    def forward(self, images, key_pts):
        key_pts = key_pts.view(1, -1)
        output_pts = self.predict(images)
        return F.smooth_l1_loss(output_pts, key_pts)
