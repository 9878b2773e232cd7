"""A slot decoder steps through a sentence with one LSTM call each, and the call takes the samples for time

Source: https://github.com/ray075hl/Bi-Model-Intent-And-Slot/pull/2
Adapted: one encoder, one decoder, the state not carried
Inputs: 4x3:int64[0,18)
Spoils: wrong
Codes: SHP716 SHP711
Line: out, _ = self.lstm(torch.cat([step.unsqueeze(1), context], dim=2))
Line: self.lstm = nn.LSTM(2 * width, width)
Op: aten::lstm
Module: slot_dec.lstm
Twin: healthy
Fix: nn.LSTM(2 * width, width) => nn.LSTM(2 * width, width, batch_first=True)
Benign: slot_dec.lstm.weight_hh_l0

(batch, 1, width) is read as one sample of as many steps as there are samples.
"""

import torch
from torch import nn


class Decoder(nn.Module):
    def __init__(self, width: int, slots: int):
        super().__init__()
        self.lstm = nn.LSTM(2 * width, width)
        self.fc = nn.Linear(width, slots)

    def forward(self, hidden):
        steps = hidden.transpose(0, 1)
        context = hidden.mean(dim=1, keepdim=True)
        outputs = []
        for step in steps:
            out, _ = self.lstm(torch.cat([step.unsqueeze(1), context], dim=2))
            outputs.append(self.fc(out))
        return torch.cat(outputs, dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(18, 5)
        self.slot_enc = nn.LSTM(5, 6, batch_first=True)
        self.slot_dec = Decoder(6, 4)

    def forward(self, x):
        hidden, _ = self.slot_enc(self.embedding(x))
        return torch.log_softmax(self.slot_dec(hidden), dim=-1)
