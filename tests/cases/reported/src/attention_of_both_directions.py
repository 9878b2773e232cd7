"""Attention of a decoder over an encoder that has become bidirectional

Source: https://github.com/IBM/pytorch-seq2seq/issues/118
Adapted: small, and the decoder starts from the sum of the two directions
Inputs: 3x7:int64[0,20); 3x5:int64[0,20)
Loss: mean
Raises: forward: Expected size for first two dimensions of batch2 tensor to be: [3, 8] but got: [3, 16]
Codes: SHP701
Line: attn = torch.bmm(output, context.transpose(1, 2))
Line: encoder_outputs, hidden = self.encoder(self.src_embedding(src))
Line: self.encoder = nn.GRU(6, 8, batch_first=True, bidirectional=True)
Op: aten::bmm aten::gru
Module: attention encoder .
Fix: return self.out(self.attention(output, encoder_outputs)) => return self.out(self.attention(output, encoder_outputs[:, :, :8] + encoder_outputs[:, :, 8:]))

The outputs of the encoder are 2 x 8 wide, those of the decoder 8, and linear_out counts on 8 for both.
"""

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.linear_out = nn.Linear(dim * 2, dim)

    def forward(self, output, context):
        attn = torch.bmm(output, context.transpose(1, 2))
        attn = torch.softmax(attn, dim=-1)
        mix = torch.bmm(attn, context)
        combined = torch.cat((mix, output), dim=2)
        return torch.tanh(self.linear_out(combined))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.src_embedding = nn.Embedding(20, 6)
        self.tgt_embedding = nn.Embedding(20, 6)
        self.encoder = nn.GRU(6, 8, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(6, 8, batch_first=True)
        self.attention = Attention(8)
        self.out = nn.Linear(8, 20)

    def forward(self, src, tgt):
        encoder_outputs, hidden = self.encoder(self.src_embedding(src))
        decoder_hidden = hidden[0:1] + hidden[1:2]
        output, decoder_hidden = self.decoder(self.tgt_embedding(tgt), decoder_hidden)
        return self.out(self.attention(output, encoder_outputs))
