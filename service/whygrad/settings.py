"""Settings of the service: one field, one environment variable (`data` is `WHYGRAD_DATA`)."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env, EnvValidationError
from marshmallow import ValidationError
from marshmallow.validate import Range

PREFIX = "WHYGRAD_"
MIB = 1024**2
LONGEST_SECONDS = 1e9
"""Thirty years, to which any time of day can be added."""
MOST_BYTES = 2**60
"""What the kernel still counts when it is added to what a process has."""
MOST_PROCESSES = 1_000
LEAST_RESULT_BYTES = 64 * 1024
"""Room for what the log is to be told of a run that failed, and for a diagnosis whose lists are cut."""
KEY = re.compile(r"[A-Za-z0-9._~+/=-]{16,}")
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
TAKEN_HEADERS = ("authorization", "cookie", "host", "origin", "content-type", "content-length")
"""What every browser sends, or what has a meaning here already."""


SECRETS = ("keys", "slack_signing_secret", "slack_bot_token", "slack_app_token")
"""What is never shown, nor given to whom it is of no use."""


class SettingsError(ValueError):
    """Environment variables that cannot be used: one line for each, all of them at once."""


@dataclass(frozen=True)
class Settings:
    """What an operator may choose. Sizes are in bytes, times in seconds."""

    data: Path = Path("whygrad-data")
    """The folder for the database, the uploads and the courier."""
    database_url: str = ""
    """An SQLAlchemy address; by default the SQLite file `whygrad.db` in the data folder."""
    bind: str = "127.0.0.1:8000"
    """HOST:PORT to listen on; port 0 takes a free one."""
    keys: tuple[str, ...] = field(default=(), repr=False)
    """Whoever sends one as `Authorization: Bearer KEY` is let in; without any, everybody who reaches the service."""
    proxy_header: str = ""
    """The header in which a trusted proxy names who has signed in with it, such as `X-Forwarded-User`."""
    proxies: tuple[str, ...] = ()
    """The addresses, or networks such as `10.0.0.0/8`, from which that header is believed, and from no other."""
    allowed_hosts: tuple[str, ...] = ()
    """Names that the service goes by, beside those of loopback and the hosts in `bind` and `public_url`."""
    public_url: str = ""
    """The address by which people reach the service, such as `https://whygrad.example.org`: links to it begin so."""
    max_upload_bytes: int = 512 * MIB
    """How large a program may be."""
    default_wait_seconds: float = 10.0
    """How long a request waits for its diagnosis where it says nothing."""
    max_wait_seconds: float = 60.0
    """How long a request may wait at most, whatever it says."""
    job_seconds: float = 120.0
    """The deadline of one program in the sandbox."""
    job_memory_bytes: int = 4096 * MIB
    """What one program may allocate beyond what the engine itself needs; its inputs are judged by it beforehand."""
    job_cpu_seconds: float = 600.0
    """The time of one program on the processors, over all its threads."""
    job_result_bytes: int = 1_000_000
    """How long a diagnosis may be, 65,536 at least: the lists of one that is longer are cut until it fits."""
    insecure_no_sandbox: bool = False
    """Run programs also on a host that cannot filter their system calls: only such as you would run yourself."""
    lease_seconds: float = 30.0
    """A job whose worker is silent for so long goes to the next worker."""
    attempts: int = 3
    """How many workers a job may lose before it is given up."""
    keep_unused_seconds: float = 86_400.0
    """How long an upload is kept that no diagnosis uses: 60 at least, since one may be on its way."""
    workers: int = 1
    """Worker processes that `whygrad serve` starts; each runs one program at a time."""
    web_workers: int = 1
    """Processes that answer HTTP; each serves many connections at once."""
    slack_signing_secret: str = field(default="", repr=False)
    """With it the service takes requests of Slack at `/slack/events`; docs/in-slack.md says where it is found."""
    slack_bot_token: str = field(default="", repr=False)
    """What the app speaks with in Slack, `xoxb-…`."""
    slack_app_token: str = field(default="", repr=False)
    """With it `whygrad slack` listens by Socket Mode, `xapp-…`: no address of the service is to be reached by Slack."""
    slack_api_url: str = "https://slack.com/api/"
    """The methods of Slack; another one for GovSlack, or for a stand-in, whose files are then taken too."""

    def __post_init__(self) -> None:
        data = Path(self.data).expanduser().absolute()
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "public_url", self.public_url.rstrip("/"))
        object.__setattr__(self, "database_url", self.database_url or f"sqlite:///{data / 'whygrad.db'}")

    @classmethod
    def from_environment(cls, **overrides: Any) -> Settings:
        """The settings of this process; `overrides` (a command line's, None = not given) win over the environment.

        Raises SettingsError, which names every variable that cannot be used.
        """
        given = {name: value for name, value in overrides.items() if value is not None}
        env = Env(eager=False, prefix=PREFIX)
        seconds = {"validate": Range(0, LONGEST_SECONDS, min_inclusive=False)}
        size = {"validate": Range(1, MOST_BYTES)}
        some = {"validate": Range(1, MOST_PROCESSES)}
        waiting, keeping = ({"validate": Range(least, LONGEST_SECONDS)} for least in (0, 60))
        result = {"validate": Range(LEAST_RESULT_BYTES, MOST_BYTES)}
        values: dict[str, Any] = {
            "data": env.path("DATA", cls.data),
            "database_url": env.str("DATABASE_URL", cls.database_url),
            "bind": env.str("BIND", cls.bind, validate=_check_bind),
            "keys": env.list("KEYS", [], validate=_check_keys),
            "proxy_header": env.str("PROXY_HEADER", cls.proxy_header, validate=_check_header),
            "proxies": env.list("PROXIES", [], validate=_check_networks),
            "allowed_hosts": env.list("ALLOWED_HOSTS", []),
            "public_url": env.str("PUBLIC_URL", cls.public_url, validate=_check_url),
            "max_upload_bytes": env.int("MAX_UPLOAD_BYTES", cls.max_upload_bytes, **size),
            "default_wait_seconds": env.float("DEFAULT_WAIT_SECONDS", cls.default_wait_seconds, **waiting),
            "max_wait_seconds": env.float("MAX_WAIT_SECONDS", cls.max_wait_seconds, **waiting),
            "job_seconds": env.float("JOB_SECONDS", cls.job_seconds, **seconds),
            "job_memory_bytes": env.int("JOB_MEMORY_BYTES", cls.job_memory_bytes, **size),
            "job_cpu_seconds": env.float("JOB_CPU_SECONDS", cls.job_cpu_seconds, **seconds),
            "job_result_bytes": env.int("JOB_RESULT_BYTES", cls.job_result_bytes, **result),
            "insecure_no_sandbox": env.bool("INSECURE_NO_SANDBOX", cls.insecure_no_sandbox),
            "lease_seconds": env.float("LEASE_SECONDS", cls.lease_seconds, **seconds),
            "attempts": env.int("ATTEMPTS", cls.attempts, **some),
            "keep_unused_seconds": env.float("KEEP_UNUSED_SECONDS", cls.keep_unused_seconds, **keeping),
            "workers": env.int("WORKERS", cls.workers, validate=Range(0, MOST_PROCESSES)),
            "web_workers": env.int("WEB_WORKERS", cls.web_workers, **some),
            "slack_signing_secret": env.str("SLACK_SIGNING_SECRET", "", validate=_check_secret),
            "slack_bot_token": env.str("SLACK_BOT_TOKEN", "", validate=_check_token("xoxb-", "xoxe.")),
            "slack_app_token": env.str("SLACK_APP_TOKEN", "", validate=_check_token("xapp-")),
            "slack_api_url": env.str("SLACK_API_URL", cls.slack_api_url, validate=_check_url),
        }
        _refuse_bad(env)
        _refuse_halves(values)
        lists = {name: tuple(values[name]) for name in ("keys", "proxies", "allowed_hosts")}
        return cls(**values | lists | given)

    def environment(self) -> dict[str, str]:
        """The environment variables that give a child process these settings."""
        return {f"{PREFIX}{field.name.upper()}": _written(getattr(self, field.name)) for field in fields(self)}

    def without_secrets(self, *but: str) -> Settings:
        """The same for a process that needs none of them, or only those that are named."""
        return replace(self, **{name: type(getattr(self, name))() for name in SECRETS if name not in but})

    @property
    def locked(self) -> bool:
        """Whether only those are let in who have a key, or whom a proxy names."""
        return bool(self.keys or self.proxy_header)

    @property
    def uploads(self) -> Path:
        """The folder where uploads are kept."""
        return self.data / "uploads"

    @property
    def hosts(self) -> frozenset[str]:
        """The names that a request may be for, in lower case."""
        public = urlsplit(self.public_url).hostname or ""
        return frozenset(name.lower() for name in (*self.allowed_hosts, self.address[0], public) if name)

    @property
    def address(self) -> tuple[str, int]:
        """`bind` as host and port (an IPv6 host without its brackets). Raises SettingsError where it is neither."""
        try:
            _check_bind(self.bind)
        except ValidationError as error:
            raise SettingsError(f"bind={self.bind!r}: {error.messages[0]}") from None
        host, _, port = self.bind.rpartition(":")
        return host.removeprefix("[").removesuffix("]"), int(port)


def _refuse_bad(env: Env) -> None:
    try:
        env.seal()
    except EnvValidationError as error:
        messages = error.error_messages
        assert isinstance(messages, Mapping)  # a list only where `eager` is on
        lines = (f"{name}{_shown(name)}: {' '.join(why)}" for name, why in messages.items())
        raise SettingsError("\n".join(lines)) from None


def _refuse_halves(values: Mapping[str, Any]) -> None:
    """What is of no use alone is a mistake, and better told now than by silence in a channel or a door that is shut."""
    for name in ("slack_signing_secret", "slack_app_token"):
        if values[name] and not values["slack_bot_token"]:
            given, wanted = (f"{PREFIX}{word.upper()}" for word in (name, "slack_bot_token"))
            raise SettingsError(f"{wanted}: is not set, and {given} is: whygrad could listen to Slack, and not answer")
    if values["slack_bot_token"] and values["proxy_header"] and not values["keys"]:
        raise SettingsError(f"{PREFIX}KEYS: is not set, and what answers in Slack comes past the proxy, with a key")
    if bool(values["proxy_header"]) != bool(values["proxies"]):
        both = "the header that names who is there, and the addresses from which it is believed"
        raise SettingsError(f"{PREFIX}PROXY_HEADER and {PREFIX}PROXIES: one is of no use without the other: {both}")


def _shown(name: str) -> str:
    return "" if name.removeprefix(PREFIX).lower() in SECRETS else f"={os.environ.get(name, '')!r}"


def _written(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _check_keys(keys: list[str]) -> None:
    if not all(KEY.fullmatch(key) for key in keys):
        raise ValidationError("must be keys of 16 characters or more (A-Z a-z 0-9 . _ ~ + / = -), commas between them")


def _check_header(name: str) -> None:
    if name and (not HEADER.fullmatch(name) or name.lower() in TAKEN_HEADERS):
        raise ValidationError("must be the name of a header that the proxy alone sets, such as X-Forwarded-User")


def _check_networks(networks: list[str]) -> None:
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise ValidationError("must be addresses or networks, commas between them: 127.0.0.1,10.0.0.0/8") from None


def _check_secret(text: str) -> None:
    if text and not re.fullmatch(r"[!-~]{16,}", text):
        raise ValidationError("must be the signing secret of a Slack app: 16 characters or more, and no blanks")


def _check_token(*beginnings: str) -> Callable[[str], None]:
    def check(text: str) -> None:
        if text and not (text.startswith(beginnings) and re.fullmatch(r"[!-~]+", text)):
            raise ValidationError(f"must be a token of Slack that begins with {beginnings[0]}")

    return check


def _check_url(text: str) -> None:
    address = urlsplit(text)
    if text and (address.scheme not in ("http", "https") or not address.hostname or address.query or address.fragment):
        raise ValidationError("must be an address such as https://whygrad.example.org")


def _check_bind(text: str) -> None:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ValidationError("must be HOST:PORT, for example 127.0.0.1:8000")
