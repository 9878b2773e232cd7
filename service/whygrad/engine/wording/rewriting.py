"""The user's own line with a change made, as a fix shows it; None where the line does not show what is to change."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from whygrad.engine.facts import Frame
from whygrad.engine.wording.parsing import OPERATORS, bracketed, enclosed, operands, parsed, span, statement

ARGUMENTS = r"(?:[^()]|\([^()]*\))*"
"""What stands between the brackets of a call, with calls of one more level in it."""

_AUGMENTED = re.compile(r"([\w.]+)\s*([-+*/])=\s*(.+?)(\s*#.*)?")
FUNCTIONAL = ("F", "torch", "th", "functional", "nn.functional", "torch.nn.functional", "th.nn.functional")
"""What the modules are called whose functions take as their first argument what a method is called on."""

_ONLY_WRITTEN = frozenset({"copy_", "fill_", "zero_"})
"""Methods of tensors that have no other of the same name that gives a new one."""

_ASSIGNED = re.compile(r"(\w+) = ([^=].*?)(\s*#.*)?")
_KEPT = re.compile(r"([\w.]+(?:\[[^\[\]]*\])?) = ([^=].*?)(\s*#.*)?")
_RETURNED = re.compile(r"return (.+?)(\s*#.*)?")


def rewritten(
    line: str | Frame | None, pattern: str, replacement: str | Callable[[re.Match[str]], str], *, every: bool = False
) -> str | None:
    """The line with the match of a pattern replaced; of several the one at the operation whose place is given.

    None where it is not plain which of them is meant, unless every one is.
    """
    source = line.source if isinstance(line, Frame) else line
    found = list(re.finditer(pattern, source or ""))
    if len(found) > 1 and not every:
        offset = line.offset if isinstance(line, Frame) else None
        found = [match for match in found if match.start() in _begun(source, offset)]
    if source is None or not found or (len(found) > 1 and not every):
        return None
    for match in reversed(found):
        new = match.expand(replacement) if isinstance(replacement, str) else replacement(match)
        source = source[: match.start()] + new + source[match.end() :]
    return source if source != match.string else None


def _begun(source: str | None, offset: int | None) -> set[int]:
    """Where calls that begin at an offset are named: `x.relu()` at the dot, `F.relu(x)` at its first letter."""
    if source is None or offset is None:
        return set()
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call) and span(source, n)[0] == offset]
    dots = {span(source, n.func)[1] - len(n.func.attr) - 1 for n in calls if isinstance(n.func, ast.Attribute)}
    return dots | {offset}


def renamed(line: Frame, name: str, other: str) -> str | None:
    """The line with `self.name` under another name: the first mention from the place of the operation on."""
    source = line.source or ""
    mention = re.compile(rf"(\bself\.(?:\w+\.)*){re.escape(name)}(?!\w)").search(source, line.offset or 0)
    return f"{source[: mention.start()]}{mention[1]}{other}{source[mention.end() :]}" if mention else None


def renumbered(source: str | None, was: float, now: float) -> str | None:
    """The line with another number in place of the only argument of a call that is that number."""
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call)]
    given = [value for call in calls for value in (*call.args, *(k.value for k in call.keywords))]
    found = [n for n in given if isinstance(n, ast.Constant | ast.UnaryOp) and _value(n) == was]
    if source is None or len(found) != 1:
        return None
    start, end = span(source, found[0])
    return f"{source[:start]}{now:.15g}{source[end:]}"


def _value(node: ast.expr) -> object:
    """The number that an expression writes down, with its sign."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None


def undetached(line: Frame | None) -> str | None:
    """The line without its detach."""
    return rewritten(line, r"\.(detach_?\(\)|data\b)", "")


def inlined(line: Frame | None, assignment: str | None) -> str | None:
    """The line with the right side of an assignment in place of the name that it gives."""
    assigned = _ASSIGNED.fullmatch(assignment or "")
    if line is None or assigned is None or re.search(rf"\b{assigned[1]}\b", assigned[2]):
        return None
    return rewritten(line, rf"(?<![\w.]){assigned[1]}\b", lambda _: bracketed(assigned[2]) or assigned[2])


def unless_idle(line: Frame | None, changed: str | None) -> str | None:
    """The changed line; where only `h = h` is left of it, or `h` alone, "", or `pass` where a block needs a line."""
    if not changed or not re.fullmatch(r"([\w.]+)(\s*=\s*\1)?", changed):
        return changed
    return "pass" if line is not None and _alone(line) else ""


def _alone(line: Frame) -> bool:
    """Whether a line is all that stands in its block, or may be: what is near it does not always show the beginning."""
    indent = (line.column or 0) - (line.offset or 0)
    near = [(number, text) for number, text in line.context if not text.lstrip().startswith("#")]
    above = next((text for number, text in reversed(near) if number < line.line), ":")
    below = next((text for number, text in near if number > line.line), "")
    return above.partition("#")[0].rstrip().endswith(":") and len(below) - len(below.lstrip()) < indent


def applied(source: str | None, name: str | None, suffix: str) -> str | None:
    """The line with something put behind an argument: `fc(x)` with `.float()` is `fc(x.float())`."""
    if name is None:
        return None
    return rewritten(source, rf"([(\[,]\s*){re.escape(name)}(?=\s*[,)\]])", rf"\g<1>{name}{suffix}")


def operand_of(source: str | None, name: str | None, suffix: str) -> str | None:
    """The line with something put behind a variable that stands once beside an operator: `x * w`, `h += b`."""
    if name is None:
        return None
    found = rf"(?<![\w.]){re.escape(name)}"
    alone = len(re.findall(rf"{found}(?![\w.(\[=])", (source or "").partition(" = ")[2] or source or "")) == 1
    beside = rf"{found}(?=\s*[-+*/)]|\s*$)(?!\s*[-+*/]?=)"
    return rewritten(source, beside, name + suffix) if alone else None


def named(source: str | None, name: str | None, suffix: str) -> str | None:
    """The line with something put behind the only mention of a variable: `t.view(-1)` is `t[:, 1:].view(-1)`."""
    found = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Name) and n.id == name]
    return suffixed(source, found[0], suffix) if len(found) == 1 else None


def around(source: str | None, layer: str, suffix: str) -> str | None:
    """The line with something put behind what a layer is given and behind what it gives: `norm(x.t()).t()`."""
    attribute = layer.rpartition(".")[2]
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call) and len(n.args) == 1]
    own = [n for n in calls if isinstance(n.func, ast.Attribute) and n.func.attr == attribute]
    if len(own) != 1:
        return None
    return suffixed(suffixed(source, own[0], suffix), own[0].args[0], suffix)


def out_of_place(source: str | None, operation: str) -> str | None:
    """The line where an operation that writes gives a new tensor instead: `y += 1` is `y = y + 1`."""
    if operation in _ONLY_WRITTEN:
        return None
    called = rewritten(source, rf"\b{re.escape(operation)}\(", f"{operation.rstrip('_')}(")
    called = called or rewritten(source, r",?\s*inplace=True", "")
    if called:
        return _with_result(called)
    augmented = _AUGMENTED.fullmatch(source or "")
    right = bracketed(augmented[3]) if augmented else None
    return f"{augmented[1]} = {augmented[1]} {augmented[2]} {right}" if augmented and right else None


def returned(source: str | None, suffix: str) -> str | None:
    """The line with something put behind what it returns: `return a - b` with `.mean()` is `return (a - b).mean()`."""
    match = _RETURNED.fullmatch(source or "")
    expression = bracketed(match[1]) if match else None
    return f"return {expression}{suffix}" if expression else None


def wrapped(source: str | None, operation: str, template: str) -> str | None:
    """The line with the operand of its only call of an operation put into `{x}.clamp_min(0)`, or another template.

    Of a division that is what it is divided by, of a power what is raised.
    """
    found = [one for node in ast.walk(statement(source)) if (one := operand_in(node, operation)) is not None]
    if source is None or len(found) != 1:
        return None
    operand, alone = found[0]
    inner = bracketed(source[slice(*span(source, operand))])
    start, end = enclosed(source, operand)
    expression = template.replace("{x}", inner) if inner else None
    shown = expression if alone or expression is None else bracketed(expression)
    return source[:start] + shown + source[end:] if shown else None


def uncalled(source: str | None, operation: str) -> str | None:
    """The line with the operand of its only call of an operation in place of the call: `x.sum(1) + y` is `x + y`."""
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call) and operand_in(n, operation)]
    operand = operand_in(calls[0], operation) if len(calls) == 1 else None
    inner = bracketed(source[slice(*span(source, operand[0]))]) if source and operand else None
    return replaced(source, calls[0], inner) if source and inner else None


def rooted(line: Frame | None, more: str) -> str | None:
    """The line with the root of a variance and a little more in place of its call of `std`, or of the one meant."""
    source, offset = (line.source or "", line.offset) if line is not None else ("", None)
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call)]
    own = [(n, n.func) for n in calls if isinstance(n.func, ast.Attribute) and n.func.attr == "std"]
    begun = [(n, f) for n, f in own if offset in (span(source, n)[0], span(source, f.value)[0])]
    if len(meant := own if len(own) == 1 else begun) != 1:
        return None
    (start, end), name = span(source, meant[0][0]), span(source, meant[0][1])[1]
    owner = source[start : name - len(".std")]
    variance = f"{owner}.var{source[name:end]} + {more}"
    return (
        source[:start] + (f"{owner}.sqrt({variance})" if owner in FUNCTIONAL else f"({variance}).sqrt()") + source[end:]
    )


def given_too(source: str | None, function: str, argument: str) -> str | None:
    """The line with one argument more, `mode="linear"`, in its only call of a function."""
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call)]
    found = [call for call in calls if ast.unparse(call.func).rpartition(".")[2] == function]
    if source is None or len(found) != 1 or any(k.arg == argument.partition("=")[0] for k in found[0].keywords):
        return None
    end = span(source, found[0])[1]
    return f"{source[: end - 1].rstrip(', ')}, {argument})" + source[end:]


def operand_in(node: ast.AST, operation: str) -> tuple[ast.expr, bool] | None:
    """The operand, if a node is such a call, and whether it stands alone between brackets."""
    if isinstance(node, ast.BinOp):
        if operation in ("div", "true_divide") and isinstance(node.op, ast.Div):
            return node.right, False
        return (node.left, False) if operation == "pow" and isinstance(node.op, ast.Pow) else None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != operation:
        return None
    if ast.unparse(node.func.value) in FUNCTIONAL:
        return (node.args[0], True) if node.args else None
    return node.func.value, False


def behind(source: str | None, operation: str, place: int, suffix: str) -> str | None:
    """The line with something put behind one of the two operands of its only such call or operator.

    `F.mse_loss(a, b)` with `.squeeze(1)` at place 1 is `F.mse_loss(a, b.squeeze(1))`, `a - b` is `a - b.squeeze(1)`.
    """
    pairs = [pair for node in ast.walk(statement(source)) if (pair := both_sides(node, operation)) is not None]
    return suffixed(source, pairs[0][place], suffix) if len(pairs) == 1 else None


def fed(source: str | None, layer: str, suffix: str) -> str | None:
    """The line with something put behind what its only call of a layer is given: `self.rnn(h)`."""
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call) and n.args]
    own = [n.args[0] for n in calls if isinstance(n.func, ast.Attribute) and n.func.attr == layer]
    return suffixed(source, own[0], suffix) if len(own) == 1 else None


def factored(source: str | None, operation: str, place: int, count: int, text: str) -> str | None:
    """The line with another of the `count` sizes that its only such call is given: `x.view(b, 5)`, `x.view((b, 5))`."""
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    own = [call.args for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == operation]
    listed = [a.elts for args in own for a in args if isinstance(a, ast.Tuple | ast.List)]
    given = [sizes[-count:] for sizes in (listed or own) if len(sizes) >= count]
    return replaced(source, given[0][place], text) if source and len(own) == len(given) == 1 else None


def replaced(source: str, part: ast.expr | ast.keyword, text: str) -> str:
    """The line with another text in place of an expression in it."""
    start, end = span(source, part)
    return source[:start] + text + source[end:]


def suffixed(source: str | None, operand: ast.expr, suffix: str) -> str | None:
    """The line with something put behind an expression in it."""
    if source is None:
        return None
    inner = bracketed(source[slice(*span(source, operand))])
    start, end = enclosed(source, operand)
    return source[:start] + inner + suffix + source[end:] if inner else None


def both_sides(node: ast.AST, operation: str) -> tuple[ast.expr, ast.expr] | None:
    """The two operands, if a node is such an operator, or for what is none a call with two arguments."""
    if operation in OPERATORS:
        return operands(node, operation)
    return (node.args[0], node.args[1]) if isinstance(node, ast.Call) and len(node.args) == 2 else None


def assigned(source: str | None, suffix: str) -> str | None:
    """The line with something put behind what gets a name: `y = a * b` with `.detach()` is `y = (a * b).detach()`."""
    match = _KEPT.fullmatch(source or "")
    expression = bracketed(match[2]) if match else None
    return f"{match[1]} = {expression}{suffix}" if match and expression else None


def _with_result(line: str) -> str | None:
    """The line, with its result given a name where it is a call that stands alone: that had only been a write.

    None where what was written has no name of its own: to assign to a part of it would be a write again.
    """
    call = parsed(line)
    if not isinstance(call, ast.Call):
        return line
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    functional = owner is None or ast.unparse(owner) in FUNCTIONAL
    written = call.args[0] if functional and call.args else owner
    return f"{ast.unparse(written)} = {line}" if isinstance(written, ast.Name | ast.Attribute) else None
