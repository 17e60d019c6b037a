"""The command line: words in, words out. Commands load what they need when they run."""

from streamal.cli.program import main

__all__ = ["main"]
