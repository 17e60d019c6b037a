"""Alerts, end to end: a worker, Prometheus, Alertmanager, and somebody who is told.

The rules are those of deploy/prometheus, with one change in a copy: what `for:` says is ten
seconds, so that nobody waits for minutes. The example of Alertmanager groups for a second.
Windows such as `[10m]` stay: a young series fills them as far as it goes.
"""

import json
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from streamal.app import broker_of, topics_of
from streamal.core.log import Outgoing
from streamal.settings import load
from tests.crash.process import Process, cold, signalled
from tests.kafka.ports import Port
from tests.prometheus import rules
from tests.prometheus.alertmanager import Alertmanager
from tests.prometheus.server import Prometheus, Refused, Value, until
from tests.prometheus.webhook import Told, Webhook

JOB = "streamal"
WAIT = "10s"
"""Instead of `for:`. A new Prometheus knows no target for its first five, and a page about
that would be one too many."""

GARBAGE = 200
"""Records that are no samples; more than 100 make a flood."""


class Worker:
    """A `streamal run` that can be stopped, and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._port = Port()
        self.address = self._port.address
        self._folder = folder
        self._config = folder / "streamal.yaml"
        self._config.write_text("broker: {kind: sqlite, path: streamal.db}\n", encoding="utf-8")
        self._process: Process | None = None

    def start(self) -> None:
        """Start it; it listens later."""
        port = {"STREAMAL_HTTP__PORT": str(self._port.number)}
        self._process = cold(self._folder, ["run"], port, "run.log")

    def send(self, value: bytes, times: int) -> None:
        """Write records to `samples`, in one transaction."""
        settings = load(self._config, {}, {"broker": {"path": str(self._folder / "streamal.db")}})
        broker = broker_of(settings, make=True)
        writer = broker.writer("source")
        topic = topics_of(settings)["samples"]
        writer.commit([Outgoing(topic, None, value, partition=0) for _ in range(times)])
        broker.close()

    def stop(self) -> None:
        """End it with SIGTERM."""
        if self._process is not None:
            signalled(self._process, signal.SIGTERM)
            assert self._process.wait() == 0
            self._process = None

    def close(self) -> None:
        """End it and give its port back."""
        self.stop()
        self._port.close()


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """A worker that was started."""
    made = Worker(tmp_path)
    made.start()
    yield made
    made.close()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """Whoever is on call."""
    made = Webhook()
    yield made
    made.close()


@pytest.fixture
def alertmanager(tmp_path: Path, webhook: Webhook) -> Iterator[Alertmanager]:
    """Tells the webhook."""
    made = Alertmanager(tmp_path, webhook.url)
    yield made
    made.close()


@pytest.fixture
def watch(tmp_path: Path, worker: Worker, alertmanager: Alertmanager) -> Iterator[Prometheus]:
    """Scrapes the worker, works the rules out, and tells Alertmanager."""
    for path in (rules.RECORDING, rules.ALERTS):
        text = rules.hurried(path.read_text(encoding="utf-8"), WAIT)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    files = [str(tmp_path / path.name) for path in (rules.RECORDING, rules.ALERTS)]
    managers = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager.address]}]}]}
    more = f"rule_files: {json.dumps(files)}\nalerting: {json.dumps(managers)}\n"
    made = Prometheus(tmp_path, {JOB: [worker.address]}, more)
    until(partial(_answers, made), "Prometheus answers no query")
    yield made
    made.close()


def _answers(watch: Prometheus) -> bool:
    """Has it read its own log? It listens before."""
    try:
        return bool(watch.ask("vector(1)"))
    except Refused:
        return False


def _firing(watch: Prometheus) -> list[str]:
    found: list[Value] = watch.ask('ALERTS{alertstate="firing"}')
    return [one.labels["alertname"] for one in found]


def _at_rest(watch: Prometheus) -> bool:
    """Is the worker ready, and does no alert fire or wait to fire?"""
    ready = watch.ask("streamal_ready == 1 and on (instance) streamal_consumer_lag_records >= 0")
    return bool(ready) and not watch.ask("ALERTS")


def _told(webhook: Webhook, alert: str, status: str) -> Told:
    """Wait until somebody is told; return the first of it."""
    until(partial(webhook.of, alert, status), f"nobody is told that {alert} is {status}")
    return webhook.of(alert, status)[0]


def _is_whole(told: Told) -> bool:
    """Does it lead to its section of the runbook, with a summary and a description?"""
    notes, anchor = told.annotations, told.labels["alertname"].lower()
    leads = notes["runbook_url"].endswith(f"docs/runbook.md#{anchor}")
    return leads and bool(notes["summary"]) and bool(notes["description"])


def _silenced(alertmanager: Alertmanager, alert: str) -> None:
    """Wait until Alertmanager has an alert and keeps it to itself."""
    is_so = partial(alertmanager.states, alert)
    until(lambda: is_so() == ["suppressed"], f"{alert} is not silenced by the page")


def test_whoever_is_on_call_is_told_and_told_that_it_is_over(
    worker: Worker, watch: Prometheus, alertmanager: Alertmanager, webhook: Webhook
) -> None:
    """Garbage, then a stop, each become one page with its runbook; a start resolves the second."""
    until(partial(_at_rest, watch), "alerts fire on a healthy worker")
    assert webhook.of("StreamalDown", "firing") == []

    worker.send(b"not json", GARBAGE)
    flood = _told(webhook, "StreamalDeadLetterFlood", "firing")
    assert (flood.receiver, flood.labels["severity"]) == ("page", "page")
    assert _is_whole(flood)
    assert flood.annotations["description"].startswith("100% of the samples")
    _silenced(alertmanager, "StreamalDeadLetters")

    worker.stop()
    down = _told(webhook, "StreamalDown", "firing")
    assert (down.receiver, down.labels["job"]) == ("page", JOB)
    assert _is_whole(down)
    assert down.annotations["summary"] == "No worker of streamal answers"
    _silenced(alertmanager, "StreamalWorkerDown")
    # Without its ten minutes StreamalWorkerDown may come first: a worker that ends is not ready.
    said = {told.labels["alertname"] for told in webhook.heard} - {"StreamalWorkerDown"}
    assert said == {"StreamalDeadLetterFlood", "StreamalDown"}

    worker.start()
    assert _told(webhook, "StreamalDown", "resolved").labels["job"] == JOB
    until(lambda: "StreamalDown" not in _firing(watch), "it fires on")
