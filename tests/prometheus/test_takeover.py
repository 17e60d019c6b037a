"""What only the arbiter tells stays one line while the arbiter moves."""

from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest

from streamal.serve.catalog import BY_NAME
from streamal.serve.catalog.metric import PREFIX
from tests.prometheus import promql
from tests.prometheus.board import committed, queries
from tests.prometheus.server import Prometheus, until
from tests.prometheus.service import JOB, Service, complete
from tests.prometheus.test_panels import substituted

PRESIDING = tuple(PREFIX + name for name, one in BY_NAME.items() if one.where == "presiding")

QUERIES = [
    query for query in queries(committed()) if promql.metrics(query.expr) <= {*PRESIDING, "up"}
]


class Worker(HTTPServer):
    """Exports the page of a worker that is the arbiter, or of one that is not."""

    def __init__(self, page: str) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self._page = page
        self.presides = False
        self.address = f"127.0.0.1:{self.server_port}"
        Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def page(self) -> bytes:
        """Return it."""
        lines = self._page.splitlines(keepends=True)
        kept = [line for line in lines if self.presides or not line.startswith(PRESIDING)]
        return "".join(kept).encode()


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Worker)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.page())

    def log_message(self, *words: object) -> None:
        """Say nothing."""


class Pair(NamedTuple):
    """Two workers, and a Prometheus that scrapes both."""

    one: Worker
    other: Worker
    prometheus: Prometheus


@pytest.fixture
def pair(service: Service, tmp_path: Path) -> Iterator[Pair]:
    """Pages of a real worker, twice."""
    page = complete(service)
    one, other = Worker(page), Worker(page)
    prometheus = Prometheus(tmp_path, {JOB: [one.address, other.address]})
    try:
        yield Pair(one, other, prometheus)
    finally:
        prometheus.close()
        for worker in (one, other):
            worker.shutdown()
            worker.server_close()


def _lines(pair: Pair, presiding: set[Worker]) -> list[list[str]]:
    """Return the series of each query, once Prometheus has seen who presides."""
    for worker in (pair.one, pair.other):
        worker.presides = worker in presiding
    times = "count_over_time(streamal_requests_outstanding[3s])"
    seen = f"count({times} >= 2) == {len(presiding)} == count(streamal_requests_outstanding)"
    until(partial(pair.prometheus.ask, seen), f"Prometheus does not see it: {seen}")
    return [
        sorted(str(dict(one.labels)) for one in pair.prometheus.ask(substituted(query.expr)))
        for query in QUERIES
    ]


def test_a_takeover_breaks_no_line(pair: Pair) -> None:
    """Before, while two workers say that they are the arbiter, and after: the same series."""
    before = _lines(pair, {pair.one})
    assert len(before) > 15
    assert all(before)
    assert _lines(pair, {pair.one, pair.other}) == before
    assert _lines(pair, {pair.other}) == before
