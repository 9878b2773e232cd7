"""The methods of Slack, each called once: who calls knows whether to call again is harmless."""

from __future__ import annotations

from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackRequestError

SECONDS = 15
NO_ANSWER = (OSError, HTTPException, SlackRequestError)
"""What is raised where Slack does not answer, or not as it should."""


def web_client(token: str | None, api_url: str, seconds: int = SECONDS) -> WebClient:
    """The methods for one token."""
    return WebClient(token, api_url, timeout=seconds, retry_handlers=[])
