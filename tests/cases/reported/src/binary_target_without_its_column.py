"""A binary target of shape (N,) for scores of shape (N, 1)

Source: https://github.com/pytorch/pytorch/issues/25663
Adapted: the loss is named in the request
Inputs: 8x5
Loss: binary_cross_entropy_with_logits 8
Raises: loss: Target size (torch.Size([8])) must be the same as input size (torch.Size([8, 1]))
Codes: SHP713
Op: aten::binary_cross_entropy_with_logits

Unlike mse_loss it does not stretch them.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 1))

    def forward(self, x):
        return self.body(x)
