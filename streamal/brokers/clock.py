"""The wall clock, which brokers read unless they are given another."""

import time


def wall_clock() -> int:
    """Return milliseconds since the epoch."""
    return time.time_ns() // 1_000_000
