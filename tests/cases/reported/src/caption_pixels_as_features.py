"""A caption model views the map of an image as pixels, and gets features for pixels

Source: https://github.com/fawazsammani/knowing-when-to-look-adaptive-attention/issues/6
Adapted: a small convolutional encoder, one attention
Inputs: 2x3x16x16; 2x5:int64[0,20)
Spoils: wrong
Codes: SHP719
Line: enc_image = encoded_image.view(batch_size, num_pixels, features)
Op: aten::view
Module: encoder
Twin: healthy
Benign: encoder.resnet.0.bias decoder.att_v.bias
Fix: encoded_image.view(batch_size, num_pixels, features) => encoded_image.permute(0, 2, 3, 1).reshape(batch_size, num_pixels, features)

A "pixel" is a run of neighbours in one channel, where it should be all channels in one place.
"""

import torch
from torch import nn


class AttentiveCNN(nn.Module):
    def __init__(self, features: int, hidden: int):
        super().__init__()
        self.resnet = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, features, 3, stride=2, padding=1),
            nn.ReLU(),
        )
        self.affine_a = nn.Linear(features, hidden)
        self.affine_b = nn.Linear(features, hidden)

    def forward(self, images):
        encoded_image = self.resnet(images)
        batch_size, features = encoded_image.shape[0], encoded_image.shape[1]
        num_pixels = encoded_image.shape[2] * encoded_image.shape[3]
        global_features = self.affine_b(encoded_image.mean(dim=[2, 3]))
        enc_image = encoded_image.view(batch_size, num_pixels, features)
        return torch.relu(self.affine_a(enc_image)), torch.relu(global_features)


class Decoder(nn.Module):
    def __init__(self, vocab: int, embed: int, hidden: int):
        super().__init__()
        self.embedding = nn.Embedding(vocab, embed)
        self.lstm = nn.LSTMCell(embed + hidden, hidden)
        self.att_image = nn.Linear(hidden, hidden)
        self.att_hidden = nn.Linear(hidden, hidden, bias=False)
        self.att_v = nn.Linear(hidden, 1)
        self.fc = nn.Linear(hidden * 2, vocab)

    def forward(self, pixels, global_features, captions):
        h = torch.zeros_like(global_features)
        c = torch.zeros_like(global_features)
        scores = []
        for t in range(captions.size(1)):
            word = self.embedding(captions[:, t])
            h, c = self.lstm(torch.cat([word, global_features], dim=1), (h, c))
            mixed = torch.tanh(self.att_image(pixels) + self.att_hidden(h).unsqueeze(1))
            alpha = torch.softmax(self.att_v(mixed).squeeze(2), dim=1)
            context = (alpha.unsqueeze(2) * pixels).sum(dim=1)
            scores.append(self.fc(torch.cat([context, h], dim=1)))
        return torch.stack(scores, dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = AttentiveCNN(12, 10)
        self.decoder = Decoder(20, 6, 10)

    def forward(self, images, captions):
        pixels, global_features = self.encoder(images)
        return self.decoder(pixels, global_features, captions)
