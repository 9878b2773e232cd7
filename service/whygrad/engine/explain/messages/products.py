"""Messages of products: linear, matmul, bmm, einsum and linear algebra."""

from __future__ import annotations

from whygrad.engine.explain.messages.message import elsewhere, older, raised

MESSAGES = (
    *raised("SHP715", r"einsum\(\)"),
    *raised(
        "SHP701 SHP716 SHP718",
        r"mat1 and mat2 shapes cannot be multiplied",
        r"a and b must have same reduction dim",
    ),
    *raised(
        "SHP701",
        r"Expected size for first two dimensions of batch2",
        r"Incompatible matrix sizes for bmm|batch1 and batch2 must have same number of batches",
        r"inconsistent tensor size, expected tensor \[\d+\] and src",
        r"size mismatch, got input \(\d+(x\d+)?\), (mat|vec)",
        r"with shapes .{1,200} cannot be multiplied",
        r"contracted dimensions need to match",
        r"inner\(\) the last dimension must match",
        r"bilinear\(\): input\d? (size does not match weight size|batch dimensions)",
        r"expected equal input and linear_weight last dimensions",
    ),
    *older("SHP701", "before 1.8", "aten/src/TH/generic/THTensorMath.cpp", r"size mismatch, m1: \["),
    *older("SHP701", "2.0 to 2.10", "torch/jit/_shape_functions.py", r"mismatching (contracting|batch) dimension"),
    *elsewhere(
        "SHP701",
        "the MPS build: aten/src/ATen/native/mps/operations",
        r"linear\(\): input and weight\.T shapes cannot be multiplied",
        r"vec1_ dim \d must match vec\d dim \d",
        r"self_ dim \d must match mat\d dim \d",
    ),
    *raised(
        "SHP717",
        r"must be batches of square matrices",
        r"Incompatible shapes of A and B for the equation",
        r"must have the same number of columns|Incompatible matrix sizes for cholesky_solve",
        r"inputs dimension -?\d+ must have length 3",
        r"input tensor .*must have at least 2 dimensions|input must have at least 2 dimensions",
        r"input\.size\(-2\) should match other\.size\(-2\)",
    ),
)
