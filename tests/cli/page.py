"""The page of all commands, made from the program: `python -m tests.cli.page > docs/cli.md`."""

import sys
from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

import typer

from streamal.cli.program import app

HEAD = """\
# Commands

This page is made from the program itself (`python -m tests.cli.page > docs/cli.md`); a test
keeps both alike.

Data goes to stdout, everything else to stderr: `run` logs there in JSON lines, the other
commands say what they did in words. `--json` prints exactly one JSON document. Every setting
can come from `streamal.yaml`, from the environment (`STREAMAL_POLICY__KIND=random`) or from
another file (`--config FILE`): see [settings.md](settings.md).

| exit code | what it says |
|---|---|
| 0 | done; SIGINT and SIGTERM end a service, and a reader that goes away ends a print, with 0 |
| 1 | a check said no: `verify`, `validate`, `topics check` |
| 2 | usage: a wrong word, a missing file or folder |
| 69 | the broker is away (`run` waits for it) |
| 70 | an error that no fresh start gets past |
| 75 | another instance holds what this one needs, or took it over |
| 78 | a configuration that cannot work, or another one than `updates` was begun with |
| 130 | Ctrl-C in a command that is no service |
| 143 | SIGTERM in a command that is no service |
"""


def commands() -> Iterator[tuple[str, Any]]:
    """Yield the name and the command of each, those of groups after their group."""
    group: Any = typer.main.get_command(app)
    for name, command in group.commands.items():
        inner = getattr(command, "commands", {})
        if not inner:
            yield name, command
        yield from ((f"{name} {below}", one) for below, one in inner.items())


def page() -> str:
    """Return the whole page as Markdown."""
    return "\n".join([HEAD, *(_command(name, command) for name, command in commands())])


def _command(name: str, command: Any) -> str:  # noqa: ANN401 - typer's own
    context = typer.Context(command, info_name=f"streamal {name}")
    usage = " ".join(context.get_usage().split()).removeprefix("Usage: ")
    records = [one.get_help_record(context) for one in command.params]
    rows = [_row(*record) for record in records if record is not None]
    table = ["| word | meaning |", "|---|---|", *rows, ""] if rows else []
    return "\n".join([f"## {name}", "", f"`{usage}`", "", cleandoc(command.help), "", *table])


def _row(word: str, meaning: str) -> str:
    """Return a row of a table; a bar inside a cell is escaped, even in code."""
    cells = [f"`{word.removesuffix(' <str>').removesuffix(' <path>')}`", " ".join(meaning.split())]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    sys.stdout.write(page())
