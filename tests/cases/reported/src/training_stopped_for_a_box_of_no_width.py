"""A training step that stops when its loss is not finite, as a box in it has no width

Source: https://github.com/pytorch/vision/issues/2144
Adapted: the check of the reference script stands in the forward; one box of zeros for an image without objects
Inputs: [{"shape": [3, 6]}, {"shape": [3, 4], "fill": "zeros"}]
Loss: output
Raises: forward: Loss is not finite, stopping training
Codes: NUM601
Line: dw = torch.log(gt_widths / ex_widths)
Op: aten::log
Module: .
Fix: gt_widths = boxes[:, 2] - boxes[:, 0] => gt_widths = (boxes[:, 2] - boxes[:, 0]).clamp(min=1.0)
Fix: gt_heights = boxes[:, 3] - boxes[:, 1] => gt_heights = (boxes[:, 3] - boxes[:, 1]).clamp(min=1.0)
Later: NUM601 | aten::log | . | dh = torch.log(gt_heights / ex_heights) | raises forward: Loss is not finite, stopping training

The logarithm of no width is minus infinity.
"""

import torch
from torch import nn
from torch.nn import functional as F


def encode_boxes(boxes: torch.Tensor, proposals: torch.Tensor):
    ex_widths = proposals[:, 2] - proposals[:, 0]
    ex_heights = proposals[:, 3] - proposals[:, 1]
    gt_widths = boxes[:, 2] - boxes[:, 0]
    gt_heights = boxes[:, 3] - boxes[:, 1]
    dw = torch.log(gt_widths / ex_widths)
    dh = torch.log(gt_heights / ex_heights)
    return torch.stack([dw, dh], dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Linear(6, 8)
        self.bbox_pred = nn.Linear(8, 2)
        self.objectness = nn.Linear(8, 1)

    def forward(self, images, boxes):
        features = torch.relu(self.backbone(images))
        proposals = torch.tensor([[0.0, 0.0, 8.0, 8.0]]).expand(images.size(0), 4)
        regression = F.smooth_l1_loss(self.bbox_pred(features), encode_boxes(boxes, proposals))
        objects = (boxes.abs().sum(1, keepdim=True) > 0).float()
        losses = regression + F.binary_cross_entropy_with_logits(self.objectness(features), objects)
        if not bool(torch.isfinite(losses)):
            raise ValueError("Loss is not finite, stopping training")
        return losses
