"""Long lists come in pages: each says where the next one is, in its body and in `Link`."""

from __future__ import annotations

from flask import Response, request, url_for


def next_page(cursor: object | None) -> str | None:
    """The address of this list from `cursor` on, narrowed as it is; None where there is no more."""
    if cursor is None:
        return None
    asked = {name: value for name, value in request.args.items() if value}
    return url_for(str(request.endpoint), **(asked | {"cursor": str(cursor)}))  # type: ignore[arg-type]


def linked(answer: Response, following: str | None) -> Response:
    """The answer, with the address of the next page in its head."""
    if following:
        answer.headers["Link"] = f'<{following}>; rel="next"'
    return answer
