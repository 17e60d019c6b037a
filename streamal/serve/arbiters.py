"""Counts what an arbiter's transactions wrote, and shows how its ledger stands."""

from collections.abc import Mapping
from time import time
from typing import Any

from streamal.core.arbiter import Arbiter, Output
from streamal.core.records import Decision, Request
from streamal.core.updates import Closed, Example
from streamal.runtime.observer import Disposed
from streamal.runtime.standing import standing
from streamal.serve.board import Board
from streamal.serve.catalog import CATALOG
from streamal.serve.guarantees import GuaranteeCounts

PRESIDING = tuple(metric.name for metric in CATALOG if metric.where == "presiding")


_LABELS = {
    "accuracy": ("weighted", "point"),
    "low": ("weighted", "lower"),
    "high": ("weighted", "upper"),
    "low_anytime": ("weighted", "lower_anytime"),
    "high_anytime": ("weighted", "upper_anytime"),
    "raw_on_requested": ("raw", "point"),
}
"""What a bound of the estimate is called in `accuracy_ratio`."""


class ArbiterCounts:
    """The arbiter's part of the metrics.

    Counters are those of this process: they begin at 0 and count what it wrote itself.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._guarantees = GuaranteeCounts(board)
        self._told: dict[str, dict[str, float]] = {}
        self.oldest: int | None = None
        self.presides = False
        self.standing: dict[str, Any] | None = None

    def begin(self, arbiter: Arbiter) -> None:
        """Take over: what was counted before is another's."""
        self._told = _totals(arbiter)
        self._show(arbiter)

    def end(self) -> None:
        """Nothing of the ledger is ours to show any more."""
        self.presides, self.oldest, self.standing = False, None, None
        for name in PRESIDING:
            self._board.series(name).put(())

    def take(self, arbiter: Arbiter, batch: Disposed) -> None:
        """Take in a transaction."""
        for record in batch.out:
            self._count(arbiter, record)
        totals = _totals(arbiter)
        for name, values in totals.items():
            self._add(name, self._told.get(name, {}), values)
        self._told = totals
        self._show(arbiter)

    def _add(self, name: str, before: Mapping[str, float], now: Mapping[str, float]) -> None:
        for label, total in now.items():
            more = total - before.get(label, 0.0)
            if more > 0:
                self._board.add(name, (label,), more)

    def _count(self, arbiter: Arbiter, record: Output) -> None:
        board = self._board
        self._guarantees.count(record)
        if isinstance(record, Request):
            self._count_request(record)
        elif isinstance(record, Decision):
            board.add("decisions_total", (record.route, record.reason), 1)
            if record.held_back is not None:
                board.add("held_back_total", (record.held_back,), 1)
        elif isinstance(record, Closed) and record.outcome == "expired":
            board.add("requests_expired_total", (), 1)
        elif isinstance(record, Example) and not record.corrects:
            row = arbiter.book.rows.get(record.request_id or "")
            if row is not None:
                waited = (record.created_at - row.asked.created_at) / 1000.0
                board.histogram("label_turnaround_seconds").take_one(max(0.0, waited))

    def _count_request(self, request: Request) -> None:
        """Count a request; one that is asked again decides no sample anew."""
        board = self._board
        if request.request_id == request.source.text:
            board.add("decisions_total", (request.route, request.reason), 1)
        asked = board.series("label_requests_total")
        asked.add((request.reason,), 1)
        asked.exemplars[request.reason,] = ({"request_id": request.request_id[-100:]}, time())

    def _show(self, arbiter: Arbiter) -> None:
        board, ledger = self._board, arbiter.ledger
        found = standing(arbiter.state, ledger)
        oldest = arbiter.book.oldest()
        self.oldest = None if oldest is None else oldest.asked.created_at
        self.presides = True
        waiting = {"outstanding": arbiter.book.outstanding, "oldest_created_at": self.oldest}
        told = self._guarantees.show(arbiter, found)
        self.standing = {**found, "requests": waiting, "certificate": told}
        limits = found["budget"].items()
        board.series("budget_limit").put(((name,), one["allowed"]) for name, one in limits)
        board.series("budget_remaining").put(((name,), one["remaining"]) for name, one in limits)
        lines = zip(ledger.names, ledger.limits, strict=True)
        board.series("budget_planned").put(((name,), limit.line()) for name, limit in lines)
        board.set("requests_outstanding", (), arbiter.book.outstanding)
        board.set("query_target_ratio", (), ledger.slope())
        for name, value in (("query_ratio", found["query_ratio"]), ("pace_ratio", found["pace"])):
            if value is not None:
                board.set(name, (), value)
        bounds = ((labels, found["estimate"][name]) for name, labels in _LABELS.items())
        known = ((labels, value) for labels, value in bounds if value is not None)
        board.series("accuracy_ratio").put(known)


def _totals(arbiter: Arbiter) -> dict[str, dict[str, float]]:
    """Return the counts that the arbiter keeps itself."""
    ledger = arbiter.ledger
    refused = [float(account.refused) for account in ledger.state.accounts]
    audits = arbiter.state.estimate.classes.auto
    return {
        "audits_total": {"agree": audits.right, "disagree": audits.labels - audits.right},
        "labels_total": {key: float(count) for key, count in arbiter.state.answers.items()},
        "budget_spent_total": ledger.spent.copy(),
        "budget_refunded_total": ledger.refunded.copy(),
        "budget_refused_total": dict(zip(ledger.names, refused, strict=True)),
    }
