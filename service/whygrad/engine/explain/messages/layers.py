"""Messages of layers: convolutions, pools, normalisation, recurrent layers, attention."""

from __future__ import annotations

from whygrad.engine.explain.messages.message import older, raised

CONVOLUTIONS = (
    *raised("SHP702 SHP716", r"expected input\[[\d, ]+\] to have \d+ channels"),
    *raised(
        "SHP702",
        r"expected weight to be (at least|divisible)",
        r"expected bias to be 1-dimensional with",
        r"(in|out)_channels must be divisible by groups",
        r"Invalid channel dimensions",
    ),
    *raised("SHP708 SHP704", r"requested an output size of .*, but valid sizes range from"),
)

WINDOWS = (
    *raised(
        "SHP708",
        r"Kernel size can't be greater than actual input",
        r"[oO]utput size is too small",
        r"Invalid computed output size",
        r"Padding size should be less than",
        r"maximum size for tensor at dimension",
        r"pad should be at most half",
        r"reduction dim .*(to be specified for|to have non-zero size)",
        r"over an empty dimension",
        r"its components must be at least one",
        r"output sizes should be greater than 0",
        r"Expected non-zero, positive output size",
        r"Padding value causes wrapping around",
        r"narrow\(\): length must be non-negative|Trying to create tensor with negative dimension",
        r"Dimension size must be non-negative",
        r"to have non-zero size for non-batch dimensions",
        r"\(batch mode\) tensor .*but got: ?\[(\d+, )*0\b",
        r"to have non-empty spatial dimensions",
        r"too large relative to input",
    ),
)

NORMS = (
    *raised(
        "SHP709 SHP716 SHP720",
        r"expected input's size at dim=\d+ to match num_features",
        r"(running_mean|running_var|weight|bias) should contain \d+ elements",
    ),
    *raised(
        "SHP709",
        r"Given normalized_shape=",
        r"Expected weight to be .*number of channels",
        r"Mismatch of parameter numbers and input channel",
        r"to be of same shape as normalized_shape|normalized_shape to be at least 1-dimensional",
    ),
    *raised(
        "SHP704 SHP709",
        r"num_channels \(\d+\) must be divisible by num_groups",
        r"number of channels in input to be divisible by num_groups",
    ),
    *older(
        "SHP704 SHP709",
        "2.0 to 2.9",
        "torch/nn/modules/normalization.py",
        r"num_channels must be divisible by num_groups",
    ),
)

RECURRENT = (
    *raised(
        "SHP711 SHP716",
        r"input\.size\(-1\) must be equal to input_size",
        r"inconsistent input_size",
        r"Expected hidden(\[\d\])? size",
        r"inconsistent hidden_size",
    ),
    *raised(
        "SHP711",
        r"Input batch size \d+ doesn't match hidden",
        r"hx( and cx)? should also be",
        r"Expected sequence length to be larger than 0 in RNN",
        r"`lengths` array must be sorted in decreasing order",
        r"Length of all samples has to be greater than 0",
        r"Expected `len\(lengths\)` to be equal to batch_size",
        r"Expected total_length to be at least",
    ),
    *raised(
        "SHP711 SHP703",
        r"(LSTM|GRU|RNN): Expected input to be 2D or 3D",
        r"(LSTM|GRU|RNN)Cell: Expected (input|hidden|hx\[\d\]) to be 1D or 2D",
    ),
    *older(
        "SHP711 SHP703",
        "2.0",
        "torch/nn/modules/rnn.py",
        r"(LSTM|GRU|RNN)(Cell)?: Expected input to be \d-D or \d-D but received",
    ),
)

ATTENTION = (
    *raised(
        "SHP717 SHP716",
        r"the batch number of src and tgt must be equal",
        r"the feature number of src and tgt must be equal",
        r"expecting embedding dimension",
        r"key's sequence and batch dims",
        r"key shape .* does not match value shape",
    ),
    *raised(
        "SHP717",
        r"shape of the \dD attn_mask",
        r"Expected `attn_mask` shape to be",
        r"[Nn]umber of heads in key and value must divide",
        r"key_padded_mask\.shape",
    ),
    *raised(
        "SHP703",
        r"query should be unbatched",
        r"For (un)?batched \(\d-D\) `query`",
        r"key, and value to all be at least 2 dimensional",
    ),
    *raised("SHP704", r"embed_dim must be divisible by num_heads"),
    *older("SHP717", "2.0 to 2.5", "torch/nn/functional.py", r"expecting key_padding_mask shape of"),
)

MESSAGES = (*CONVOLUTIONS, *WINDOWS, *NORMS, *RECURRENT, *ATTENTION)
