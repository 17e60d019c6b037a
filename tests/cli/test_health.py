"""`healthcheck` says whether this very service is ready."""

import json
import signal
import socket

import pytest

from tests.cli.shell import Shell, ended

HOST = "127.0.0.1"


def _free() -> int:
    with socket.create_server((HOST, 0)) as found:
        return int(found.getsockname()[1])


def test_a_service_that_runs_is_ready(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 0 while it is a member of its groups, exit 1 once it has gone."""
    port = str(_free())
    monkeypatch.setenv("STREAMAL_HTTP__PORT", port)
    child = shell.process(["run"], STREAMAL_HTTP__PORT=port)
    assert child.stderr is not None
    while json.loads(child.stderr.readline())["event"] != "started":
        pass
    while (ran := shell("healthcheck", "--json")).code:
        assert child.poll() is None, ran.err
    assert ran.document == {"healthy": True, "code": 200, "text": "ready"}
    assert shell("healthcheck", "--live").code == 0
    shell.configured(model={"seed": 8})
    ran = shell("healthcheck")
    assert (ran.code, "of another configuration" in ran.err) == (1, True)
    child.send_signal(signal.SIGTERM)
    assert ended(child).code == 0
    ran = shell("healthcheck")
    assert (ran.code, "no answer" in ran.err) == (1, True)


def test_any_free_port_cannot_be_asked(shell: Shell) -> None:
    """With port 0 nobody but the log knows where the service is: exit 2."""
    ran = shell("healthcheck")
    assert (ran.code, "http.port is 0" in ran.err) == (2, True)


def test_what_is_no_service_of_ours_is_not_healthy(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something else that answers nothing in time is exit 1, within the time-out."""
    with socket.create_server((HOST, 0)) as other:
        monkeypatch.setenv("STREAMAL_HTTP__PORT", str(other.getsockname()[1]))
        ran = shell("healthcheck", "--timeout", 0.2, "--json")
    assert (ran.code, ran.document["healthy"], ran.document["code"]) == (1, False, None)
