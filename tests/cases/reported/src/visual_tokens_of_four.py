"""Visual tokens are joined by fours through views, permutations and views again

Source: https://github.com/OpenGVLab/InternVL/issues/962
Adapted: a map of four by four tokens
Export: trace 2x16x6
Inputs: 3x16x6

The permutations stand between the views: the four tokens of a square become one.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.vision = nn.Sequential(nn.LayerNorm(6), nn.Linear(6, 6), nn.GELU())
        self.mlp1 = nn.Sequential(nn.LayerNorm(24), nn.Linear(24, 8), nn.GELU(), nn.Linear(8, 8))

    def pixel_shuffle(self, x):
        n, w, h, c = x.size()
        x = x.view(n, w, h // 2, c * 2)
        x = x.permute(0, 2, 1, 3).contiguous()
        x = x.view(n, h // 2, w // 2, c * 4)
        return x.permute(0, 2, 1, 3).contiguous()

    def forward(self, patches):
        vit_embeds = self.vision(patches)
        vit_embeds = vit_embeds.reshape(vit_embeds.shape[0], 4, 4, -1)
        vit_embeds = self.pixel_shuffle(vit_embeds)
        vit_embeds = vit_embeds.reshape(vit_embeds.shape[0], -1, vit_embeds.shape[-1])
        return self.mlp1(vit_embeds)
