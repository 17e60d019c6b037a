"""What one run showed."""

import msgspec

STARTS = (0, 100, 1_000)
"""Rows from which accuracy is also taken: after the first arrivals of delayed labels."""
BLOCKS = 20


class Outcome(msgspec.Struct, frozen=True):
    """The figures of a run; junk rows count for the budget and for nothing else.

    Parameters
    ----------
    accuracy
        Prequential, from row 0, 100 and 1,000 on; a row without a prediction is wrong.
    spent, allowed
        Labels asked for, and rate times rows.
    over_line, over_burst
        Worst prefix: labels above rate * n, and above burst + rate * n.
    junk, junk_share
        Share of the requests that were junk, and of the stream.
    rare, rare_share
        Share of the requests that were of the rarest class, and of the stream.
    first
        The row of the first request; -1 without one.
    found
        Requests until every class was asked about once; -1 if never.
    micros
        Choosing alone, for each row.
    blocks
        Accuracy in each twentieth of the stream.
    """

    rows: int
    accuracy: list[float]
    balanced: float
    kappa: float
    spent: int
    allowed: float
    over_line: float
    over_burst: float
    junk: float
    junk_share: float
    rare: float
    rare_share: float
    first: int
    found: int
    micros: float
    blocks: list[float]

    @property
    def share(self) -> float:
        """Labels asked for, over rows."""
        return self.spent / self.rows
