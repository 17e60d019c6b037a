"""What was polled of `candidates` and waits for its block to be closed.

Its offsets are committed with the block alone, so after a crash or in another process it
is read again: whoever gives the partition up just drops it.
"""

from streamal.core.log import Record
from streamal.core.pool import Block
from streamal.core.records import Candidate, Progress
from streamal.runtime.buried import Buried


class Waiting:
    """One block, and the dead letters of records between its own.

    Parameters
    ----------
    next
        The offset after the last record taken in; None while there is none.
    """

    def __init__(self) -> None:
        self.block = Block()
        self.buried: list[Buried] = []
        self.next: int | None = None

    def take(self, found: Candidate | Progress | Buried, record: Record) -> None:
        """Take in one record, decoded."""
        self.next = record.offset + 1
        if isinstance(found, Buried):
            self.buried.append(found)
        else:
            self.block.take(found, record.offset, record.timestamp)

    def is_overdue(self, time: int, wait_ms: int) -> bool:
        """Has the first candidate waited as long as any may?"""
        since = self.block.since
        return since is not None and time - since >= wait_ms
