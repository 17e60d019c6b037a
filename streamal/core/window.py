"""The last W utilities of a partition, kept sorted: the rank of a new one in O(log W)."""

from array import array
from binascii import a2b_base64, b2a_base64
from bisect import bisect_left, bisect_right, insort

Entry = tuple[float, float]


class Window:
    """A ring of (utility, tie) pairs with a sorted copy beside it.

    Both numbers are rounded to float32 when they come in, so that a window restored
    from its eight bytes an entry ranks exactly as the one that was saved.

    Parameters
    ----------
    capacity
        How many entries are kept, at least 1.

    Examples
    --------
    >>> window = Window(3)
    >>> [window.rank_and_insert(u, 0.5) for u in (0.5, 0.9, 0.1, 0.5)]
    [0.0, 0.0, 1.0, 0.3333333333333333]
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._ring = array("f")
        self._head = 0
        self._sorted: list[Entry] = []
        self._scratch = array("f", (0.0, 0.0))

    def __len__(self) -> int:
        return len(self._sorted)

    def rank_and_insert(self, utility: float, tie: float) -> float:
        """Return the share of entries above this one (0 = best), then take it in."""
        entry = self._rounded(utility, tie)
        size = len(self._sorted)
        above = size - bisect_right(self._sorted, entry)
        self._insert(entry)
        return above / size if size else 0.0

    def _rounded(self, utility: float, tie: float) -> Entry:
        scratch = self._scratch
        scratch[0] = utility
        scratch[1] = tie
        return scratch[0], scratch[1]

    def _insert(self, entry: Entry) -> None:
        ring = self._ring
        if len(self._sorted) < self._capacity:
            ring.extend(entry)
        else:
            at = 2 * self._head
            del self._sorted[bisect_left(self._sorted, (ring[at], ring[at + 1]))]
            ring[at], ring[at + 1] = entry
            self._head = (self._head + 1) % self._capacity
        insort(self._sorted, entry)

    def save(self) -> str:
        """Return the entries as base64 of float32 pairs, oldest first."""
        at = 2 * self._head
        ordered = self._ring[at:] + self._ring[:at] if at else self._ring
        return b2a_base64(ordered.tobytes(), newline=False).decode("ascii")

    @classmethod
    def load(cls, capacity: int, saved: str) -> "Window":
        """Return the window that `save` wrote, cut to its newest `capacity` entries."""
        window = cls(capacity)
        numbers = array("f")
        numbers.frombytes(a2b_base64(saved))
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        for entry in pairs[-capacity:]:
            window._insert(entry)
        return window
