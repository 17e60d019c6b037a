"""Exit codes and streams: what scripts rely on, each by a real case."""

import json
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator, Sequence

import pytest
import typer

from streamal import __version__
from streamal.brokers.sqlite.broker import SqliteBroker
from streamal.cli.program import app
from streamal.core.log import Outgoing
from tests.cli.shell import COMMAND, Shell, csv, ended, environ


def commands() -> Iterator[list[str]]:
    """Yield the words of every command."""
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        yield [name]
        yield from ([name, inner] for inner in getattr(command, "commands", ()))


@pytest.mark.parametrize("words", [[], *commands()], ids=" ".join)
def test_every_command_explains_itself(shell: Shell, words: Sequence[str]) -> None:
    """`--help` exits 0, on stdout, and every option that is there has a help text."""
    ran = shell(*words, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert f"Usage: streamal {' '.join(words)}".rstrip() in ran.out


def test_version(shell: Shell) -> None:
    """`--version` prints name and version."""
    assert shell.good("--version").out == f"streamal {__version__}\n"


def test_0_a_command_that_did_its_work(shell: Shell) -> None:
    """Exit 0: what was asked for is done."""
    assert shell("validate", "--offline").code == 0


def test_1_a_check_that_said_no(shell: Shell) -> None:
    """Exit 1: a check that was asked for failed."""
    shell.good("topics", "create")
    shell.configured(topics={"partitions": 2})
    assert shell("topics", "check").code == 1


USAGE = [
    ["frobnicate"],
    ["send"],
    ["send", "nowhere.csv"],
    ["send", "t.csv", "--rate", "nan"],
    ["send", "t.csv", "--rate", "0"],
    ["send", "t.csv", "--limit", "0"],
    ["status", "-c", "nowhere.yaml"],
    ["status"],
    ["tail", "samples", "-n", "-1"],
    ["simulate", "t.csv"],
    ["simulate", "t.csv", "--label-column", "lable"],
    ["simulate", "t.csv", "--label-column", "label", "--budget", "nan"],
    ["simulate", "t.csv", "--label-column", "label", "--budget", "1.5"],
    ["simulate", "t.csv", "--label-column", "label", "--budget", "5_0"],
    ["simulate", "t.csv", "--label-column", "label", "--budget=-3"],
    ["simulate", "t.csv", "--label-column", "label", "--budget", ""],
    ["simulate", "t.csv", "--label-column", "label", "--burst", "3"],
    ["simulate", "t.csv", "--label-column", "label", "--never", "1.1"],
    ["simulate", "t.csv", "--label-column", "label", "--delay", "-1"],
    ["simulate", "t.csv", "--label-column", "label", "--auto-label", "high"],
    ["simulate", "t.csv", "--label-column", "label", "--decisions", "nowhere/out.jsonl"],
    ["simulate", "t.csv", "--label-column", "label", "--decisions", "."],
    ["annotate", "--truth", "nowhere.csv", "--label-column", "label"],
    ["annotate", "--truth", "t.csv", "--label-column", "label", "--delay", "inf"],
    ["annotate", "--truth", "t.csv", "--label-column", "label", "--skip", "2"],
    ["run", "--role", "boss"],
    ["run", "--until-idle", "nan"],
    ["export", "out.xls"],
    ["export", "nowhere/out.csv"],
    ["demo", "--rows", "0"],
]


@pytest.mark.parametrize("words", USAGE, ids=" ".join)
def test_2_a_wrong_word_or_a_missing_file(shell: Shell, words: Sequence[str]) -> None:
    """Exit 2: stderr says what is wrong, stdout stays empty, and there is no traceback."""
    shell.made("t.csv", csv(3))
    ran = shell(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "Error" in ran.err or ran.err.startswith("error: ")
    assert "Traceback" not in ran.err
    assert sorted(path.name for path in shell.folder.iterdir()) == ["t.csv"]


def test_2_names_the_nearest_topic(shell: Shell) -> None:
    """A topic that is not there comes with the nearest one."""
    shell.good("topics", "create")
    ran = shell("tail", "lable-requests")
    assert (ran.code, "did you mean label-requests?" in ran.err) == (2, True)


def test_70_what_no_start_gets_past(shell: Shell) -> None:
    """Exit 70: a record of `updates` that is none stops every start, and is named."""
    shell.good("topics", "create")
    broker = SqliteBroker("streamal.db")
    broker.writer("somebody").commit([Outgoing("updates", None, b"hello")])
    broker.close()
    ran = shell("run", "--until-idle", 0)
    line = ran.logs[-1]
    assert (ran.code, ran.out) == (70, "")
    assert (line["event"], line["exit_code"]) == ("failed", 70)
    assert "updates/0/0 is no update" in line["error"]


def test_75_another_one_runs_already(shell: Shell) -> None:
    """Exit 75: a second `run` on one file is locked out, and told by whom."""
    shell.good("topics", "create")
    first = shell.process(["run", "--instance", "one"])
    assert first.stderr is not None
    assert "listening" in first.stderr.readline()
    assert "started" in first.stderr.readline()
    ran = shell("run")
    first.send_signal(signal.SIGTERM)
    assert ended(first).code == 0
    assert (ran.code, "is held by one" in ran.logs[-1]["error"]) == (75, True)


@pytest.mark.parametrize("words", [["validate"], ["status"], ["run"], ["send", "t.csv"]])
def test_78_a_configuration_that_cannot_work(shell: Shell, words: Sequence[str]) -> None:
    """Exit 78: every command refuses a configuration with a key that nobody knows."""
    shell.made("t.csv", csv(3))
    shell.configured(bugdet=[])
    ran = shell(*words)
    assert (ran.code, ran.out) == (78, "")
    assert "bugdet: unknown key; did you mean budget?" in ran.err


def test_78_a_file_that_is_no_broker(shell: Shell) -> None:
    """Exit 78: a broker's path that names a foreign file, which is left alone."""
    shell.made("t.csv", csv(3))
    shell.configured(broker={"path": "t.csv"})
    assert shell("status").code == 78
    assert (shell.folder / "t.csv").read_text() == csv(3)


def test_a_reader_that_goes_away_is_no_error(shell: Shell) -> None:
    """`tail | head` exits 0 without a word on stderr."""
    shell.made("t.csv", csv(2000))
    shell.good("send", "t.csv")
    with shell.process(["tail", "samples", "-n", 2000]) as child:
        assert child.stdout is not None
        assert json.loads(child.stdout.readline())["offset"] == 0
        child.stdout.close()
        assert child.stderr is not None
        assert (child.wait(timeout=60), child.stderr.read()) == (0, "")


def test_ctrl_c_ends_a_command_with_130(shell: Shell) -> None:
    """SIGINT ends what is no service at once, without a traceback."""
    shell.made("t.csv", csv(50))
    child = shell.process(["send", "t.csv", "--rate", "0.01"])
    while not (shell.folder / "streamal.db-wal").exists():
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    ran = ended(child)
    assert (ran.code, "Traceback" in ran.err) == (130, False)


def test_sigterm_ends_a_command_with_143(shell: Shell) -> None:
    """So does a handler of our own: as process 1 of a container nothing else would."""
    shell.made("t.csv", csv(50))
    child = shell.process(["send", "t.csv", "--rate", "0.01"])
    while not (shell.folder / "streamal.db-wal").exists():
        assert child.poll() is None
    child.send_signal(signal.SIGTERM)
    ran = ended(child)
    assert (ran.code, ran.err) == (143, "")


def test_names_that_are_no_text_are_printed_all_the_same(shell: Shell) -> None:
    """A file whose name is not UTF-8 is sent, with ids that are."""
    name = os.fsdecode(b"\xff.csv")
    (shell.folder / name).write_text(csv(2))
    ran = ended(shell.process(["send", name, "--json"], PYTHONIOENCODING="ascii"))
    assert (ran.code, json.loads(ran.out)["sent"]) == (0, 2)
    assert [one["id"] for one in shell.tail("samples")] == ["\ufffd-0", "\ufffd-1"]


def test_a_service_goes_on_where_its_logs_cannot_be_written(shell: Shell) -> None:
    """A disk that is full keeps no line, and nothing else."""
    shell.made("t.csv", csv(20))
    shell.good("send", "t.csv")
    line = f"{shlex.join([*COMMAND, 'run', '--until-idle', '0'])} 2>/dev/full"
    ran = subprocess.run(["sh", "-c", line], cwd=shell.folder, env=environ(), check=False)
    assert (ran.returncode, len(shell.tail("label-requests")) > 0) == (0, True)


JSON_COMMANDS = [
    ["validate"],
    ["topics", "create"],
    ["topics", "check"],
    ["send", "t.csv", "--label-column", "label"],
    ["status"],
    ["verify"],
    ["annotate", "--truth", "t.csv", "--label-column", "label", "--until-idle", "0"],
    ["export", "out.csv"],
    ["simulate", "t.csv", "--label-column", "label"],
    ["demo", "--rows", "200"],
    ["dlq", "list"],
    ["schema"],
]

NEED_MORE = {"healthcheck", "explain", "dlq show", "dlq replay"}
"""Commands with `--json` that need something to ask about; their own tests do."""


@pytest.mark.parametrize("words", JSON_COMMANDS, ids=" ".join)
def test_json_is_exactly_one_document(shell: Shell, words: Sequence[str]) -> None:
    """With `--json` stdout is one document on one line, and stderr is empty."""
    shell.made("t.csv", csv(30))
    shell.good("topics", "create")
    ran = shell.good(*words, "--json")
    assert isinstance(ran.document, dict)
    assert ran.err == ""


def test_every_command_with_json_is_tried() -> None:
    """The lists above have every command that has `--json`."""
    having = set()
    for words in commands():
        command = typer.main.get_command(app)
        for word in words:
            command = command.commands[word]  # type: ignore[attr-defined]
        if any("--json" in one.opts for one in command.params):
            having.add(" ".join(words))
    tried = {re.match(r"((topics|dlq) )?\w+", " ".join(one))[0] for one in JSON_COMMANDS}  # type: ignore[index]
    assert having == tried | NEED_MORE


def test_a_full_disk_is_told_in_one_line(shell: Shell) -> None:
    """What the operating system refuses is one sentence and exit 70, no traceback."""
    shell.made("t.csv", csv(400))
    ran = shell("simulate", "t.csv", "--label-column", "label", "--decisions", "/dev/full")
    assert (ran.code, ran.out, ran.err) == (70, "", "error: No space left on device\n")


def test_closed_streams_are_no_error(shell: Shell) -> None:
    """A command whose streams are closed does its work, and writes into no other file."""
    shell.good("topics", "create")
    before = shell.tail("updates")
    command = shlex.join([*COMMAND, "status", "--json"])
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        line = f"{command} {closed}"
        ran = subprocess.run(["sh", "-c", line], cwd=shell.folder, env=environ(), check=False)
        assert ran.returncode == 0
    assert shell.tail("updates") == before


def test_a_service_goes_on_without_a_reader_of_its_logs(shell: Shell) -> None:
    """When whoever reads the logs goes away, the service ends as if it had been read."""
    shell.made("t.csv", csv(20))
    shell.good("send", "t.csv")
    child = shell.process(["run"])
    assert child.stderr is not None
    assert "listening" in child.stderr.readline()
    assert "started" in child.stderr.readline()
    child.stderr.close()
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=60) == 0
