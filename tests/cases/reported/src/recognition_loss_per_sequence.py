"""A text recogniser returns the loss of every word

Source: https://github.com/mindee/doctr/pull/379
Adapted: an attention-free decoder over six characters
Inputs: 3x4x5; 3x4:int64[0,6); 3:int64[1,4)
Loss: output
Raises: backward: grad can be implicitly created only for scalar outputs
Codes: BWD402
Line: return ce_loss.unsqueeze(1)
Line: return self.compute_loss(logits, gt, seq_len)
Op: aten::unsqueeze
Module: .
Fix: return ce_loss.unsqueeze(1) => return ce_loss.mean()

Averaged over the letters of a word, and not over the words.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.feat_extractor = nn.Linear(5, 8)
        self.decoder = nn.GRU(8, 8, batch_first=True)
        self.linear = nn.Linear(8, 6)

    def compute_loss(self, model_output, gt, seq_len):
        input_len = model_output.shape[1]
        cce = F.cross_entropy(model_output.permute(0, 2, 1), gt, reduction="none")
        mask_2d = torch.arange(input_len)[None, :] >= seq_len[:, None]
        cce = cce.masked_fill(mask_2d, 0.0)
        ce_loss = cce.sum(1) / seq_len.to(dtype=torch.float32)
        return ce_loss.unsqueeze(1)

    def forward(self, features, gt, seq_len):
        decoded, _ = self.decoder(torch.tanh(self.feat_extractor(features)))
        logits = self.linear(decoded)
        return self.compute_loss(logits, gt, seq_len)
