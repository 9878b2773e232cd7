"""Language model: logits (T, N, C) and targets (N, T) flattened in different orders

Source: https://github.com/pytorch/examples
Adapted: a small network of the same kind
Inputs: 3x7:int64[0,15); 3x7:int64[0,15)
Loss: output
Spoils: wrong
Codes: SHP716
Line: return F.cross_entropy(decoded.view(-1, self.vocab), targets.view(-1))
Line: decoded = self.decoder(output)
Op: aten::cross_entropy_loss
Twin: healthy
Fix: decoded.view(-1 => decoded.transpose(0, 1).reshape(-1

The logits run through all sentences of a step, the targets through all steps of a sentence.
"""

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.vocab = 15
        self.encoder = nn.Embedding(15, 6)
        self.rnn = nn.LSTM(6, 10)
        self.decoder = nn.Linear(10, 15)

    def forward(self, data, targets):
        emb = self.encoder(data).transpose(0, 1)
        output, state = self.rnn(emb)
        decoded = self.decoder(output)
        return F.cross_entropy(decoded.view(-1, self.vocab), targets.view(-1))
