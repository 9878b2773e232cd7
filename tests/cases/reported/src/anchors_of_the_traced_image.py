"""The anchors of a face detector are laid out with numpy, for the image that it was traced with

Source: https://github.com/supernotman/RetinaFace_Pytorch/issues/5
Adapted: one level, two anchors for each place
Export: trace 1x3x16x16
Inputs: 1x3x24x24
Loss: mean
Raises: forward: The size of tensor a (72) must match the size of tensor b (32) at non-singleton dimension 1
Codes: SHP712
Line: image_shape = np.array(image.shape[2:])
Line: return torch.from_numpy(all_anchors.astype(np.float32)).unsqueeze(0)
Line: anchors = self.anchors(img_batch)
Line: pred_ctr = bbox_regressions[:, :, :2] * anchors[:, :, 2:] + anchors[:, :, :2]
Op: aten::mul aten::add prim::Constant
Module: . anchors

A trace keeps the anchors of 16 by 16 pixels as numbers.
"""

import numpy as np
import torch
from torch import nn


class Anchors(nn.Module):
    def __init__(self, stride, sizes):
        super().__init__()
        self.stride = stride
        self.sizes = sizes

    def forward(self, image):
        image_shape = np.array(image.shape[2:])
        rows, columns = image_shape // self.stride
        shift_y, shift_x = np.meshgrid(np.arange(rows) + 0.5, np.arange(columns) + 0.5, indexing="ij")
        centres = np.stack((shift_x.ravel(), shift_y.ravel()), axis=1) * self.stride
        all_anchors = np.concatenate([np.concatenate((centres, np.full_like(centres, s)), axis=1) for s in self.sizes])
        return torch.from_numpy(all_anchors.astype(np.float32)).unsqueeze(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 6, 3, stride=2, padding=1), nn.LeakyReLU(0.1), nn.Conv2d(6, 8, 3, stride=2, padding=1), nn.LeakyReLU(0.1)
        )
        self.bbox_head = nn.Conv2d(8, 2 * 4, 1)
        self.class_head = nn.Conv2d(8, 2 * 2, 1)
        self.anchors = Anchors(4, [8.0, 16.0])

    def forward(self, img_batch):
        feature = self.body(img_batch)
        bbox_regressions = self.bbox_head(feature).permute(0, 2, 3, 1).reshape(img_batch.shape[0], -1, 4)
        classifications = self.class_head(feature).permute(0, 2, 3, 1).reshape(img_batch.shape[0], -1, 2)
        anchors = self.anchors(img_batch)
        pred_ctr = bbox_regressions[:, :, :2] * anchors[:, :, 2:] + anchors[:, :, :2]
        pred_wh = torch.exp(bbox_regressions[:, :, 2:]) * anchors[:, :, 2:]
        return torch.cat((pred_ctr, pred_wh, torch.softmax(classifications, dim=-1)), dim=-1)
