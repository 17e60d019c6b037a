"""The last W utilities of a partition, kept sorted: the rank of a new one in O(log W)."""

from array import array
from binascii import a2b_base64, b2a_base64
from bisect import bisect_left, bisect_right
from collections import deque
from struct import Struct, pack

_pack = Struct("<ff").pack
_number = int.from_bytes


class Window:
    """A queue of (utility, tie) pairs with a sorted copy beside it.

    Both numbers are rounded to float32 when they come in, so that a window restored
    from its eight bytes an entry ranks exactly as the one that was saved. Inside, a pair
    is one whole number: the bits of floats from 0 on (IEEE 754) are in their order, so
    with the utility's above the tie's it compares as the pair does.

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

    __slots__ = ("_capacity", "_queue", "_sorted")

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._queue: deque[int] = deque()
        self._sorted: list[int] = []

    def __len__(self) -> int:
        return len(self._sorted)

    def rank_and_insert(self, utility: float, tie: float) -> float:
        """Return the share of entries above this one (0 = best), then take it in."""
        entry = _number(_pack(tie, utility), "little")
        ranked = self._sorted
        size = len(ranked)
        place = bisect_right(ranked, entry)
        above = size - place
        if size >= self._capacity:
            oldest = bisect_left(ranked, self._queue.popleft())
            del ranked[oldest]
            place -= oldest < place
        ranked.insert(place, entry)
        self._queue.append(entry)
        return above / size if size else 0.0

    def save(self) -> str:
        """Return the entries as base64 of float32 pairs, oldest first."""
        pairs = array("f", pack(f"<{len(self._queue)}Q", *self._queue))
        pairs[::2], pairs[1::2] = pairs[1::2], pairs[::2]
        return b2a_base64(pairs.tobytes(), newline=False).decode("ascii")

    @classmethod
    def load(cls, capacity: int, saved: str) -> "Window":
        """Return the window that `save` wrote, cut to its newest `capacity` entries."""
        window = cls(capacity)
        numbers = array("f", a2b_base64(saved))
        for utility, tie in zip(numbers[::2], numbers[1::2], strict=True):
            window.rank_and_insert(utility, tie)
        return window
