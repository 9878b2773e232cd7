"""torch's own decoder layer, traced

Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerDecoderLayer.html
Export: trace 2x4x8; 2x5x8
Inputs: 2x4x8; 2x5x8
Benign: layer.self_attn.in_proj_bias layer.multihead_attn.in_proj_bias

Library code with its own views, transposes and baked sizes that fit.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.TransformerDecoderLayer(8, 2, 8, dropout=0.0, batch_first=True)

    def forward(self, x, memory):
        return self.layer(x, memory)
