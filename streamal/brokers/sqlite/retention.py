"""Letting records go once they are older than their topic keeps them."""

from streamal.brokers.sqlite.catalog import Lane
from streamal.brokers.sqlite.log import Log, table
from streamal.brokers.sqlite.schema import lane_ids

STEP = 1000
"""Records a lane and call: a short transaction, since it keeps writers waiting."""


def expire(log: Log, now: int) -> None:
    """Drop up to `STEP` records of each lane with an append time before its retention."""
    log.catalog.refresh()
    for lane in log.catalog.lanes:
        if lane.retention_ms is not None:
            _expire(log, lane, now - lane.retention_ms)


def _expire(log: Log, lane: Lane, before: int) -> None:
    first, last = lane_ids(lane.number)
    query = f"SELECT id, stamp FROM {table(lane)} WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"
    rows = log.database.rows(query, (first, last, STEP))
    # Append times never run back, so the old records are the first ones.
    old = [id for id, stamp in rows if stamp < before]  # noqa: A001
    if old:
        with log.database.changes:
            delete = f"DELETE FROM {table(lane)} WHERE id >= ? AND id <= ?"
            log.database.run(delete, (first, old[-1]))
