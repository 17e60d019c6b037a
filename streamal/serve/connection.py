"""One connection to the pages, bounded in number and in time.

uvicorn waits for ever for a request that has begun, and what it counts as too many it answers
with 503: idle connections would make probes fail. Here the oldest one makes room for a new one.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 64
"""Connections at a time."""

LONGEST_S = 30.0
"""Seconds that a connection may last, whatever its client does."""


class Connection(H11Protocol):
    """A connection that ends after `LONGEST_S`, or when newer ones need its place."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Make room, if need be, and begin."""
        if len(self.connections) >= MOST:
            oldest = min(self.connections, key=_age_rank)
            oldest.transport.abort()
            self.connections.discard(oldest)
        self.since = self.loop.time()
        super().connection_made(transport)
        self._end = self.loop.call_later(LONGEST_S, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """End it."""
        self._end.cancel()
        super().connection_lost(exc)


def _age_rank(connection: object) -> float:
    assert isinstance(connection, Connection)
    return connection.since
