"""The command line in this process, in a folder of its own; and as a process where it must be."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from streamal.cli import main
from tests import environment

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-W", "error", "-c", "from streamal.cli import main; main()")


class Ran(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON
        """The one JSON document that is all of stdout."""
        assert self.out.count("\n") == 1, self.out + self.err
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON documents of stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def logs(self) -> list[Any]:
        """The JSON documents of stderr, one a line."""
        return [json.loads(line) for line in self.err.splitlines()]


class Shell:
    """Runs `streamal` with words in a folder and gives back what it printed.

    Parameters
    ----------
    folder
        Where the process stands.
    """

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self._children: list[subprocess.Popen[str]] = []

    def __call__(self, *words: object) -> Ran:
        """Run a command to its end."""
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        out, err = self._capsys.readouterr()
        return Ran(int(end.value.code or 0), out, err)

    def good(self, *words: object) -> Ran:
        """Run a command that must exit 0."""
        ran = self(*words)
        assert ran.code == 0, ran.err
        return ran

    def made(self, name: str, text: str | bytes) -> Path:
        """Write a file into the folder."""
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def configured(self, **sections: object) -> None:
        """Write `streamal.yaml`: JSON is YAML."""
        self.made("streamal.yaml", json.dumps(sections))

    def served(self, *words: object) -> Ran:
        """Run the service until nothing is left to do."""
        return self.good("run", "--until-idle", 0, *words)

    def process(self, words: Sequence[object], **changes: str) -> "subprocess.Popen[str]":
        """Start a command of its own, as a shell would."""
        child = subprocess.Popen(
            [*COMMAND, *map(str, words)],
            cwd=self.folder,
            env=environ(**changes),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._children.append(child)
        return child

    def close(self) -> None:
        """End what a failed test left running."""
        for child in self._children:
            with child:
                child.kill()

    def tail(self, topic: str) -> list[Any]:
        """Return the values of all records of a topic."""
        return [line["value"] for line in self.good("tail", topic, "-n", 100_000).lines]

    def dead(self) -> list[Any]:
        """Return what the dead letters say."""
        return [line["error"] for line in self.good("tail", "dead-letters", "-n", 1000).lines]


def environ(**changes: str) -> dict[str, str]:
    """Return this process's variables, without settings, and changed."""
    return environment.environ(changes)


def ended(child: "subprocess.Popen[str]", said: str = "") -> Ran:
    """Wait for the end of a process that is told something on stdin."""
    out, err = child.communicate(said, timeout=60)
    return Ran(child.returncode, out, err)


def rows(count: int, seed: int = 1) -> Iterator[Mapping[str, object]]:
    """Yield labelled rows: two numbers, a category, and a label that follows from them."""
    dice = random.Random(seed)
    for _ in range(count):
        x, y = round(dice.gauss(0, 1), 3), round(dice.gauss(0, 1), 3)
        colour = dice.choice(["red", "blue"])
        yield {"x": x, "y": y, "colour": colour, "label": "up" if x + y > 0 else "down"}


def csv(count: int, seed: int = 1) -> str:
    """Return a CSV of such rows."""
    lines = [",".join(map(str, row.values())) for row in rows(count, seed)]
    return "\n".join(["x,y,colour,label", *lines]) + "\n"


def jsonl(count: int, seed: int = 1) -> str:
    """Return JSON lines of such rows."""
    return "".join(json.dumps(row) + "\n" for row in rows(count, seed))
