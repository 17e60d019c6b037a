"""The program: its commands, its exit codes, and how it says what went wrong."""

import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import typer

from streamal import __version__
from streamal.cli import contracts, deadletters, explain, feed, health, look, service, setup, study
from streamal.cli.console import say
from streamal.cli.logs import hush
from streamal.cli.streams import prepare
from streamal.errors import StreamalError

EPILOG = "Begin with `streamal demo`, then `streamal init` in a folder of your own."

app = typer.Typer(
    name="streamal",
    help="Samples a stream, asks people about what a model would learn most from, "
    "and never spends one label more than its budget.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)

for module in (study, setup, service, health, feed, look, explain, deadletters, contracts):
    module.register(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"streamal {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; never returns.

    Exit codes are those of `streamal.errors`: 0 done, 1 a check said no, 2 usage,
    69 broker away, 70 uncaught, 75 fenced, 78 configuration; 130 for Ctrl-C in a
    command that is no service, 143 for SIGTERM there.

    Parameters
    ----------
    words
        What comes after the program's name; None takes the process's own.
    """
    prepare()
    hush()
    signal.signal(signal.SIGTERM, _end)
    try:
        app(None if words is None else list(words), prog_name="streamal")
    except StreamalError as error:
        say(f"error: {error}")
        sys.exit(error.exit_code)
    except OSError as error:
        say(f"error: {_told(error)}")
        sys.exit(StreamalError.exit_code)
    except Exception as error:  # noqa: BLE001 - the last stop: nothing above would tell the user
        say(f"error: this should not have happened: {type(error).__name__}: {error}")
        say(traceback.format_exc())
        sys.exit(StreamalError.exit_code)
    sys.exit(0)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """End a command that is no service, as the shell would say it.

    Without a handler the kernel keeps the signal from the first process of a container.
    """
    del frame
    raise SystemExit(128 + number)


def _told(error: OSError) -> str:
    """Say what the operating system refused, and of which file."""
    why = error.strerror or str(error)
    return f"{error.filename}: {why}" if error.filename else why
