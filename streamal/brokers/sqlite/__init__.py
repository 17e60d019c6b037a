"""The embedded broker: a log in one SQLite file.

The only door to SQLite. One noun a file: `broker` hands out `consumer`, `reader` and
`writer`; these stand on `feed` (next offsets, read fairly), `log` (records),
`catalog` (topics, ends, offsets, epochs) and `database` (the connection); `retention`
lets records go.
"""

from streamal.brokers.sqlite.broker import SqliteBroker

__all__ = ["SqliteBroker"]
