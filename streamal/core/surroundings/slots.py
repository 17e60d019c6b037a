"""Columns for tokens: given out when first held, taken back when nobody holds them any more."""

from collections.abc import Iterable


class Slots:
    """Gives each token that somebody holds a column of its own.

    Parameters
    ----------
    most
        So many columns; a token for which there is none stays unknown.

    Examples
    --------
    >>> slots = Slots(2)
    >>> slots.hold(["a", "b", "c"]), slots.find(["c", "b"])
    ([0, 1], [1])
    >>> slots.release([0])
    >>> slots.find(["a", "b"]), slots.hold(["c"])
    ([1], [0])
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._columns: dict[str, int] = {}
        self._tokens: list[str] = []
        self._held: list[int] = []
        self._free: list[int] = []

    def __len__(self) -> int:
        """So many columns have been in use at once."""
        return len(self._tokens)

    def hold(self, tokens: Iterable[str]) -> list[int]:
        """Hold different tokens; return the columns of those that have one."""
        found = [self._column(token) for token in tokens]
        columns = [column for column in found if column is not None]
        for column in columns:
            self._held[column] += 1
        return columns

    def find(self, tokens: Iterable[str]) -> list[int]:
        """Return the columns of the tokens that are held."""
        columns = self._columns
        return [columns[token] for token in tokens if token in columns]

    def release(self, columns: Iterable[int]) -> None:
        """Hold once less what has these columns."""
        for column in columns:
            self._held[column] -= 1
            if not self._held[column]:
                del self._columns[self._tokens[column]]
                self._free.append(column)

    def _column(self, token: str) -> int | None:
        known = self._columns.get(token)
        if known is not None:
            return known
        if not self._free and len(self._tokens) >= self._most:
            return None
        column = self._free.pop() if self._free else self._grow()
        self._columns[token], self._tokens[column] = column, token
        return column

    def _grow(self) -> int:
        self._tokens.append("")
        self._held.append(0)
        return len(self._tokens) - 1
