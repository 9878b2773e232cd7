"""Log probabilities are gathered with labels that were not cut where the logits were

Source: https://github.com/unslothai/unsloth/issues/2558
Adapted: a recurrent policy, the reward of each sample as an input
Inputs: 2x7:int64[0,13); 2
Loss: output
Raises: forward: Size does not match at dimension 1 expected index [2, 7, 1] to be no larger than self [2, 6, 13] apart from dimension 2
Codes: SHP717 SHP710 SHP713
Line: return torch.gather(logits.log_softmax(-1), dim=2, index=labels.unsqueeze(2)).squeeze(2)
Line: logps = selective_log_softmax(logits, ids)
Op: aten::gather
Fix: selective_log_softmax(logits, ids) => selective_log_softmax(logits, ids[:, 1:])

The last logit has been dropped, the first label has not.
"""

import torch
from torch import nn


def selective_log_softmax(logits, labels):
    return torch.gather(logits.log_softmax(-1), dim=2, index=labels.unsqueeze(2)).squeeze(2)


class Policy(nn.Module):
    def __init__(self, vocab: int, dim: int):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.rnn = nn.GRU(dim, dim, batch_first=True)
        self.lm_head = nn.Linear(dim, vocab)

    def forward(self, ids):
        hidden, _ = self.rnn(self.embed(ids))
        return self.lm_head(hidden)[:, :-1]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.policy = Policy(13, 6)

    def forward(self, ids, advantages):
        logits = self.policy(ids)
        logps = selective_log_softmax(logits, ids)
        return -(logps.mean(dim=1) * advantages).mean()
