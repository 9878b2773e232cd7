"""Moving centroids of two domains are kept as they are, and not without their history

Source: https://github.com/EasonApolo/mstn/issues/4
Adapted: without the detach that the report asks about; three classes
Inputs: 6x5; 6:int64[0,3); 6x5
Loss: output
Raises: backward 2: backward through the graph a second time
Codes: BWD403
Line: self.centroids = centroids
Line: centroids = (1 - self.decay) * self.centroids + self.decay * current
Op: prim::SetAttr
Module: .
Twin: healthy
Fix: self.centroids = centroids => self.centroids = centroids.detach()

The second batch mixes its centroids with those of the first, whose graph is gone.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, classes: int = 3):
        super().__init__()
        self.decay = 0.3
        self.classes = classes
        self.features = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 4))
        self.classifier = nn.Linear(4, classes)
        self.register_buffer("centroids", torch.zeros(2, classes, 4))

    def class_means(self, features, labels):
        chosen = F.one_hot(labels, self.classes).to(features.dtype)
        return chosen.t() @ features / chosen.sum(0).clamp(min=1.0).unsqueeze(1)

    def semantic_loss(self, s_feature, s_labels, t_feature, t_labels):
        current = torch.stack([self.class_means(s_feature, s_labels), self.class_means(t_feature, t_labels)])
        centroids = (1 - self.decay) * self.centroids + self.decay * current
        self.centroids = centroids
        return F.mse_loss(centroids[0], centroids[1])

    def forward(self, source, labels, target):
        s_feature, t_feature = self.features(source), self.features(target)
        guessed = self.classifier(t_feature).argmax(dim=1)
        loss = F.cross_entropy(self.classifier(s_feature), labels)
        return loss + self.semantic_loss(s_feature, labels, t_feature, guessed)
