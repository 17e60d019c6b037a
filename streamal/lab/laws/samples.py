"""Samples, read a second time in the order in which versions need them."""

from collections.abc import Iterator
from itertools import chain

from streamal.core.log import Record
from streamal.lab.laws.scan import Scan
from streamal.wire.topics import SAMPLES


class Lane:
    """One partition, read forward; what is needed later is held until then.

    A partition is scored in the order of its offsets and, but for a change of its
    worker, of versions: so hardly anything is ever held.

    Parameters
    ----------
    needed
        The offsets that will be asked for, once each.
    """

    def __init__(self, scan: Scan, partition: int, needed: set[int]) -> None:
        self._needed = needed
        self._held: dict[int, Record] = {}
        self._records: Iterator[Record] = iter(())
        if partition in scan.ends[SAMPLES]:
            self._records = scan.lane(SAMPLES, partition)

    def take(self, offset: int) -> Record | None:
        """Return the record at an offset, None if it is not there any more."""
        if offset in self._held:
            return self._held.pop(offset)
        for record in self._records:
            if record.offset == offset:
                return record
            if record.offset in self._needed:
                self._held[record.offset] = record
            if record.offset > offset:
                break
        return None

    def close(self) -> None:
        """Read no more."""
        self._held.clear()
        self._records = chain()
