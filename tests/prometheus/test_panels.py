"""Every query of the dashboard is asked of a real Prometheus."""

from functools import partial
from math import isfinite
from typing import NamedTuple

import pytest

from streamal.serve.catalog.known import OUTCOMES
from tests.prometheus.board import Query, committed, queries
from tests.prometheus.server import Prometheus, Refused, until
from tests.prometheus.service import JOB, Service

VARIABLES = {
    "$__rate_interval": "5s",
    "$__range": "30s",
    "$job": JOB,
    "$instance": ".+",
}

WARM = (
    "sum(streamal_decisions_total) > 500",
    'sum(streamal_decisions_total{route="auto_label"}) > 0',
    'streamal_audits_total{outcome="agree"} > 0',
    "streamal_certified == 1",
    "sum(streamal_dead_letters_total) > 0",
    "streamal_requests_expired_total > 0",
    "streamal_label_turnaround_seconds_count > 0",
    "streamal_query_utility > 0",
    "sum(streamal_consumer_lag_records) >= 0",
    *(f'streamal_labels_total{{outcome="{one}"}} > 0' for one in OUTCOMES if one != "voted"),
    "count_over_time(streamal_accuracy_ratio[6s]) >= 5",
)
"""What has some answer once everything has happened, and was scraped often enough; only where
several annotators answer is there a vote."""

OTHERWISE = " or on () "


@pytest.fixture(scope="module")
def warm(service: Service, prometheus: Prometheus) -> Prometheus:
    """Prometheus, once it has seen everything happen."""
    for query in WARM:
        until(partial(prometheus.ask, query), f"no answer to {query}")
    assert service.is_running(), service.log.read_text(encoding="utf-8")
    return prometheus


def substituted(expr: str) -> str:
    """Return a query as Grafana asks it."""
    for variable, value in VARIABLES.items():
        expr = expr.replace(variable, value)
    return expr


class Finding(NamedTuple):
    """What is wrong with a query."""

    title: str
    what: str


def _findings(prometheus: Prometheus, asked: list[Query]) -> list[Finding]:
    told = [(query.title, _finding(prometheus, query.expr)) for query in asked]
    return [Finding(title, what) for title, what in told if what]


def _finding(prometheus: Prometheus, expr: str) -> str:
    expr = substituted(expr)
    try:
        found = prometheus.ask(expr)
    except Refused as error:
        return str(error)
    if not found:
        return f"no data: {expr}"
    return "".join(f"{one}: {expr}" for one in found if not isfinite(one.value))


def _at_work(query: Query) -> Query:
    """Return a query without what it shows instead while nothing flows."""
    before = query.expr.split(OTHERWISE)[0]
    is_whole = before.count("(") == before.count(")")
    return query._replace(expr=before) if is_whole else query


def test_every_panel_shows_something_at_work(warm: Prometheus) -> None:
    """While samples flow every query has data, and all of it is finite."""
    assert _findings(warm, [_at_work(query) for query in queries(committed())]) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("streamal_ready", "streamal_redy"), ('route="request"', 'route="reqest"'), ("$job", "$jobb")],
    ids=["metric", "value", "variable"],
)
def test_a_typo_is_found(warm: Prometheus, right: str, wrong: str) -> None:
    """A wrong name of a metric, value of a label or variable is found in each panel with it."""
    asked = [_at_work(query) for query in queries(committed()) if right in query.expr]
    planted = [query._replace(expr=query.expr.replace(right, wrong)) for query in asked]
    missed = {query.title for query in planted} - {
        finding.title for finding in _findings(warm, planted)
    }
    # What is down counts although nothing tells of it: that panel stays a number.
    assert missed <= {"Workers not ready"}
    assert len(planted) > len(missed)


def test_every_panel_shows_something_at_rest(warm: Prometheus, service: Service) -> None:
    """When nothing flows any more no panel is empty, and none shows what is no number."""
    rest = "sum(rate(streamal_predictions_total[5s])) == 0"
    with service.world.resting():
        until(partial(warm.ask, rest), f"it does not come to rest: {rest}")
        assert _findings(warm, queries(committed())) == []
