"""What the axes of tensors are made of: batch, channels, positions, through views, products and layers."""
