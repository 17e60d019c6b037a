"""The tables of the file, and the marks by which we know it for ours.

A lane is one partition of one topic, as a small number; a record's id is its lane and
its offset in one integer, so that a lane's records lie together and in order.
"""

APPLICATION = 0x5354414C
"""``STAL`` as PRAGMA application_id, https://www.sqlite.org/fileformat.html#application_id."""

VERSION = 1
"""PRAGMA user_version: a release refuses the files of newer ones."""

OFFSET_BITS = 40
"""A trillion records a lane, eight million lanes, in SQLite's 63 bits."""

OFFSETS = (1 << OFFSET_BITS) - 1

SCHEMA = (
    """CREATE TABLE topics (
        name TEXT PRIMARY KEY, compacted INTEGER NOT NULL, retention_ms INTEGER
    ) WITHOUT ROWID""",
    # `next` and `stamp` (the newest append time) outlive the records that made them.
    """CREATE TABLE lanes (
        lane INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
        next INTEGER NOT NULL, stamp INTEGER NOT NULL
    )""",
    # The value comes last: what stands before it is read without walking over it.
    """CREATE TABLE records (
        id INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, key BLOB, headers BLOB, value BLOB
    )""",
    # Compacted topics: a newer record of a key takes the place of the older one.
    """CREATE TABLE latest (
        id INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, key BLOB NOT NULL, headers BLOB,
        value BLOB NOT NULL, lane INTEGER NOT NULL, UNIQUE (lane, key)
    )""",
    """CREATE TABLE places (
        grp TEXT, lane INTEGER, next INTEGER NOT NULL, PRIMARY KEY (grp, lane)
    ) WITHOUT ROWID""",
    "CREATE TABLE epochs (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL) WITHOUT ROWID",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)


def lane_ids(lane: int) -> tuple[int, int]:
    """Return the ids that a lane's records lie between: first, and first of the next.

    >>> lane_ids(1) == (1 << 40, 2 << 40)
    True
    """
    return lane << OFFSET_BITS, (lane + 1) << OFFSET_BITS
