"""The process's streams: there, able to take any text, and no error when a reader goes away."""

import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO


def prepare() -> None:
    """Open the streams that the caller has closed, and let stdout take any text.

    A closed one would leave its number to the next file that is opened. Text need not be
    UTF-8, such as a file's name, nor need a terminal know it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open to the end
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def told(stream: TextIO, text: str) -> bool:
    """Write to a stream; False when its reader has gone away, as `head` does."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # Python flushes once more at its end, and would fail there again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return False
    return True


class Log:
    """Where logs go: stderr, and nowhere once nobody reads it. A service goes on without."""

    def write(self, text: str) -> None:
        """Write some text; a full disk is no reason to end."""
        with suppress(OSError):
            told(sys.stderr, text)

    def flush(self) -> None:
        """Do nothing: it is written already."""
