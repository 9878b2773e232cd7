"""What to ask where one message can have several causes: a yes speaks for the code."""

from __future__ import annotations

from collections.abc import Container, Sequence

QUESTIONS = {
    "CUT101": "is there a detach() or .data between the parameters and the loss?",
    "CUT102": "does the forward, or the code that calls it, run under no_grad(), inference_mode() or"
    " set_grad_enabled(False)?",
    "CUT103": "does the loss go through argmax, a comparison, round, one_hot, sort's indices or unique?",
    "CUT104": "is something on the way to the loss cast with long(), int(), bool() or to(an integer type)?",
    "CUT105": "is a value taken out with item(), float(), tolist(), numpy() or put into torch.tensor(…)?",
    "CUT106": "is the model a trace (torch.jit.trace), and was a value computed in Python while it was made?",
    "CUT107": "does requires_grad_() or requires_grad=True stand in the forward or the loop?",
    "PAR201": "has the parameter requires_grad=False?",
    "PAR202": "is any(p.requires_grad for p in model.parameters()) false?",
    "PAR203": "is there a layer in __init__ that forward never calls?",
    "PAR204": "does forward compute something that the loss does not use, such as a second output?",
    "PAR205": "are layers kept in a plain list, or was the program frozen?",
    "PAR206": "is a weight kept as a buffer, a plain tensor or the result of an operation?",
    "BWD401": "is the loss made of constants only?",
    "BWD402": "is the loss given with one value per sample, so reduction='none' or no mean()?",
    "BWD405": "is a gradient asked of a tensor of integers, such as torch.arange(n) or torch.tensor([1, 2])?",
    "BWD406": "is there a gradient hook, a custom autograd.Function or checkpoint?",
    "IPL301": "is the same tensor written in place elsewhere after it was used?",
    "IPL303": "is one of the results of unbind, split, chunk or a slice written in place?",
    "IPL305": "is something assigned to .data?",
    "NUM601": "is something not finite already in the forward: torch.isfinite(x).all() for inputs and outputs?",
    "NUM602": "is the forward finite, with a sqrt, norm, acos, log, pow or division where its argument is 0 or 1?",
    "NUM603": "is there a where, nan_to_num or mask that hides values which are not finite?",
    "NUM604": "does the gradient's norm grow from step to step?",
    "SHP701": "does the line that raises multiply matrices: what are the shapes of both?",
    "SHP702": "which layer raises, and how many channels does the layer before it give?",
    "SHP703": "is the batch dimension there: what is x.shape before the line that raises?",
    "SHP704": "which view or reshape raises, and what is x.shape before it?",
    "SHP706": "is it an elementwise operation of the model: what are the shapes of both?",
    "SHP707": "has one of prediction and target the shape (N,) and the other (N, 1)?",
    "SHP708": "is the input smaller than the layer expects: what is x.shape before the line that raises?",
    "SHP709": "which normalisation layer raises, and what is x.shape before it?",
    "SHP710": "is the largest index at least the size of the table: idx.max() against num_embeddings?",
    "SHP711": "what are x.shape and the shapes of the hidden state, and is batch_first set?",
    "SHP712": "is the model a trace, called with another batch or image size than it was traced with?",
    "SHP713": "does the line that computes the loss raise: what are the shapes of prediction and target, and"
    " target.min() and max()?",
    "SHP714": "is there a permute or transpose before it: is x.is_contiguous() false?",
    "SHP716": "do the sizes fit on another axis: images as (N, H, W, C), or a sequence with the batch first?",
    "SHP717": "what are the shapes of all operands on the line that raises?",
    "SHP718": "does a view or reshape before it take the batch into another axis, such as view(-1, 128)?",
    "SHP720": "is there a squeeze() without a dimension, and a batch or channel of one?",
    "TYP801": "what are x.dtype and the dtype of the layer's weight?",
    "TYP802": "is an index or a class target not of type long?",
    "TYP803": "are x.device and next(model.parameters()).device different?",
    "TYP804": "what is forward given, and what does it take?",
    "NUM605": "does the gradient's norm shrink from layer to layer, from the loss to the input?",
    "ZER501": "does a round, sign, floor, comparison or other step stand on the way to the loss?",
    "ZER502": "are the inputs of a sigmoid, tanh, softmax or clamp far out: what are x.min() and x.max() before it?",
    "ZER503": "is there a softmax or a normalisation over a dimension of size 1, such as that of nn.Linear(n, 1)?",
    "ZER504": "is what the layer does taken out again: a bias before a normalisation, a shift before a softmax, a sign"
    " or phase that a decomposition leaves free?",
    "ZER505": "is what a ReLU gives zero for the whole batch?",
    "ZER507": "does a mask, a where or an index leave out all that the layer computes?",
    "RUN002": "does it go away with a smaller batch?",
    "RUN003": "does the process end by a signal, without a traceback?",
    "FMT902": "does the model have hooks, a custom autograd.Function or Python values that the export leaves behind?",
    "FMT903": "how was the file written: torch.save of a model, of a state_dict, or torch.jit.save?",
}


def questions(codes: Sequence[str], answered: Container[str]) -> list[dict[str, str]]:
    """What would decide between several codes, and is not answered by what was pasted."""
    open_codes = [code for code in codes if code not in answered] if len(codes) > 1 else []
    return [{"code": code, "question": QUESTIONS[code]} for code in open_codes]
