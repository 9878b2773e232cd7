"""What a vision tower saw is scattered into the rows of a trainable prompt

Source: https://github.com/OpenBMB/MiniCPM-V/issues/730
Adapted: the embeddings are a learnt prompt, a single image of two tokens
Inputs: 2x12; 2:int64[0,5)
Raises: forward: a view of a leaf Variable that requires grad is being used in an in-place operation
Codes: IPL302
Line: cur_vllm_emb.scatter_(0, image_indices.view(-1, 1).repeat(1, cur_vllm_emb.size(-1)), vision_hidden_states)
Line: cur_vllm_emb = self.prompt[0]
Op: aten::scatter_
Module: .
Fix: cur_vllm_emb.scatter_(0, => cur_vllm_emb = cur_vllm_emb.scatter(0,

A row of a parameter is a view of a leaf.
"""

import torch
from torch import nn


class Resampler(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(12, 8)
        self.ln = nn.LayerNorm(8)

    def forward(self, pixels):
        return self.ln(self.proj(pixels))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.prompt = nn.Parameter(torch.randn(1, 6, 8) * 0.02)
        self.resampler = Resampler()
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        self.lm_head = nn.Linear(8, 5)
        self.register_buffer("image_bound", torch.tensor([1, 3]))

    def forward(self, pixel_values, labels):
        vision_hidden_states = self.resampler(pixel_values)
        cur_vllm_emb = self.prompt[0]
        image_indices = torch.arange(int(self.image_bound[0]), int(self.image_bound[1]))
        cur_vllm_emb.scatter_(0, image_indices.view(-1, 1).repeat(1, cur_vllm_emb.size(-1)), vision_hidden_states)
        hidden = self.layer(cur_vllm_emb.unsqueeze(0))
        logits = self.lm_head(hidden)[0, -2:]
        return nn.functional.cross_entropy(logits, labels)
