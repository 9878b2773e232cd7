"""Features of letters are viewed as thirty to a word, whatever the number of filters is

Source: https://github.com/ZhixiuYe/HSCRF-pytorch/issues/3
Adapted: twenty filters, three sentences of six words of seven letters
Inputs: 6x3:int64[0,50); 18x7:int64[0,26); 6x3:int64[0,5)
Loss: output
Raises: forward: Sizes of tensors must match except in dimension 2. Expected size 6 but got size 4
Codes: SHP718 SHP704 SHP705
Line: d_char_out = pooled.view(-1, self.batch_size, 30)
Line: word_emb = torch.cat([word_emb, d_char_out], dim=2)
Op: aten::view aten::cat
Module: word_rep
Fix: pooled.view(-1, self.batch_size, 30) => pooled.view(word_seq.size(0), word_seq.size(1), -1)

Eighteen words of twenty numbers are 4 x 3 x 30 as well as 6 x 3 x 20, and the -1 hides it.
"""

import torch
from torch import nn
from torch.nn import functional as F


class WordRep(nn.Module):
    def __init__(self, char_size: int, word_size: int, char_embedding_dim: int, cnn_filter_num: int, batch_size: int):
        super().__init__()
        self.batch_size = batch_size
        self.char_embeds = nn.Embedding(char_size, char_embedding_dim)
        self.word_embeds = nn.Embedding(word_size, 10)
        self.cnn = nn.Conv2d(1, cnn_filter_num, (3, char_embedding_dim), padding=(2, 0))

    def forward(self, word_seq, char_seq):
        word_emb = self.word_embeds(word_seq)
        char_emb = self.char_embeds(char_seq).unsqueeze(1)
        conv = self.cnn(char_emb).squeeze(3)
        pooled = F.max_pool1d(conv, conv.size(2)).squeeze(2)
        d_char_out = pooled.view(-1, self.batch_size, 30)
        word_emb = torch.cat([word_emb, d_char_out], dim=2)
        return word_emb


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.word_rep = WordRep(26, 50, 8, 20, 3)
        self.lstm = nn.LSTM(30, 12, bidirectional=True)
        self.tags = nn.Linear(24, 5)

    def forward(self, word_seq, char_seq, tags):
        feats, _ = self.lstm(self.word_rep(word_seq, char_seq))
        return F.cross_entropy(self.tags(feats).flatten(0, 1), tags.flatten())
