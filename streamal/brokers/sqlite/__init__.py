"""The embedded broker: a log in one SQLite file, or in memory.

The only door to SQLite. One noun a file: `broker` hands out `consumer`, `reader` and
`writer`; these stand on `feed` (next offsets, read fairly), `log` (records),
`catalog` (topics, ends, offsets, epochs) and `database` (the connection); `retention`
and `passed` let records go.
"""

from streamal.brokers.sqlite.broker import SqliteBroker

__all__ = ["SqliteBroker"]
