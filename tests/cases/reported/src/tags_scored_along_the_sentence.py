"""Tags are scored last, and the loss takes the words for the tags; there are as many of both

Source: https://github.com/pytorch/pytorch/issues/27626
Adapted: six tags, six words, an LSTM tagger
Inputs: 4x6:int64[0,25); 4x6:int64[0,6)
Loss: output
Spoils: wrong
Codes: SHP713 SHP716
Line: return self.criterion(tag_scores, tags)
Line: tag_scores = self.tagger(words)
Op: aten::cross_entropy_loss
Module: . criterion
Twin: healthy
Fix: self.criterion(tag_scores, tags) => self.criterion(tag_scores.transpose(1, 2), tags)

It normalises over the words of the sentence.
"""

from torch import nn


class LSTMTagger(nn.Module):
    def __init__(self, vocab: int, tagset: int):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocab, 7)
        self.lstm = nn.LSTM(7, 5, bidirectional=True, batch_first=True)
        self.hidden2tag = nn.Linear(10, tagset)

    def forward(self, sentence):
        lstm_out, _ = self.lstm(self.word_embeddings(sentence))
        return self.hidden2tag(lstm_out)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.tagger = LSTMTagger(25, 6)
        self.criterion = nn.CrossEntropyLoss()

    def forward(self, words, tags):
        tag_scores = self.tagger(words)
        return self.criterion(tag_scores, tags)
