"""The decoder of a detection transformer starts from the best places of its memory, let go, and attends to all of it

Source: https://github.com/Peterande/D-FINE/issues/121
Adapted: one layer, the losses of both heads outside
Inputs: 2x9x16
Op: aten::detach

The queries are meant to be let go: the memory learns through the attention and through the encoder's own heads.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
        self.enc_output = nn.Sequential(nn.Linear(16, 16), nn.LayerNorm(16))
        self.enc_score_head = nn.Linear(16, 3)
        self.enc_bbox_head = nn.Linear(16, 4)
        self.query_pos_head = nn.Linear(4, 16)
        self.cross_attn = nn.MultiheadAttention(16, 2, batch_first=True)
        self.norm = nn.LayerNorm(16)
        self.dec_score_head = nn.Linear(16, 3)
        self.dec_bbox_head = nn.Linear(16, 4)

    def forward(self, feats):
        output_memory = self.enc_output(self.encoder(feats))
        enc_logits = self.enc_score_head(output_memory)
        _, topk_ind = torch.topk(enc_logits.max(-1)[0], 4, dim=1)
        enc_topk_memory = output_memory.gather(1, topk_ind.unsqueeze(-1).expand(-1, -1, 16))
        enc_topk_logits = enc_logits.gather(1, topk_ind.unsqueeze(-1).expand(-1, -1, 3))
        enc_topk_bbox_unact = self.enc_bbox_head(enc_topk_memory)
        content = enc_topk_memory.detach()
        ref_points = torch.sigmoid(enc_topk_bbox_unact.detach())
        query = content + self.query_pos_head(ref_points)
        hidden = self.norm(content + self.cross_attn(query, output_memory, output_memory)[0])
        boxes = torch.sigmoid(self.dec_bbox_head(F.relu(hidden)) + enc_topk_bbox_unact.detach())
        return self.dec_score_head(hidden), boxes, enc_topk_logits, torch.sigmoid(enc_topk_bbox_unact)
