"""A real `streamal run` with its world, and what it exports."""

import signal
from http.client import HTTPConnection
from pathlib import Path

from streamal.serve.catalog.metric import PREFIX
from tests.crash.process import cold, signalled
from tests.kafka.ports import HOST, Port
from tests.prometheus.server import until
from tests.prometheus.stream import World

SETTINGS = """
broker: {kind: sqlite, path: %s}
model: {preset: linear, seed: 7}
topics: {partitions: 2}
auto_label: {target_precision: 0.7, audit: 0.4}
budget: [{rate: 0.3, burst: 20}, {count: 2000, over: 20000}]
requests: {expire_after: 2s, refund: [skipped, expired]}
labels: {unsolicited: true}
policy: {kind: auto}
modifiers:
  guard: 1
  thinning: {most: 1, digits: 2}
  quotas: [{value: "1", max: 0.5}]
"""
"""Everything that charges, refunds, expires, learns, certifies, lowers a utility or holds back."""

JOB = "streamal"

LATE = (
    "accuracy_ratio",
    "consumer_lag_records",
    "query_utility",
    "policy_arm",
    "auto_label_threshold",
    "auto_label_precision_ratio",
    "annotator_agreement_ratio",
)
"""Gauges that have no value before an answer was learned, five seconds, a choice, a sample, a
certificate, an audit in force."""


class Service:
    """A worker in a folder of its own, and the `world` that feeds and answers it.

    Parameters
    ----------
    more
        Further sections of its configuration.
    """

    def __init__(self, folder: Path, more: str = "") -> None:
        self._port = Port()
        self.address = self._port.address
        config = folder / "streamal.yaml"
        config.write_text(SETTINGS % (folder / "streamal.db") + more, encoding="utf-8")
        self.log = folder / "run.log"
        port = {"STREAMAL_HTTP__PORT": str(self._port.number)}
        self._process = cold(folder, ["run", "-c", str(config)], port, self.log.name)
        self.world = World(config)
        self.world.start()

    def get(self, page: str) -> tuple[int, str]:
        """Return the status and the body of a page."""
        connection = HTTPConnection(HOST, self._port.number, timeout=5.0)
        try:
            connection.request("GET", page)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def is_running(self) -> bool:
        """Say whether the process is there."""
        return self._process.code() is None

    def close(self) -> None:
        """End the world, then the worker."""
        self.world.stop()
        signalled(self._process, signal.SIGTERM)
        self._process.wait()
        self._port.close()


def complete(service: Service) -> str:
    """Return its metrics, once all that comes late has come, at one moment."""
    pages: list[str] = []

    def is_whole() -> bool:
        pages.append(service.get("/metrics")[1])
        return all(f"\n{PREFIX}{name}" in pages[-1] for name in LATE)

    until(is_whole, f"not all of {', '.join(LATE)}")
    return pages[-1]
