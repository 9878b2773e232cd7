"""The headers that every answer has: what a browser may do with it, and which request it answers."""

from __future__ import annotations

from flask import Response

from whygrad.web import trace

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def protect(answer: Response) -> Response:
    """The answer with these headers; one that a view has set stays. What has an ETag may be kept, to ask about it."""
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Cache-Control", "private, no-cache" if "ETag" in answer.headers else "no-store")
    answer.headers[trace.HEADER] = trace.current()
    return answer
