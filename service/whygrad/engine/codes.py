"""Every code of the catalogue with its name and its cause, for those who know no rules."""

from __future__ import annotations

from dataclasses import dataclass

FAMILIES = {
    "CUT": "the path from a parameter to the loss is cut",
    "PAR": "the parameter itself",
    "IPL": "in-place writes",
    "BWD": "backward itself",
    "ZER": "gradients that are exactly zero",
    "NUM": "numbers that are not finite, or not usable",
    "SHP": "shapes",
    "TYP": "types, devices, arguments",
    "FMT": "the file and what it can carry",
    "RUN": "the run",
}


@dataclass(frozen=True)
class CodeName:
    """What a code is called, and the cause it stands for in one line."""

    name: str
    cause: str


CODES = {
    "CUT101": CodeName("detached", "`detach()` or `.data` on the only way to the loss"),
    "CUT102": CodeName("no-grad-region", "computed while gradient mode was off"),
    "CUT103": CodeName(
        "non-differentiable-op", "indices, comparisons, counts, histograms: argmax, gt, histc, sort's indices …"
    ),
    "CUT104": CodeName("integer-cast", "cast to an integer or boolean type and back"),
    "CUT105": CodeName(
        "rebuilt-from-values",
        "`.item()`, `int()`, `float()`, `tolist()`, `torch.tensor(values)`: the numbers survive, the history does not",
    ),
    "CUT106": CodeName("baked-constant", "tracing recorded a computed value as a constant"),
    "CUT107": CodeName(
        "fresh-leaf",
        "`requires_grad_()` or `requires_grad=True` on a tensor without history: the error goes away, the cut stays",
    ),
    "CUT108": CodeName("dead-loss-term", "a term is added to the loss but can carry no gradient"),
    "PAR201": CodeName("frozen", "`requires_grad=False` (always a note; where nothing is left to train, PAR202)"),
    "PAR202": CodeName("nothing-trainable", "no parameter wants a gradient, so backward raises"),
    "PAR203": CodeName("unused", "never read by the forward"),
    "PAR204": CodeName("result-unused", "read, but what it feeds does not reach the loss"),
    "PAR205": CodeName("weights-baked", "weights stored as constants (frozen program, plain Python list of layers)"),
    "PAR206": CodeName("unregistered-weight", "a buffer or attribute that is used as a weight but is no parameter"),
    "IPL301": CodeName(
        "saved-tensor-modified",
        "a tensor that backward needs was changed after it was saved: names who saved it and who changed it",
    ),
    "IPL302": CodeName("leaf-modified", "in-place on a leaf that wants a gradient, or on a view of one"),
    "IPL303": CodeName(
        "multi-view-modified", "in-place on one of several views that one op returned (unbind, split …)"
    ),
    "IPL304": CodeName("overlapping-memory", "in-place on expanded memory"),
    "IPL305": CodeName(
        "hidden-write", "a write through `.data` that no version counter sees: wrong gradients, no error"
    ),
    "IPL306": CodeName("out-argument", "`out=` with a tensor that wants a gradient"),
    "BWD401": CodeName("loss-without-grad", "the loss has no history, and no more exact cause was found"),
    "BWD402": CodeName("loss-not-scalar", "more than one value, no gradient given"),
    "BWD403": CodeName("graph-kept", "state kept between steps leads into the last step's freed graph"),
    "BWD404": CodeName("no-derivative", "an op without a derivative for that argument"),
    "BWD405": CodeName("integer-requires-grad", "a gradient asked of an integer tensor"),
    "BWD406": CodeName("backward-raised", "anything else that backward raised, with the op"),
    "ZER501": CodeName("step-function", "round, sign, floor, a comparison turned to float …"),
    "ZER502": CodeName("saturated", "clamp outside its range, a saturated sigmoid or tanh"),
    "ZER503": CodeName("single-element-softmax", "softmax (or a norm) over one element is constant"),
    "ZER504": CodeName(
        "loss-invariant", "the loss does not depend on it: normalised away, cancelled, a sum of a softmax"
    ),
    "ZER505": CodeName("dead-relu", "no unit is active for any sample"),
    "ZER506": CodeName(
        "multiplied-by-zero", "a zero gate or zero weight above it on both sides, so that it can never leave zero"
    ),
    "ZER507": CodeName("masked-out", "padding_idx, an index never taken, a mask that is all off"),
    "NUM601": CodeName(
        "non-finite-forward",
        "the first op whose output is NaN or infinite from finite inputs, "
        "where it reaches the loss or an output (an attention mask of -inf does not)",
    ),
    "NUM602": CodeName(
        "non-finite-gradient",
        "the first op whose gradient is NaN or infinite from a finite one "
        "(sqrt at 0, acos at 1, equal singular values …)",
    ),
    "NUM603": CodeName("masked-nan", "a NaN hidden by where, nan_to_num or a mask comes back through the gradient"),
    "NUM604": CodeName("exploding", "gradients that grow from layer to layer until a step is useless"),
    "NUM605": CodeName("vanishing", "gradients that shrink from layer to layer until nothing is learnt"),
    "SHP701": CodeName("matmul-mismatch", "linear, matmul, bmm, addmm: inner sizes"),
    "SHP702": CodeName("channel-mismatch", "a convolution's channels or groups"),
    "SHP703": CodeName("wrong-rank", "too many or too few dimensions, a missing batch dimension"),
    "SHP704": CodeName(
        "reshape-mismatch", "view, reshape, unflatten, pixel_shuffle, split: sizes that do not multiply out"
    ),
    "SHP705": CodeName("concat-mismatch", "cat, stack"),
    "SHP706": CodeName("broadcast-mismatch", "elementwise sizes, expand"),
    "SHP707": CodeName("silent-broadcast", "two shapes that broadcast where equal ones were meant, (N,) with (N,1)"),
    "SHP708": CodeName("window-too-large", "kernel or pool larger than its input, empty output"),
    "SHP709": CodeName("norm-mismatch", "normalised shape, running statistics"),
    "SHP710": CodeName("index-out-of-range", "embedding, gather, indexing"),
    "SHP711": CodeName("recurrent-mismatch", "RNN, LSTM, GRU input or state sizes, batch_first"),
    "SHP712": CodeName("baked-shape", "a size recorded by tracing that the new input does not have"),
    "SHP713": CodeName("target-mismatch", "a loss refuses its target, or takes it along the wrong axis"),
    "SHP714": CodeName("non-contiguous-view", "view on memory that is not laid out for it"),
    "SHP715": CodeName("einsum-mismatch", "einsum operands"),
    "SHP716": CodeName("layout-swapped", "channels last given to channels first, sequence and batch swapped"),
    "SHP717": CodeName("shape-mismatch", "any other op that refused its operands' shapes"),
    "SHP718": CodeName(
        "batch-folded", "a view or reshape that swallows the batch dimension into the features, or the other way round"
    ),
    "SHP719": CodeName(
        "view-as-transpose",
        "view or reshape used where the axes had to be swapped: the numbers are scrambled, no error",
    ),
    "SHP720": CodeName("squeezed-away", "a bare squeeze that also drops a batch or channel of size one"),
    "TYP801": CodeName("dtype-mismatch", "operands of different floating types, integer where floating is needed"),
    "TYP802": CodeName("index-dtype", "indices or class targets that are not integers"),
    "TYP803": CodeName("device-mismatch", "a device written into the program, operands on two devices"),
    "TYP804": CodeName("wrong-arguments", "number or kind of the forward's arguments"),
    "TYP805": CodeName("too-few-values", "batch statistics of one value per channel"),
    "FMT901": CodeName(
        "optimiser-changes-gradient", "the optimising executor gives another gradient than the program says"
    ),
    "FMT902": CodeName("lost-in-export", "this format may have lost something that the Python model has"),
    "FMT903": CodeName(
        "unsupported-format", "a pickled module, a state_dict, an ONNX file …: says what to send instead, and how"
    ),
    "RUN001": CodeName("timed-out", "with the pass and the op it was in"),
    "RUN002": CodeName("out-of-memory", "the run needed more memory than it was allowed"),
    "RUN003": CodeName("crashed", "signal, pass and op"),
    "RUN004": CodeName("refused", "an op that reaches files, processes or the network"),
    "RUN005": CodeName(
        "other-forward-error", "the forward raised something that no code above names: message, op, line"
    ),
    "RUN006": CodeName("lost", "its worker died, three times"),
}
