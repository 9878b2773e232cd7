"""Messages of gradients that do not arrive: no way from the loss to a parameter, parameters that are none."""

from __future__ import annotations

from dataclasses import replace

from whygrad.engine.explain.messages.message import elsewhere, older, raised

CUT = "CUT101 CUT102 CUT103 CUT105 CUT104 PAR202 CUT106 CUT107 PAR205 BWD401"
WITHOUT_PAR202 = CUT.replace("PAR202 ", "")
UNREACHED = "PAR203 PAR204 CUT101 CUT102 PAR201 CUT103"
NEVER_PRINTED = "articles quote this message, but torch does not print it; these are the causes of what they describe"

MESSAGES = (
    *raised(
        CUT,
        r"element \d+ of tensors does not require grad",
        r"can't retain_grad on Tensor that has requires_grad=False",
        r"cannot register a hook on a tensor that doesn't require gradient",
        r"not possible to get the gradient edge for a Tensor that does not require gradients",
        r"Output \d+ of the user-provided function does not require gradients",
    ),
    *(
        replace(message, remark=NEVER_PRINTED)
        for message in elsewhere(CUT, "articles", r"Expected to have found Tensor for argument #\d+ 'grad'")
    ),
    *raised(
        f"PAR202 {WITHOUT_PAR202}",
        r"None of the inputs have requires_grad=True",
        r"none of output has requires_grad=True, this checkpoint\(\) is not necessary",
    ),
    *older(
        "CUT102",
        "2.0 to 2.8",
        "torch/csrc/autograd/saved_variable.cpp",
        r"Inference tensors cannot be saved for backward\. To work around you can make a clone",
    ),
    *raised("CUT102", r"Inference tensors cannot be saved for backward", r"Inplace update to inference tensor outside"),
    *raised(
        UNREACHED,
        r"appears to not have been used in the graph",
        r"'NoneType' object has no attribute '(zero_|data|norm|clone|detach|abs|mean|max|view|is_sparse)'",
        r"No inf checks were recorded (for this optimizer|prior to update)",
        r"of the user-provided function is independent of input \d",
    ),
    *elsewhere(
        "PAR204 PAR203",
        "torch/csrc/distributed/c10d/reducer.cpp",
        r"[Yy]our training graph has changed in this iteration",
        r"find_unused_parameters=True was specified in DDP constructor, but did not find any unused parameters",
    ),
    *elsewhere(
        UNREACHED,
        "torch/csrc/distributed/c10d/reducer.cpp",
        r"Expected to have finished reduction in the prior iteration",
        r"which did not receive grad for rank",
    ),
    *elsewhere(
        UNREACHED,
        "Lightning: github.com/chemprop/chemprop/issues/853",
        r"LightningModule has parameters that were not used in producing the loss",
    ),
    *elsewhere(
        "PAR202", "torch/nn/parallel/distributed.py", r"DistributedDataParallel is not needed when a module doesn't"
    ),
    *raised("CUT107 CUT101", r"\.grad attribute of a Tensor that is not a leaf"),
    *raised(
        "CUT105",
        r"Can't call numpy\(\) on Tensor that requires grad",
        r"Converting a tensor with requires_grad=True to a scalar",
        r"recommended to use source_?[tT]ensor\.(clone|detach)",
        r"Can't call \w+\(\) on Variable that requires grad",
        r"Can't export tensors that require gradient, use tensor\.detach",
    ),
    *raised("CUT105 BWD401", r"'(float|int|NoneType|numpy\.\w+|list)' object has no attribute 'backward'"),
    *raised(
        "PAR206 CUT106",
        r"Cannot insert a Tensor that requires grad as a constant",
        r"Only Tensors created explicitly by the user \(graph leaves\) support the deepcopy protocol",
    ),
    *raised(
        "CUT106 SHP712 CUT105",
        r"might cause the trace to be incorrect",
    ),
    *raised("CUT106", r"Trace had nondeterministic nodes|Output nr \d+\. of the traced function"),
    *raised("CUT106 SHP712", r"Graphs differed across invocations"),
    *raised("PAR202 PAR205 PAR206", r"optimizer got an empty parameter list"),
    *raised(
        "PAR206 CUT107",
        r"can't optimize a non-leaf Tensor",
        r"Cannot assign non-leaf Tensor to parameter",
        r"post accumulate grad hooks cannot be registered on non-leaf tensors",
    ),
    *raised("PAR206", r"cannot assign '[\w.]+' (object )?(as|to) parameter"),
    *raised(
        "PAR201 CUT101",
        r"only change requires_grad flags of leaf variables",
        r"One of the differentiated Tensors does not require grad",
    ),
)
