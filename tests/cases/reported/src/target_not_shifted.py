"""A language model is trained on the next token, and the target still begins with the first

Source: https://whosebug.com/question/5475352/Pytorch-NLP-sequence-length-of-target-in-Transformer
Adapted: the line that cuts the target is the one that is left out; a recurrent decoder
Inputs: 3x9:int64[0,20)
Loss: output
Raises: forward: Expected input batch_size (24) to match target batch_size (27)
Codes: SHP713
Line: return F.cross_entropy(logits.reshape(-1, 20), ids.reshape(-1))
Op: aten::cross_entropy_loss
Twin: healthy
Fix: ids.reshape(-1)) => ids[:, 1:].reshape(-1))

What goes in is cut at its end, so that what is to come out has to be cut at its beginning.
"""

import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.rnn = nn.LSTM(8, 16, batch_first=True)
        self.head = nn.Linear(16, 20)

    def forward(self, ids):
        h, _ = self.rnn(self.embed(ids[:, :-1]))
        logits = self.head(h)
        return F.cross_entropy(logits.reshape(-1, 20), ids.reshape(-1))
