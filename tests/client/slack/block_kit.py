"""The documented limits of Block Kit, as strict as Slack or stricter: each function yields what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
Faults = Iterator[str]

MOST_BLOCKS = {"message": 50, "modal": 100}
LONGEST_BLOCK = 3_000
LONGEST_MESSAGE = 13_200
IN_MESSAGES = {"section", "context", "actions", "divider", "header", "rich_text"}
IN_MODALS = IN_MESSAGES | {"input"}
_MENTION = re.compile(r"<[!@#]")


def message(payload: Json, *, more: frozenset[str] = frozenset()) -> Faults:
    """What is wrong with a message; `more` are the arguments that a method takes beside text and blocks."""
    yield from _fields("message", payload, required={"text"}, optional={"blocks", *more})
    text, blocks = payload.get("text"), payload.get("blocks", [])
    if not isinstance(text, str) or not 0 < len(text) <= 4_000:
        yield "message: no text for the notification, or too long a one"
    elif re.search(r"[<>]|&(?!amp;|lt;|gt;)", text):
        yield f"message: marks in the text are not escaped: {text!r}"
    if not isinstance(blocks, list) or len(blocks) > MOST_BLOCKS["message"]:
        yield f"message: {len(blocks)} blocks"
    yield from _blocks(blocks, IN_MESSAGES)
    size = sum(len(text) for text in texts(blocks))
    if size > LONGEST_MESSAGE:
        yield f"message: {size} characters"


def view(document: Json) -> Faults:
    """What is wrong with a modal."""
    yield from _fields(
        "view",
        document,
        required={"type", "title", "blocks"},
        optional={"callback_id", "submit", "close", "private_metadata", "clear_on_close", "notify_on_close"},
    )
    if document.get("type") != "modal":
        yield "view: no modal"
    for name in ("title", "submit", "close"):
        if name in document:
            yield from _plain(f"view.{name}", document[name], 24)
    yield from _length("view.private_metadata", document.get("private_metadata", ""), 3_000, least=0)
    yield from _length("view.callback_id", document.get("callback_id", "x"), 255)
    blocks = document.get("blocks", [])
    if not 0 < len(blocks) <= MOST_BLOCKS["modal"]:
        yield f"view: {len(blocks)} blocks"
    if any(block.get("type") == "input" for block in blocks) and "submit" not in document:
        yield "view: inputs, and no submit"
    yield from _blocks(blocks, IN_MODALS)


def texts(value: Any) -> Iterator[str]:
    """Every text that is shown."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def _blocks(blocks: list[Json], allowed: set[str]) -> Faults:
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield f"blocks: a block_id twice: {ids}"
    actions = [element["action_id"] for block in blocks for element in _elements(block) if "action_id" in element]
    if len(actions) != len(set(actions)):
        yield f"blocks: an action_id twice: {actions}"
    for block in blocks:
        kind = str(block.get("type"))
        if kind not in allowed:
            yield f"blocks: no {kind} here"
            continue
        yield from _length(f"{kind}.block_id", block.get("block_id", "x"), 255)
        yield from _BLOCKS[kind]({key: value for key, value in block.items() if key not in ("type", "block_id")})
        size = sum(map(len, texts(block)))
        if size > LONGEST_BLOCK:
            yield f"{kind}: {size} characters"


def _elements(block: Json) -> list[Json]:
    found = [*(block.get("elements") or []), block.get("element"), block.get("accessory")]
    return [element for element in found if isinstance(element, dict)]


def _section(block: Json) -> Faults:
    yield from _fields("section", block, required=set(), optional={"text", "fields", "accessory", "expand"})
    if "text" not in block and "fields" not in block:
        yield "section: neither text nor fields"
    if "text" in block:
        yield from _text("section.text", block["text"], 3_000)
    if len(block.get("fields", [])) > 10:
        yield "section: more than ten fields"
    for part in block.get("fields", []):
        yield from _text("section.fields", part, 2_000)
    if "accessory" in block:
        yield from _element(block["accessory"])


def _context(block: Json) -> Faults:
    yield from _fields("context", block, required={"elements"})
    if not 0 < len(block.get("elements", [])) <= 10:
        yield "context: too many elements, or none"
    for element in block.get("elements", []):
        yield from _text("context", element, 3_000)


def _actions(block: Json) -> Faults:
    yield from _fields("actions", block, required={"elements"})
    if not 0 < len(block.get("elements", [])) <= 25:
        yield "actions: too many elements, or none"
    for element in block.get("elements", []):
        yield from _element(element)


def _divider(block: Json) -> Faults:
    yield from _fields("divider", block, required=set())


def _header(block: Json) -> Faults:
    yield from _fields("header", block, required={"text"})
    yield from _plain("header", block.get("text"), 150)


def _input(block: Json) -> Faults:
    wanted = {"label", "element"}
    yield from _fields("input", block, required=wanted, optional={"hint", "optional", "dispatch_action"})
    yield from _plain("input.label", block.get("label"), 2_000)
    if "hint" in block:
        yield from _plain("input.hint", block["hint"], 2_000)
    yield from _element(block.get("element", {}))


def _rich_text(block: Json) -> Faults:
    yield from _fields("rich_text", block, required={"elements"})
    if not block.get("elements"):
        yield "rich_text: empty"
    for element in block.get("elements", []):
        yield from _rich_element(element)


def _rich_element(element: Json) -> Faults:
    kind = element.get("type")
    if kind == "rich_text_list":
        yield from _fields(kind, element, required={"type", "style", "elements"}, optional={"indent", "offset"})
        if element.get("style") not in ("bullet", "ordered"):
            yield "rich_text_list: no style"
        for inner in element.get("elements", []):
            yield from _rich_element(inner)
        return
    if kind not in ("rich_text_section", "rich_text_preformatted", "rich_text_quote"):
        yield f"rich_text: no {kind}"
        return
    yield from _fields(str(kind), element, required={"type", "elements"}, optional={"border"})
    if not element.get("elements"):
        yield f"{kind}: empty"
    for run in element.get("elements", []):
        yield from _run(run, {"text", "link"} if kind == "rich_text_preformatted" else set(_RUNS))


def _run(run: Json, allowed: set[str]) -> Faults:
    kind = str(run.get("type"))
    if kind not in allowed:
        yield f"rich_text: no {kind} here"
        return
    yield from _fields(kind, run, required={"type", *_RUNS[kind][0]}, optional=_RUNS[kind][1])
    if kind == "text":
        yield from _length("rich text", run.get("text"), 3_000)
        if _MENTION.search(str(run.get("text"))):
            yield f"rich text: what looks like a mention: {run['text']!r}"
        unknown = set(run.get("style", {})) - {"bold", "italic", "strike", "code"}
        if unknown or not all(value is True for value in run.get("style", {}).values()):
            yield f"rich text: style {run['style']}"
    if kind == "emoji" and not re.fullmatch(r"[a-z0-9_+-]+", str(run.get("name"))):
        yield f"emoji: {run.get('name')}"
    if kind == "user" and not re.fullmatch(r"[UW][A-Z0-9]+", str(run.get("user_id"))):
        yield f"user: {run.get('user_id')}"
    if kind == "link" and not re.match(r"https?://", str(run.get("url"))):
        yield f"link: {run.get('url')}"


_RUNS: dict[str, tuple[set[str], set[str]]] = {
    "text": ({"text"}, {"style"}),
    "emoji": ({"name"}, set()),
    "user": ({"user_id"}, {"style"}),
    "link": ({"url"}, {"text", "style", "unsafe"}),
}


def _element(element: Json) -> Faults:
    kind = str(element.get("type"))
    if kind not in _ELEMENTS:
        yield f"no element {kind}"
        return
    required, optional = _ELEMENTS[kind]
    yield from _fields(kind, element, required={"type", *required}, optional={"action_id", "focus_on_load", *optional})
    yield from _length(f"{kind}.action_id", element.get("action_id", "x"), 255)
    if kind == "button":
        yield from _button(element)
    if "options" in element:
        yield from _options(kind, element)
    if "placeholder" in element:
        yield from _plain(f"{kind}.placeholder", element["placeholder"], 150)
    if kind == "plain_text_input":
        longest = element.get("max_length", 3_000)
        if not 0 < longest <= 3_000 or len(element.get("initial_value", "")) > longest:
            yield "plain_text_input: too long"
    if kind == "file_input" and not 0 < element.get("max_files", 10) <= 10:
        yield "file_input: max_files"


def _button(element: Json) -> Faults:
    yield from _plain("button.text", element.get("text"), 75)
    yield from _length("button.value", element.get("value", "x"), 2_000)
    yield from _length("button.url", element.get("url", "x"), 3_000)
    if element.get("style", "primary") not in ("primary", "danger"):
        yield "button: style"
    if "url" in element and not re.match(r"https?://", element["url"]):
        yield "button: url"


def _options(kind: str, element: Json) -> Faults:
    options = element["options"]
    if not 0 < len(options) <= (10 if kind == "radio_buttons" else 100):
        yield f"{kind}: {len(options)} options"
    for option in options:
        yield from _fields(f"{kind}.option", option, required={"text", "value"}, optional={"description"})
        yield from _plain(f"{kind}.option", option.get("text"), 75)
        yield from _length(f"{kind}.option.value", option.get("value"), 150)
    if "initial_option" in element and element["initial_option"] not in options:
        yield f"{kind}: the initial option is none"


_ELEMENTS: dict[str, tuple[set[str], set[str]]] = {
    "button": ({"text"}, {"url", "value", "style", "confirm", "accessibility_label"}),
    "static_select": ({"options"}, {"initial_option", "placeholder", "confirm"}),
    "radio_buttons": ({"options"}, {"initial_option", "confirm"}),
    "plain_text_input": (set(), {"initial_value", "multiline", "min_length", "max_length", "placeholder"}),
    "file_input": (set(), {"filetypes", "max_files"}),
}

_BLOCKS: dict[str, Callable[[Json], Faults]] = {
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "header": _header,
    "input": _input,
    "rich_text": _rich_text,
}


def _text(name: str, text: Any, longest: int) -> Faults:
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        yield f"{name}: no text object"
    elif text["type"] == "plain_text":
        yield from _plain(name, text, longest)
    else:
        yield from _fields(name, text, required={"type", "text"}, optional={"verbatim"})
        yield from _length(name, text.get("text"), longest)


def _plain(name: str, text: Any, longest: int) -> Faults:
    if not isinstance(text, dict) or text.get("type") != "plain_text":
        yield f"{name}: no plain text"
        return
    yield from _fields(name, text, required={"type", "text"}, optional={"emoji"})
    yield from _length(name, text.get("text"), longest)
    if _MENTION.search(str(text.get("text"))):
        yield f"{name}: what looks like a mention"


def _length(name: str, text: Any, longest: int, least: int = 1) -> Faults:
    if not isinstance(text, str) or not least <= len(text) <= longest:
        yield f"{name}: {text!r:.80} is no text of {least} to {longest} characters"


def _fields(name: str, value: Json, *, required: set[str], optional: set[str] = frozenset()) -> Faults:  # type: ignore[assignment]
    if missing := required - value.keys():
        yield f"{name}: without {sorted(missing)}"
    if unknown := value.keys() - required - set(optional):
        yield f"{name}: with {sorted(unknown)}"
