"""`run`: what it writes down when it starts, how it ends, and what another start may change."""

import json
import signal
import socket
from typing import Any

from tests.cli.shell import Shell, csv, ended


def _worked(shell: Shell, **sections: object) -> None:
    """Let a service ask and learn."""
    shell.configured(**sections)
    shell.made("t.csv", csv(60))
    shell.good("send", "t.csv", "--label-column", "label")
    shell.served()
    shell.good("annotate", "--truth", "t.csv", "--label-column", "label", "--until-idle", 0)
    shell.served()


def _more(shell: Shell) -> None:
    """Let it go on."""
    shell.good("send", "t.csv", "--label-column", "label")
    shell.served()


def _kinds(shell: Shell, kind: str) -> list[Any]:
    return [one for one in shell.tail("updates") if one["kind"] == kind]


def _holds(shell: Shell) -> None:
    """Assert that no law is violated."""
    found = shell.good("verify", "--json").document
    assert [one for one in found["laws"] if one["state"] == "violated"] == []


def test_logs_are_json_lines_on_stderr(shell: Shell) -> None:
    """Stdout stays empty; stderr has one JSON object a line, with level and time."""
    ran = shell.served()
    assert ran.out == ""
    assert [line["event"] for line in ran.logs] == ["listening", "started", "stopped"]
    assert all({"level", "timestamp"} <= line.keys() for line in ran.logs)


def test_what_clients_of_the_pages_do_stays_out_of_the_log(shell: Shell) -> None:
    """A request that is none leaves no line, and none that is not JSON."""
    child = shell.process(["run"])
    assert child.stderr is not None
    address = json.loads(child.stderr.readline())["address"]
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(b"\x16\x03 no request\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 400")
    child.send_signal(signal.SIGTERM)
    assert {one["event"] for one in ended(child).logs} <= {"started", "stopped"}


def test_rare_settings_are_logged(shell: Shell) -> None:
    """What `validate` warns of is a line of the log as well."""
    shell.configured(budget=[{"count": 5}])
    first = shell.served().logs[0]
    assert (first["level"], "without `over`" in first["note"]) == ("warning", True)


def test_sigterm_ends_it_cleanly(shell: Shell) -> None:
    """SIGTERM finishes the batch and exits 0; what was decided stays, what was not comes next."""
    shell.made("t.csv", csv(500))
    shell.good("send", "t.csv")
    child = shell.process(["run"])
    assert child.stderr is not None
    assert json.loads(child.stderr.readline())["event"] == "listening"
    assert json.loads(child.stderr.readline())["event"] == "started"
    child.send_signal(signal.SIGTERM)
    ran = ended(child)
    assert (ran.code, ran.logs[-1]["event"]) == (0, "stopped")
    shell.served()
    assert shell.good("status", "--json").document["samples"] == 500
    _holds(shell)


def test_another_model_is_refused_by_name(shell: Shell) -> None:
    """A model other than the one in `updates` exits 78, names the setting, and changes nothing."""
    _worked(shell)
    before = shell.tail("updates")
    shell.configured(model={"preset": "bayes", "seed": 3})
    ran = shell("run", "--until-idle", 0)
    assert ran.code == 78
    error = ran.logs[-1]["error"]
    assert "model.preset is 'bayes' here and 'auto' in updates" in error
    assert "model.seed is 3 here and 7 in updates" in error
    assert "--apply" in error
    assert shell.tail("updates") == before


def test_apply_records_the_new_model_and_goes_on(shell: Shell) -> None:
    """`--apply` writes one more configuration; then a plain `run` works, and the laws hold."""
    _worked(shell)
    shell.configured(model={"preset": "bayes"})
    shell.served("--apply")
    assert [one["model"]["preset"] for one in _kinds(shell, "config")] == ["auto", "bayes"]
    shell.served("--apply")
    _more(shell)
    assert len(_kinds(shell, "config")) == 2
    _holds(shell)


def test_declared_types_are_a_part_of_the_model(shell: Shell) -> None:
    """`samples.types` is recorded with the model: another type is another configuration."""
    _worked(shell)
    shell.configured(samples={"types": {"x": "category"}})
    ran = shell("run", "--until-idle", 0)
    assert (ran.code, "model.types" in ran.logs[-1]["error"]) == (78, True)
    ran = shell("validate")
    assert (ran.code, "model.types is" in ran.err, "needs --apply" in ran.err) == (1, True, True)


def test_labels_that_a_new_model_cannot_learn_are_told(shell: Shell) -> None:
    """`--apply` with a type that the labelled examples do not have says how many are lost."""
    _worked(shell)
    shell.configured(samples={"types": {"x": "category"}})
    ran = shell.served("--apply")
    (line,) = [one for one in ran.logs if one["event"] == "not_relearned"]
    learned = len(_kinds(shell, "example"))
    assert (line["count"], line["of"], line["level"]) == (learned, learned, "warning")
    assert "x" in line["error"]
    assert shell("validate").code == 0


def test_another_budget_is_recorded_and_holds(shell: Shell) -> None:
    """A budget changed between two runs is one `budget` update, and no request exceeds it."""
    _worked(shell, budget=[{"rate": 0.2, "burst": 5}])
    shell.configured(budget=[{"rate": 0.05, "burst": 5}, {"count": 25}])
    for _ in range(4):
        _more(shell)
    budgets = [[limit["kind"] for limit in one["limits"]] for one in _kinds(shell, "budget")]
    assert budgets == [["rate"], ["rate", "count"]]
    status = shell.good("status", "--json").document
    assert (
        status["budget"]["rate"]["charged"]
        <= 17 + 0.05 * 240
        == status["budget"]["rate"]["allowed"]
    )
    assert status["budget"]["count"]["charged"] <= 25
    _holds(shell)


def test_two_roles_in_two_processes(shell: Shell) -> None:
    """A scorer and an arbiter on one file do the work together, and the laws hold."""
    shell.made("t.csv", csv(300))
    shell.good("send", "t.csv", "--label-column", "label")
    roles = [
        shell.process(["run", "--role", role, "--instance", role]) for role in ("scorer", "arbiter")
    ]
    words = ("annotate", "--truth", "t.csv", "--label-column", "label", "--until-idle")
    while shell.good("status", "--json").document["samples"] < 300:
        assert [one.poll() for one in roles] == [None, None]
    shell.good(*words, 1)
    for one in roles:
        one.send_signal(signal.SIGTERM)
    assert [ended(one).code for one in roles] == [0, 0]
    shell.served()
    status = shell.good("status", "--json").document
    assert (status["samples"], status["lag"]["labels"]) == (300, 0)
    assert status["labels"]["learned"] == status["routes"]["request"] > 0
    _holds(shell)


def test_an_expired_request_is_closed_by_a_later_run(shell: Shell) -> None:
    """A request that nobody answered ends by the wall clock, in whatever run sees it first."""
    shell.configured(requests={"expire_after": "1ms"})
    shell.made("t.csv", csv(5))
    shell.good("send", "t.csv", "--label-column", "label")
    shell.served()
    shell.served()
    assert {one["outcome"] for one in _kinds(shell, "closed")} == {"expired"}
    status = shell.good("status", "--json").document
    assert status["requests"]["outstanding"] == 0
    _holds(shell)
