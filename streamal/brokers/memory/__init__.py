"""The broker in memory: a log for one process and one thread, gone when it ends.

One noun a file: `broker` hands out `consumer`, `reader` and `writer`; these stand on
`feed` (next offsets, read fairly) and `log` (topics, groups, writers), and that on
`lane` and `compacted` (records) and `seat` (who holds a name); `passed` lets records go.
"""

from streamal.brokers.memory.broker import MemoryBroker

__all__ = ["MemoryBroker"]
