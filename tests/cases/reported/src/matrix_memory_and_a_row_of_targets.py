"""A matrix memory is read with a query of another width, and its prediction compared with a single row behind that

Source: https://github.com/andrewgcodes/xlstm/issues/4
Adapted: the report's target of shape (1, 1) against ten predictions; the query's width is added
Inputs: 10x4; 1x1
Loss: output
Raises: forward: Expected size for first two dimensions of batch2 tensor to be: [10, 5] but got: [10, 6].
Codes: SHP701
Line: h = torch.bmm(memory, q.unsqueeze(2)).squeeze(2)
Line: self.Wq = nn.Linear(input_size, hidden_size + 1)
Op: aten::bmm
Module: mlstm
Fix: nn.Linear(input_size, hidden_size + 1) => nn.Linear(input_size, hidden_size)
Fix: F.mse_loss(y_pred, y_true) => F.mse_loss(y_pred[0], y_true[0])
Later: SHP707 SHP713 | aten::mse_loss | . | loss = F.mse_loss(y_pred, y_true) | spoils wrong

Ten predictions learn one number.
"""

import torch
import torch.nn.functional as F
from torch import nn


class mLSTM(nn.Module):
    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.Wq = nn.Linear(input_size, hidden_size + 1)
        self.Wk = nn.Linear(input_size, hidden_size)
        self.Wv = nn.Linear(input_size, hidden_size)
        self.Wo = nn.Linear(input_size, hidden_size)

    def forward(self, x):
        q, k, v = self.Wq(x), self.Wk(x), self.Wv(x)
        memory = torch.bmm(v.unsqueeze(2), k.unsqueeze(1))
        h = torch.bmm(memory, q.unsqueeze(2)).squeeze(2)
        return torch.sigmoid(self.Wo(x)) * h


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mlstm = mLSTM(4, 5)
        self.fc = nn.Linear(5, 1)

    def forward(self, series, y_true):
        y_pred = self.fc(self.mlstm(series))
        loss = F.mse_loss(y_pred, y_true)
        return loss
