"""Attention scores in half precision that leave its range

Source: https://github.com/huggingface/transformers/pull/17437
Adapted: the query is scaled after the product; hidden states of a hundred
Inputs: [{"shape": [2, 4, 32], "dtype": "float16", "fill": "uniform"}]
Loss: output
Spoils: nan *
Codes: NUM601
Line: attn_weights = torch.matmul(query_states, key_states.transpose(1, 2)) * self.scaling
Op: aten::matmul
Module: self_attn
Fix: torch.matmul(query_states, key_states.transpose(1, 2)) * self.scaling => torch.matmul(query_states * self.scaling, key_states.transpose(1, 2))

Half precision ends at 65504; the softmax of a row of infinities is not a number.
"""

import torch
from torch import nn
from torch.nn import functional as F


class OPTAttention(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.scaling = 1e-3
        self.q_proj = nn.Linear(dim, dim, bias=False)
        self.k_proj = nn.Linear(dim, dim, bias=False)
        self.v_proj = nn.Linear(dim, dim, bias=False)

    def forward(self, hidden_states):
        query_states = self.q_proj(hidden_states)
        key_states = self.k_proj(hidden_states)
        attn_weights = torch.matmul(query_states, key_states.transpose(1, 2)) * self.scaling
        attn_probs = F.softmax(attn_weights, dim=-1)
        return torch.matmul(attn_probs, self.v_proj(hidden_states))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(32, 32, bias=False)
        self.self_attn = OPTAttention(32)
        self.lm_head = nn.Linear(32, 2, bias=False)
        nn.init.eye_(self.embed.weight)
        nn.init.constant_(self.self_attn.q_proj.weight, 0.2)
        nn.init.constant_(self.self_attn.k_proj.weight, 0.2)
        self.half()

    def forward(self, hidden):
        h = self.embed(hidden * 30.0)
        return self.lm_head(self.self_attn(h) / 30.0).float().pow(2).mean()
