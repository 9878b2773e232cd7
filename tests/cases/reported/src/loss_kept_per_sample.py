"""A loss with reduction none is handed to backward

Source: https://github.com/linkedin/Liger-Kernel/pull/435
Adapted: a classifier of tokens
Inputs: 2x3x5; 2x3:int64[0,4)
Loss: output
Raises: backward: grad can be implicitly created only for scalar outputs
Codes: BWD402
Line: return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
Op: aten::cross_entropy_loss
Fix: reduction="none" => reduction="mean"

One value for each token, and no gradient given.
"""

from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.GRU(5, 6, batch_first=True)
        self.head = nn.Linear(6, 4)

    def forward(self, x, labels):
        h, _ = self.body(x)
        logits = self.head(h)
        return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
