from __future__ import annotations

from pathlib import Path

import pytest

from whygrad.settings import Settings, SettingsError


def test_the_defaults_keep_everything_in_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment()
    assert settings == Settings()
    assert settings.data == tmp_path / "whygrad-data"
    assert settings.database_url == f"sqlite:///{tmp_path}/whygrad-data/whygrad.db"
    assert settings.address == ("127.0.0.1", 8000)


def test_every_bad_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = {"WHYGRAD_JOB_SECONDS": "soon", "WHYGRAD_ATTEMPTS": "0", "WHYGRAD_BIND": "here"}
    bad["WHYGRAD_KEEP_UNUSED_SECONDS"] = "59"  # an upload that is slow is on its way for longer
    for name, value in bad.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        Settings.from_environment()
    assert {line.partition("=")[0] for line in str(error.value).splitlines()} == bad.keys()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "1e20") for name in ("JOB_SECONDS", "JOB_CPU_SECONDS", "LEASE_SECONDS", "MAX_WAIT_SECONDS")),
        *(("JOB_SECONDS", value) for value in ("inf", "nan", "-1", "0")),
        *((name, str(10**20)) for name in ("JOB_MEMORY_BYTES", "MAX_UPLOAD_BYTES", "WORKERS", "ATTEMPTS")),
        ("JOB_RESULT_BYTES", "9999"),
    ],
)
def test_what_no_machine_can_count_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"WHYGRAD_{name}", value)
    with pytest.raises(SettingsError, match=rf"^WHYGRAD_{name}='{value}': \S"):
        Settings.from_environment()


def test_a_key_that_is_none_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHYGRAD_KEYS", "a-key-of-sixteen,hunter2")
    with pytest.raises(SettingsError, match="16 characters") as error:
        Settings.from_environment()
    assert "hunter2" not in str(error.value)
    assert "secret" not in repr(Settings(keys=("a-secret-of-sixteen",)))


def test_a_command_line_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WHYGRAD_DATA", "/nowhere")
    monkeypatch.setenv("WHYGRAD_BIND", "[::1]:9000")
    settings = Settings.from_environment(data=tmp_path, bind=None)
    assert settings.database_url == f"sqlite:///{tmp_path}/whygrad.db"
    assert settings.address == ("::1", 9000)


def test_a_child_process_gets_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings(
        data=tmp_path,
        job_seconds=1.5,
        workers=2,
        keys=("a-key-of-sixteen", "b" * 16),
        allowed_hosts=("a.example",),
        proxy_header="X-User",
        proxies=("10.0.0.0/8", "::1"),
    )
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings.from_environment() == settings


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"PROXY_HEADER": "X-Forwarded-User"}, "one is of no use without the other"),
        ({"PROXIES": "10.0.0.1"}, "one is of no use without the other"),
        ({"PROXY_HEADER": "X_Forwarded_User", "PROXIES": "10.0.0.1"}, "must be the name of a header"),
        ({"PROXY_HEADER": "Cookie", "PROXIES": "10.0.0.1"}, "must be the name of a header"),
        ({"PROXY_HEADER": "X-User", "PROXIES": "10.0.0.1,proxy.example"}, "must be addresses or networks"),
        ({"PROXY_HEADER": "X-User", "PROXIES": "10.0.0.1/8"}, "must be addresses or networks"),
        ({"PROXY_HEADER": "X-User", "PROXIES": "::1", "SLACK_BOT_TOKEN": "xoxb-1"}, "WHYGRAD_KEYS: is not set"),
    ],
)
def test_a_proxy_is_trusted_in_full_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], says: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"WHYGRAD_{name}", value)
    with pytest.raises(SettingsError, match=says):
        Settings.from_environment()


@pytest.mark.parametrize("name", ["SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"])
def test_half_of_slack_is_told_and_no_secret_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    secret = {"SLACK_SIGNING_SECRET": "0123456789abcdef", "SLACK_APP_TOKEN": "xapp-1-secret"}[name]
    monkeypatch.setenv(f"WHYGRAD_{name}", secret)
    with pytest.raises(SettingsError, match=f"WHYGRAD_SLACK_BOT_TOKEN: is not set, and WHYGRAD_{name} is") as caught:
        Settings.from_environment()
    assert secret not in str(caught.value)


def test_a_bad_token_is_told_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHYGRAD_SLACK_BOT_TOKEN", "xoxp-of-a-user")
    monkeypatch.setenv("WHYGRAD_SLACK_SIGNING_SECRET", "short")
    monkeypatch.setenv("WHYGRAD_PUBLIC_URL", "grad.example")
    with pytest.raises(SettingsError, match="begins with xoxb-") as caught:
        Settings.from_environment()
    told = str(caught.value)
    assert "WHYGRAD_PUBLIC_URL='grad.example': must be an address" in told
    assert "16 characters or more" in told
    assert "xoxp" not in told


def test_whoever_needs_no_secret_has_none() -> None:
    tokens = {"slack_signing_secret": "s" * 16, "slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1"}
    settings = Settings(keys=("k" * 16,), **tokens)
    assert not any(token in str(settings.without_secrets().environment()) for token in (*tokens.values(), "k" * 16))
    assert settings.without_secrets("slack_bot_token").slack_bot_token == "xoxb-1"
    assert not any(token in repr(settings) for token in tokens.values())
