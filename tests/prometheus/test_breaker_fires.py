"""The alerts on promises, end to end: labels contradict the model, and whoever watches is told.

The rules are those of deploy/prometheus, with one change in a copy: what `for:` says is a second.
"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.prometheus import rules
from tests.prometheus.server import Prometheus, until
from tests.prometheus.service import JOB, Service

WAIT = "1s"

EARNED = 'streamal_certified == 1 and on () streamal_audits_total{outcome="agree"} > 60'
"""Fewer audits lose the certificate by their number, before the breaker is sure."""


@pytest.fixture
def wrong(tmp_path: Path) -> Iterator[Service]:
    """A worker of its own that will be wrong; its breaker alone watches."""
    made = Service(tmp_path, "drift: off\n")
    yield made
    made.close()


@pytest.fixture
def watch(tmp_path: Path, wrong: Service) -> Iterator[Prometheus]:
    """Scrapes the worker and works the rules out."""
    files = []
    for path in (rules.RECORDING, rules.ALERTS):
        files.append(str(tmp_path / path.name))
        text = rules.hurried(path.read_text(encoding="utf-8"), WAIT)
        Path(files[-1]).write_text(text, encoding="utf-8")
    made = Prometheus(tmp_path, {JOB: [wrong.address]}, f"rule_files: {json.dumps(files)}\n")
    yield made
    made.close()


def _fires(watch: Prometheus, alert: str) -> bool:
    return bool(watch.ask(f'ALERTS{{alertname="{alert}", alertstate="firing"}}'))


def test_a_model_that_is_always_wrong_fires_the_breaker(watch: Prometheus, wrong: Service) -> None:
    """Audits contradict the certificate, it is lost, and both are told, each once."""
    until(partial(watch.ask, EARNED), "no certificate that a single error could not lose")
    alerts = ("StreamalBreakerFired", "StreamalCertificateLost")
    assert not any(_fires(watch, alert) for alert in alerts)
    wrong.world.contradict()
    for alert in alerts:
        until(partial(_fires, watch, alert), f"{alert} does not fire")
    assert watch.ask("streamal_certified == 0 unless streamal_auto_label_threshold")
    same = (
        'streamal_breaker_trips_total == on () streamal_drift_detections_total{detector="breaker"}'
    )
    assert watch.ask(f"{same} > 0")
    assert not _fires(watch, "StreamalDriftDetected")
