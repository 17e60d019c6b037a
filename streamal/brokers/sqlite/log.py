"""The records: appended inside a transaction, fetched lane by lane."""

from collections.abc import Sequence

import msgspec

from streamal.brokers.sqlite.catalog import Catalog, Ends, Lane
from streamal.brokers.sqlite.database import Database, SqlError
from streamal.brokers.sqlite.schema import OFFSET_BITS, OFFSETS, lane_ids
from streamal.core.log import Headers, Outgoing, Record
from streamal.errors import BrokerError, BrokerUnavailable

Row = tuple[int, int, bytes | None, bytes | None, bytes | None]
"""id, append time, key, headers, value."""

INSERT = "INSERT INTO records VALUES (?, ?, ?, ?, ?)"
REPLACE = "REPLACE INTO latest VALUES (?, ?, ?, ?, ?, ?)"
REMOVE = "DELETE FROM latest WHERE lane = ? AND key = ?"
FETCH = "SELECT id, stamp, key, headers, value FROM {} WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"
FETCHES = (FETCH.format("records"), FETCH.format("latest"))

encode_headers = msgspec.msgpack.Encoder().encode
decode_headers = msgspec.msgpack.Decoder(Headers).decode


def table(lane: Lane) -> str:
    """Return the table that holds a lane's records."""
    return "latest" if lane.compacted else "records"


class Log:
    """The records of a database, whose ends the catalog knows."""

    def __init__(self, database: Database, catalog: Catalog) -> None:
        self.database = database
        self.catalog = catalog

    def append(self, outputs: Sequence[Outgoing], now: int) -> Ends:
        """Insert records with append time `now` or, where it ran back, the lane's newest.

        The caller holds a transaction and has refreshed the catalog; the ends returned
        hold once it is committed.

        Raises
        ------
        TopicMissing
            An output names a topic or partition that is not there.
        BrokerError
            A record without a key goes to a compacted topic.
        """
        catalog = self.catalog
        numbers, lanes = catalog.numbers, catalog.lanes
        ends = Ends(catalog.nexts.copy(), catalog.stamps.copy(), set())
        nexts, stamps, touched = ends
        rows: list[Row] = []
        latest: dict[tuple[int, bytes], Row] = {}
        for output in outputs:
            number = numbers.get((output.topic, output.partition), -1)
            if number < 0:
                raise catalog.missing(output.topic, output.partition)
            if number not in touched:
                touched.add(number)
                stamps[number] = max(now, stamps[number])
            offset = nexts[number]
            nexts[number] = offset + 1
            headers = encode_headers(output.headers) if output.headers else None
            row = (
                number << OFFSET_BITS | offset,
                stamps[number],
                output.key,
                headers,
                output.value,
            )
            if lanes[number].compacted:
                latest[number, _key(output)] = row
            else:
                rows.append(row)
        self._insert(rows, latest)
        return ends

    def fetch(self, number: int, start: int, limit: int, room: int) -> tuple[list[Record], int]:
        """Return up to `limit` records of a lane from offset `start`, and the room left.

        It stops early once the values have used up `room` bytes, never before the
        first record. Raises `BrokerUnavailable`.
        """
        lane = self.catalog.lanes[number]
        topic, partition = lane.topic, lane.partition
        first, last = lane_ids(number)
        records: list[Record] = []
        try:
            rows = self.database.run(FETCHES[lane.compacted], (first | start, last, limit))
            for id, stamp, key, headers, value in rows:  # noqa: A001
                given = decode_headers(headers) if headers else ()
                records.append(Record(topic, partition, id & OFFSETS, stamp, key, value, given))
                room -= len(value or b"")
                if room <= 0:
                    break
            rows.close()
        except SqlError as error:
            raise self.database.failure(error, BrokerUnavailable) from error
        return records, room

    def oldest(self, lane: Lane) -> int:
        """Return the oldest offset there is, the next one where there is none."""
        ids = lane_ids(lane.number)
        query = f"SELECT min(id) FROM {table(lane)} WHERE id >= ? AND id < ?"
        found = self.database.number(query, ids)
        end = self.catalog.nexts[lane.number]
        return end if found is None else min(found & OFFSETS, end)

    def count(self, lane: Lane, start: int) -> int:
        """Return how many records there are from offset `start` on."""
        if not lane.compacted:  # then offsets leave no holes
            return max(0, self.catalog.nexts[lane.number] - max(start, self.oldest(lane)))
        first, last = lane_ids(lane.number)
        query = "SELECT count(*) FROM latest WHERE id >= ? AND id < ?"
        return self.database.number(query, (first | start, last)) or 0

    def _insert(self, rows: list[Row], latest: dict[tuple[int, bytes], Row]) -> None:
        if rows:
            self.database.run_many(INSERT, rows)
        for (number, key), row in latest.items():
            if row[-1] is None:
                self.database.run(REMOVE, (number, key))
            else:
                self.database.run(REPLACE, (*row, number))


def _key(output: Outgoing) -> bytes:
    if output.key is None:
        raise BrokerError(
            f"topic {output.topic!r} is compacted: a record without a key cannot go there"
        )
    return output.key
