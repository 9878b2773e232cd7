"""The plugin of pytest: the fixture `whygrad`, and options for whoever judges.

It is imported at every start of pytest, so it imports nothing that a run without the fixture does not need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from whygrad_client import defaults
from whygrad_client.defaults import Defaults

if TYPE_CHECKING:
    from whygrad_client.asserting import Whygrad

_SEVERITIES = ("error", "warning", "note", "never")  # of `counting`, which is not loaded for them
_SERVER = "the service that judges models [env WHYGRAD_SERVER]; else a sandbox on this machine"
_FAIL_ON = "the least severity that fails an assertion (default: warning)"
_INSECURE = "run models also on a machine that cannot confine them [env WHYGRAD_INSECURE_NO_SANDBOX]"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, each also a line of the configuration."""
    group = parser.getgroup("whygrad", "gradients that do not arrive")
    group.addoption("--whygrad-server", metavar="URL", help=_SERVER)
    group.addoption("--whygrad-fail-on", choices=_SEVERITIES, help=_FAIL_ON)
    group.addoption("--whygrad-insecure-no-sandbox", action="store_true", help=_INSECURE)
    parser.addini("whygrad_server", _SERVER)
    parser.addini("whygrad_fail_on", _FAIL_ON)


def pytest_configure(config: pytest.Config) -> None:
    """Put the options in force: command line, environment, configuration, in this order."""
    given = Defaults()
    fail_on = config.getoption("whygrad_fail_on") or config.getini("whygrad_fail_on") or given.fail_on
    if fail_on not in _SEVERITIES:
        raise pytest.UsageError(f"whygrad_fail_on is one of {', '.join(_SEVERITIES)}, not {fail_on!r}")
    defaults.enter(
        Defaults(
            server=config.getoption("whygrad_server") or given.server or config.getini("whygrad_server") or None,
            fail_on=fail_on,
            insecure=config.getoption("whygrad_insecure_no_sandbox") or given.insecure,
            root=config.rootpath,
            here=config.invocation_params.dir,
            project=config.rootpath,
        )
    )
    config.add_cleanup(defaults.leave)


def pytest_report_header() -> str | None:
    """Who judges, where it is not this machine."""
    server = defaults.current().server
    return f"whygrad: {server}" if server else None


@pytest.fixture(scope="session")
def whygrad() -> Whygrad:
    """Asserts on the gradients of models: `whygrad.assert_gradients_flow(model, inputs)`."""
    from whygrad_client.asserting import Whygrad  # only here: it loads the client

    return Whygrad()
