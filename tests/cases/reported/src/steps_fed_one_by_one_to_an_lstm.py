"""An LSTM without `batch_first` is fed with one step at a time out of a batch-first window

Source: https://github.com/JulesBelveze/time-series-autoencoder/issues/9
Adapted: four features, six steps, a decoder of two layers
Inputs: 5x6x4
Loss: mean

`weighted_input.unsqueeze(0)` is (1, batch, features), as the layer wants it.
"""

import torch
from torch import nn


class AttnEncoder(nn.Module):
    def __init__(self, input_size: int, hidden_size: int, seq_len: int):
        super().__init__()
        self.hidden_size = hidden_size
        self.lstm = nn.LSTM(input_size, hidden_size)
        self.attn = nn.Linear(2 * hidden_size + seq_len, 1, bias=False)

    def forward(self, input_data):
        bs, seq_len, input_size = input_data.shape
        h_t = torch.zeros(1, bs, self.hidden_size, device=input_data.device)
        c_t = torch.zeros(1, bs, self.hidden_size, device=input_data.device)
        encoded = []
        for t in range(seq_len):
            state = torch.cat([h_t, c_t], dim=2).repeat(input_size, 1, 1).permute(1, 0, 2)
            x = torch.cat([state, input_data.permute(0, 2, 1)], dim=2)
            e_t = self.attn(torch.tanh(x)).view(bs, input_size)
            weighted_input = torch.softmax(e_t, dim=1) * input_data[:, t, :]
            _, (h_t, c_t) = self.lstm(weighted_input.unsqueeze(0), (h_t, c_t))
            encoded.append(h_t[0])
        return torch.stack(encoded, dim=1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = AttnEncoder(4, 8, 6)
        self.decoder = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 4))

    def forward(self, x):
        return self.decoder(self.encoder(x))
