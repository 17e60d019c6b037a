"""One transaction per batch: outputs, rows of `state`, and input offsets, or nothing."""

from collections.abc import Mapping, Sequence
from time import perf_counter

from streamal.brokers.port import Consumer, Writer
from streamal.core.log import Outgoing
from streamal.errors import Fenced, StreamalError
from streamal.runtime.plan import Plan


class Committer:
    """Commits the batches of one role.

    Parameters
    ----------
    role
        ``scorer`` or ``arbiter``; names the crash points.
    """

    def __init__(self, writer: Writer, consumer: Consumer, role: str, plan: Plan) -> None:
        self._writer = writer
        self._consumer = consumer
        self._role = role
        self._faults = plan.faults
        self._observer = plan.observer

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
        since = perf_counter()
        try:
            self._commit(outputs, rows, offsets)
        except StreamalError as error:
            result = "fenced" if isinstance(error, Fenced) else "failed"
            self._observer.committed(result, perf_counter() - since)
            raise
        self._observer.committed("ok", perf_counter() - since)

    def _commit(
        self,
        outputs: Sequence[Outgoing],
        rows: Sequence[Outgoing],
        offsets: Mapping[int, int],
    ) -> None:
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
