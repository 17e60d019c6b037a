"""What a worker with all roles exports is what the catalogue says."""

import subprocess

import pytest
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.parser import text_string_to_metric_families

from streamal.serve.catalog import CATALOG
from streamal.serve.catalog.metric import PREFIX, Metric
from tests.prometheus.service import Service, complete

OF_THE_PROCESS = ("process_", "python_")
FREE = frozenset({"predictions_total"})
"""Has children for what comes, beside those that exist from the start."""


@pytest.fixture(scope="module")
def page(service: Service) -> str:
    """The metrics, once all that comes late has come."""
    return complete(service)


@pytest.fixture(scope="module")
def exported(page: str) -> dict[str, Family]:
    """Families by their full name."""
    families = text_string_to_metric_families(page)
    return {f"{one.name}{'_total' * (one.type == 'counter')}": one for one in families}


def test_all_of_the_catalogue_is_exported_and_nothing_else(exported: dict[str, Family]) -> None:
    """The families are those of the catalogue, beside those of the process."""
    ours = {name for name in exported if not name.startswith(OF_THE_PROCESS)}
    assert ours == {metric.full_name for metric in CATALOG}
    assert "process_resident_memory_bytes" in exported


@pytest.mark.parametrize("metric", CATALOG, ids=lambda metric: metric.name)
def test_a_family_is_as_the_catalogue_says(exported: dict[str, Family], metric: Metric) -> None:
    """Type, meaning, labels and the children that exist from the start agree."""
    family = exported[metric.full_name]
    assert (family.type, family.documentation) == (metric.kind, metric.meaning)
    found = [_without_edge(one.labels) for one in family.samples]
    assert {frozenset(labels) for labels in found} == {frozenset(metric.labels)}
    children = {tuple(labels[name] for name in metric.labels) for labels in found}
    assert children >= {*metric.children}
    assert metric.name in FREE or not metric.children or children == {*metric.children}


def _without_edge(labels: dict[str, str]) -> dict[str, str]:
    """Return labels without the edge of a bucket."""
    return {name: value for name, value in labels.items() if name != "le"}


def test_names_follow_the_rules_of_prometheus(page: str) -> None:
    """`promtool check metrics` has nothing to say of what is ours."""
    check = ["promtool", "check", "metrics"]
    lint = subprocess.run(check, input=page, capture_output=True, text=True, check=False)
    said = lint.stdout + lint.stderr
    assert [line for line in said.splitlines() if line.startswith(PREFIX)] == []
