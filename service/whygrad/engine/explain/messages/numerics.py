"""Messages of numbers that are not finite, or that an operation cannot use."""

from __future__ import annotations

from whygrad.engine.explain.messages.message import elsewhere, older, raised

MESSAGES = (
    *older(
        "NUM601",
        "2.0 to 2.7",
        "torch/distributions",
        r"The parameter \w+ has invalid values",
        r"Uniform is not defined when low>= high",
    ),
    *raised("NUM602 NUM603", r"returned nan values in its \d+th output"),
    *raised("NUM602 NUM604", r"gradients from `parameters` is non-finite"),
    *raised("SHP713 NUM601", r"all elements of (input|target) should be between 0 and 1"),
    *raised(
        "NUM601 NUM602",
        r"probability tensor contains either `inf`, `nan` or element < 0",
        r"invalid multinomial distribution \(",
        r"contained non-finite values|should not contain infs or NaNs",
        r"range of \[\S{1,40}, \S{1,40}\] is not finite",
        r"Expected p_in >= 0 && p_in <= 1",
        r"to satisfy the constraint .*, but found invalid values: .*nan",
    ),
    *raised(
        "NUM601",
        r"to satisfy the constraint .*, but found invalid values",
        r"to be within the support .*but found invalid values",
        r"input matrix is singular",
        r"U\[\d+,\d+\] is zero and using it on lu_solve",
        r"input is not positive-definite",
        r"failed to converge because the input matrix",
    ),
    *raised("NUM601 TYP801", r"value cannot be converted to type \S+ without overflow"),
    *raised("NUM602 ZER504", r"in the complex case are specified up to multiplication by e\^\{i phi\}"),
    *elsewhere(
        "NUM601 NUM602",
        "Lightning: lightning/pytorch/callbacks/early_stopping.py, core/loops",
        r"The loss returned in `training_step` is (nan|inf)",
        r"Detected nan and/or inf values in `",
        r"Monitored metric \S{1,80} = (nan|inf) is not finite",
    ),
    *elsewhere(
        "NUM602 NUM604",
        "Apex and DeepSpeed: loss scalers",
        r"[gG]radient overflow\. +[sS]kipping step",
        r"Current loss scale already at minimum",
    ),
    *older(
        "NUM601", "before 1.11", "aten/src/ATen/native/BatchLinearAlgebra.cpp", r"\w: U\(\d+,\d+\) is zero, singular U"
    ),
)
