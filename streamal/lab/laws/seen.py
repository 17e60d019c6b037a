"""How many samples had been seen, as `candidates` tells it."""

from array import array
from bisect import bisect_right
from collections.abc import Collection, Mapping


class Seen:
    """n after each record of `candidates`: the sum of the largest `seen` of each partition.

    Parameters
    ----------
    partitions
        Those that must have told before n is known; none where the topic is whole.

    Examples
    --------
    >>> seen = Seen(())
    >>> seen.take(0, {"0": 2}), seen.take(1, {"1": 3}), seen.take(2, {"0": 2})
    ([], [], ['0'])
    >>> seen.at(-1), seen.at(0), seen.at(7)
    (0, 2, 5)
    """

    def __init__(self, partitions: Collection[str]) -> None:
        self._awaited = set(partitions)
        self._is_cut = bool(partitions)
        self._largest: dict[str, int] = {}
        self._n = 0
        self._offsets = array("q")
        self._counts = array("q")

    def take(self, offset: int, seen: Mapping[str, int]) -> list[str]:
        """Take in one record; return the partitions whose count did not grow."""
        back = []
        for partition, count in seen.items():
            before = self._largest.get(partition, 0)
            if count <= before:
                back.append(partition)
                continue
            self._largest[partition] = count
            self._n += count - before
            self._awaited.discard(partition)
        self._offsets.append(offset)
        self._counts.append(-1 if self._awaited else self._n)
        return back

    def at(self, offset: int) -> int | None:
        """Return n once the record at `offset` was taken in, None where it is not known."""
        place = bisect_right(self._offsets, offset) - 1
        if place < 0:
            return None if self._is_cut else 0
        count = self._counts[place]
        return None if count < 0 else count
