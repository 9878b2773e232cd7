"""Speech recognition is regularised by the gradient of its alignment loss, which cannot be differentiated again

Source: https://github.com/pytorch/pytorch/issues/70108
Adapted: the penalty is on the features of one small network
Inputs: 2x8x5; 2x3:int64[1,5)
Loss: output
Raises: backward: derivative for aten::_ctc_loss_backward is not implemented
Codes: BWD404
Line: loss = F.ctc_loss(log_probs, transcript, input_lengths, target_lengths)
Line: gradient = torch.autograd.grad([loss], [h], create_graph=True)[0]
Op: aten::ctc_loss aten::grad
Module: .

The loss has a derivative, and its derivative has none.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(5, 10, 3, padding=1)
        self.rnn = nn.GRU(10, 8, batch_first=True)
        self.labels = nn.Linear(8, 5)

    def forward(self, audio, transcript):
        h = torch.tanh(self.conv(audio.transpose(1, 2))).transpose(1, 2)
        out, _ = self.rnn(h)
        log_probs = self.labels(out).log_softmax(dim=-1).transpose(0, 1)
        input_lengths = torch.full([audio.size(0)], log_probs.size(0), dtype=torch.long)
        target_lengths = torch.full([audio.size(0)], transcript.size(1), dtype=torch.long)
        loss = F.ctc_loss(log_probs, transcript, input_lengths, target_lengths)
        gradient = torch.autograd.grad([loss], [h], create_graph=True)[0]
        if gradient is not None:
            loss = loss + 0.1 * gradient.pow(2).sum()
        return loss
