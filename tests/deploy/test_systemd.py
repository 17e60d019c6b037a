"""The units of systemd: of one mind with the program that they start, and with each other."""

import configparser
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from streamal.brokers.kafka import KafkaOptions
from streamal.cli.program import app
from streamal.errors import ConfigError, LockedOut, StreamalError, UsageError
from streamal.settings import load
from tests.house.source import ROOT

UNITS = ROOT / "deploy" / "systemd"
ONE, MANY = "streamal.service", "streamal@.service"
PROGRAM = "/opt/streamal/bin/streamal"
Unit = dict[str, list[str]]


class _Lists(dict[str, Any]):
    """Keeps every value of a key that is said more than once, as systemd does."""

    def __setitem__(self, key: str, value: Any) -> None:  # noqa: ANN401 - what the parser gives
        if isinstance(value, list) and key in self:
            self[key].extend(value)
        else:
            super().__setitem__(key, value)


def unit(name: str) -> Unit:
    """Return the keys of all sections, each with its values."""
    parser = configparser.RawConfigParser(strict=False, dict_type=_Lists, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNITS / name, encoding="utf-8")
    return {key: value.split("\n") for section in parser.values() for key, value in section.items()}


def given(name: str) -> dict[str, Any]:
    """Return the options of `run` that a unit gives, as the program reads them."""
    (line,) = unit(name)["ExecStart"]
    program, command, *words = shlex.split(line)
    assert (program, command, words.pop()) == (PROGRAM, "run", "$RUN_OPTIONS")
    run: Any = typer.main.get_command(app)
    return dict(run.commands[command].make_context(command, words).params)


@pytest.mark.parametrize("name", [ONE, MANY])
def test_the_program_takes_the_words(name: str) -> None:
    """The command is `run`, on the file that the docs name, with room for more words."""
    assert str(given(name)["config"]) == "/etc/streamal/streamal.yaml"
    assert "RUN_OPTIONS=" in unit(name)["Environment"]
    assert unit(name)["EnvironmentFile"][0] == "-/etc/streamal/environment"


def test_several_on_one_machine_differ(tmp_path: Path) -> None:
    """Each instance has a name of its own at the broker, and a file for its port."""
    assert given(ONE)["instance"] is None
    assert given(MANY)["instance"] == "%H-%i"
    assert unit(MANY)["EnvironmentFile"][1:] == ["-/etc/streamal/%i.environment"]
    (shown,) = {word for word in (UNITS / MANY).read_text().split() if "__PORT=" in word}
    (tmp_path / "streamal.yaml").touch()
    variable, port = shown.rstrip(".").split("=")
    assert load(tmp_path / "streamal.yaml", {variable: port}).http.port == int(port)


def test_the_units_differ_in_the_instance_only() -> None:
    """Whatever else one unit says the other says too."""
    one, many = unit(ONE), unit(MANY)
    differing = {key for key in one.keys() | many.keys() if one.get(key) != many.get(key)}
    assert differing == {"Description", "EnvironmentFile", "ExecStart"}


@pytest.mark.parametrize("name", [ONE, MANY])
def test_restarts_fit_the_exit_codes(name: str) -> None:
    """What a start cures is started again, in time to keep its partitions; the rest is not."""
    said = unit(name)
    left = {int(code) for code in said["RestartPreventExitStatus"][0].split()}
    assert left == {UsageError.exit_code, ConfigError.exit_code}
    assert not left & {StreamalError.exit_code, LockedOut.exit_code}
    assert said["Restart"] == ["on-failure"]
    assert said["StartLimitIntervalSec"] == ["0"]
    assert 1 < int(said["RestartSec"][0]) < KafkaOptions(servers=()).session_timeout_ms / 1000
    assert int(said["TimeoutStopSec"][0]) > KafkaOptions(servers=()).call_timeout_s


@pytest.mark.parametrize("name", [ONE, MANY])
def test_the_embedded_broker_can_write(name: str, tmp_path: Path) -> None:
    """The default path of its file lies in the one folder that the unit may write to."""
    said = unit(name)
    assert said["ProtectSystem"] == ["strict"]
    assert said["WorkingDirectory"] == [f"/var/lib/{said['StateDirectory'][0]}"]
    (tmp_path / "streamal.yaml").touch()
    path = getattr(load(tmp_path / "streamal.yaml", {}).broker, "path", "")
    assert path == "streamal.db"
    assert f"{said['WorkingDirectory'][0]}/{path}" in (UNITS / ONE).read_text()


def test_the_docs_install_what_is_there() -> None:
    """The page of operating names both units, the program's folder and the files they read."""
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    for wanted in (ONE, MANY, "/opt/streamal", "/etc/streamal/streamal.yaml", "RUN_OPTIONS"):
        assert wanted in page


@pytest.mark.parametrize("name", [ONE, MANY])
def test_systemd_takes_them(name: str, tmp_path: Path) -> None:
    """Where systemd is installed it knows each key, but for two that are newer than some."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    text = (UNITS / name).read_text(encoding="utf-8").replace(PROGRAM, sys.executable)
    (tmp_path / name).write_text(text, encoding="utf-8")
    verify = ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)]
    ran = subprocess.run(verify, capture_output=True, text=True, check=False)
    ours = [line for line in ran.stderr.splitlines() if name in line]
    newer = ("RestartSteps", "RestartMaxDelaySec")
    assert [line for line in ours if not any(key in line for key in newer)] == []
    assert ran.returncode == 0, ran.stderr
