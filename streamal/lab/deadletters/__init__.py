"""Dead letters: looked through, shown whole, and sent again, each at most once."""

from streamal.lab.deadletters.again import REPLAYER, Replayed, preview, send_again
from streamal.lab.deadletters.choice import EVERY, Choice
from streamal.lab.deadletters.document import summary, whole
from streamal.lab.deadletters.letter import Letter
from streamal.lab.deadletters.marks import marks
from streamal.lab.deadletters.moment import moment
from streamal.lab.deadletters.reading import find, letters, named

__all__ = [
    "EVERY",
    "REPLAYER",
    "Choice",
    "Letter",
    "Replayed",
    "find",
    "letters",
    "marks",
    "moment",
    "named",
    "preview",
    "send_again",
    "summary",
    "whole",
]
