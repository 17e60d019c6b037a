"""Rows as the members read them."""

from dataclasses import dataclass

import numpy as np

from streamal.learners.ensemble.exact import Floats, Integers, Whole

STEPS = 128
"""A standardised number is read in whole steps of one part in so many of the spread."""
LARGEST = 5
"""Beyond so many spreads it is cut off."""

ABSENT, UNKNOWN, INTERCEPT, FIRST = 0, 1, 2, 3
"""Tokens that are no value's: none, one that was never learned, every row's, the next."""


@dataclass(frozen=True, slots=True)
class Text:
    """The known words of one row, in order and repeated; its terms, each once: pairs too."""

    words: Integers
    terms: Integers


NO_TEXT = Text(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Batch:
    """n rows.

    Attributes
    ----------
    raw
        (n, d) numbers, NaN where a row has none.
    steps
        (n, d) the same standardised, in whole steps; 0 where a row has none.
    tokens
        (n, c) the value of each category as a token.
    texts
        The words of each row; empty where no text was learned.
    """

    raw: Floats
    steps: Whole
    tokens: Integers
    texts: list[Text]

    def __len__(self) -> int:
        return len(self.raw)
