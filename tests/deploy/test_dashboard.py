"""The dashboard by looking alone; tests/prometheus asks its queries of a real Prometheus."""

import json
import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from deploy.grafana.dashboard import text
from deploy.grafana.query import each, fleet
from deploy.grafana.runbook import ALERTS
from streamal.serve.catalog import CATALOG
from tests.house.link import anchors
from tests.house.source import ROOT
from tests.prometheus import promql
from tests.prometheus.board import PATH, Board, committed, panels, problems, queries


def test_the_committed_dashboard_is_the_generated_one() -> None:
    """`python -m deploy.grafana > deploy/grafana/streamal.json` changes nothing."""
    assert PATH.read_text(encoding="utf-8") == text()


def test_every_panel_is_sound() -> None:
    """Metrics and labels exist; each panel has a unit, a description, a link and one name."""
    assert problems(committed()) == []


def test_every_metric_is_shown() -> None:
    """No family of the catalogue is missing from the dashboard."""
    shown = set().union(*(promql.metrics(query.expr) for query in queries(committed())))
    assert [
        metric.full_name
        for metric in CATALOG
        if not any(name.startswith(metric.full_name) for name in shown)
    ] == []


def test_every_link_leads_somewhere() -> None:
    """Each panel links to a heading of docs/ that is there."""
    links = {link["url"] for panel in panels(committed()) for link in panel["links"]}
    pages = [link.removeprefix("${docs}/").split("#") for link in links]
    assert [page for page in pages if page[1] not in anchors(ROOT / "docs" / page[0])] == []


def test_the_links_are_of_panels_and_alerts_that_exist() -> None:
    """The table of links names titles of panels and alerts of deploy/prometheus, no others."""
    rules = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text(encoding="utf-8")
    alerts = set(re.findall(r"alert: (\w+)", rules))
    assert set(ALERTS.values()) <= alerts
    assert set(ALERTS) <= {panel["title"] for panel in panels(committed())}


def test_the_runbook_names_panels_that_exist() -> None:
    """A name in italics in docs/runbook.md is the title of a panel."""
    page = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])", page)) - {"italics"}
    assert sorted(named - {panel["title"] for panel in panels(committed())}) == []
    assert len(named) > 10


def test_panels_lie_beside_each_other() -> None:
    """No panel covers another or hangs over the edge of 24 columns."""
    places = [panel["gridPos"] for panel in committed()["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert [pair for pair in combinations(places, 2) if _overlap(*pair)] == []


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return all(
        one[at] < other[at] + other[long] and other[at] < one[at] + one[long]
        for at, long in (("x", "w"), ("y", "h"))
    )


def _first(board: Board) -> dict[str, Any]:
    return panels(board)[0]


def _query(text: str) -> Callable[[Board], None]:
    return lambda board: _first(board)["targets"][0].update(expr=text)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (_query("sum(streamal_redy)"), "Workers not ready: no metric is named streamal_redy"),
        (
            _query("rate(streamal_utility[5m])"),
            "Workers not ready: no metric is named streamal_utility",
        ),
        (
            _query('streamal_decisions_total{rout="request"}'),
            "Workers not ready: streamal_decisions_total has no label rout",
        ),
        (
            _query("sum by (reson) (streamal_decisions_total)"),
            "Workers not ready: streamal_decisions_total has no label reson",
        ),
        (
            _query('label_replace(streamal_ready, "a", "$1", "topik", "(.*)")'),
            "Workers not ready: streamal_ready has no label topik",
        ),
        (
            _query('up{job="$jobb"}'),
            "Workers not ready: no variable is named jobb",
        ),
        (
            lambda board: board["templating"]["list"][1].update(query="label_values(uq, job)"),
            "variable job: no metric is named uq",
        ),
        (
            lambda board: _first(board)["targets"][0].update(legendFormat="{{limt}}"),
            "Workers not ready: no series of this query has the label limt of the legend",
        ),
        (
            lambda board: _first(board)["fieldConfig"]["defaults"].pop("unit"),
            "Workers not ready: no unit",
        ),
        (
            lambda board: _first(board).update(description="Nothing."),
            "Workers not ready: no description of what is normal",
        ),
        (
            lambda board: panels(board)[1].update(title="Workers not ready"),
            "Workers not ready: used twice",
        ),
        (lambda board: panels(board)[1].update(id=2), "number 2: used twice"),
    ],
    ids="metric family matcher group replaced use variable legend unit text title number".split(),
)
def test_harm_is_found(harm: Callable[[Board], object], told: str) -> None:
    """Each kind of mistake in a panel is found, and named with the panel."""
    board = json.loads(text())
    harm(board)
    assert problems(board) == [told]


@pytest.mark.parametrize("name", ["redy", "utility_total", "commits"])
def test_code_cannot_name_what_does_not_exist(name: str) -> None:
    """A selector in the code of the dashboard is of a metric of the catalogue."""
    with pytest.raises(ValueError, match=f"named {name}"):
        fleet(name)


def test_code_cannot_select_what_a_metric_has_not() -> None:
    """Nor is a label unknown, nor an instance chosen for what only the arbiter has."""
    with pytest.raises(ValueError, match="streamal_ready has no label topic"):
        fleet("ready", topic="samples")
    with pytest.raises(ValueError, match="use fleet"):
        each("query_ratio")
