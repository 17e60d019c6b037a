"""One transaction per batch: outputs, rows of `state`, and input offsets, or nothing."""

from collections.abc import Mapping, Sequence

from streamal.brokers.port import Consumer, Writer
from streamal.core.log import Outgoing
from streamal.runtime.faults import Faults


class Committer:
    """Commits the batches of one role.

    Parameters
    ----------
    role
        ``scorer`` or ``arbiter``; names the crash points.
    """

    def __init__(self, writer: Writer, consumer: Consumer, role: str, faults: Faults) -> None:
        self._writer = writer
        self._consumer = consumer
        self._role = role
        self._faults = faults

    def commit(
        self,
        outputs: Sequence[Outgoing],
        rows: Sequence[Outgoing],
        offsets: Mapping[int, int],
    ) -> None:
        """Write a batch.

        Raises
        ------
        CommitFailed
            Nothing was written; rebuild and restore.
        Fenced
            Another instance has taken over; nothing was written.
        """
        self._faults(f"{self._role}.before_commit")
        if self._faults.splits_commits:
            self._writer.commit(outputs)
            self._faults(f"{self._role}.mid_commit")
            self._writer.commit(rows, self._consumer, offsets)
        else:
            self._writer.commit([*outputs, *rows], self._consumer, offsets)
        self._faults(f"{self._role}.after_commit")

    def close(self) -> None:
        """Release the writer."""
        self._writer.close()
