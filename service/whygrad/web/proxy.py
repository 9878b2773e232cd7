"""Who is there, as a trusted proxy tells it: in a header that is believed from the proxy's own addresses alone.

Whoever else sends the header is nobody. The proxy has to replace what a client sent under that name: a name with a
comma in it is two values, one of them perhaps the client's, and believed is none.
"""

from __future__ import annotations

import ipaddress
import re

from flask import request

from whygrad.web.service import service

_NAME = re.compile(r"[^\x00-\x1f\x7f,]{1,255}")


def visitor() -> str:
    """The name that a trusted proxy gives for this request, or "" where none does."""
    header = service().settings.proxy_header
    name = request.headers.get(header, "").strip() if header and _comes_from_a_proxy() else ""
    return name if _NAME.fullmatch(name) else ""


def _comes_from_a_proxy() -> bool:
    try:
        peer = ipaddress.ip_address(request.environ.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    peer = getattr(peer, "ipv4_mapped", None) or peer
    return any(peer in ipaddress.ip_network(network) for network in service().settings.proxies)
