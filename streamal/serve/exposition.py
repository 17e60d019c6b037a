"""The one door to prometheus-client: the catalogue and its numbers as a page.

Formats: Prometheus text 0.0.4 and OpenMetrics 1.0, by what the scraper accepts; only the
second carries exemplars.
"""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    SummaryMetricFamily,
)
from prometheus_client.core import (
    Metric as Family,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar

from streamal.serve.catalog import CATALOG
from streamal.serve.catalog.metric import Metric
from streamal.serve.metrics import Metrics
from streamal.serve.series import Histogram, Series, Summary


class Exposition:
    """Renders the metrics, and those of the process, on a registry of their own."""

    def __init__(self, metrics: Metrics) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Catalogue(metrics))
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def render(self, accept: str) -> tuple[bytes, str]:
        """Return the page, and its content type, for what an ``Accept`` header asks for."""
        try:
            return self._render(accept)
        except (ValueError, TypeError):  # it asks for a version that is no number
            return self._render("")

    def _render(self, accept: str) -> tuple[bytes, str]:
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


class _Catalogue(Collector):
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Family]:
        self._metrics.refresh()
        return [found for metric in CATALOG for found in self._family(metric)]

    def _family(self, metric: Metric) -> Iterator[Family]:
        series = self._metrics.board.numbers.get(metric.name)
        if isinstance(series, Series):
            yield from _plain(metric, series)
        elif isinstance(series, Histogram):
            yield _histogram(metric, series)
        elif isinstance(series, Summary):
            yield _summary(metric, series)


def _plain(metric: Metric, series: Series) -> Iterator[Family]:
    """Yield a family of counters or gauges; none while it has no value."""
    values = series.values()
    if not values:
        return
    if metric.kind == "gauge":
        gauge = GaugeMetricFamily(metric.full_name, metric.meaning, labels=metric.labels)
        for labels, value in values.items():
            gauge.add_metric(labels, value)
        yield gauge
        return
    counter = CounterMetricFamily(metric.full_name, metric.meaning, labels=metric.labels)
    for labels, value in values.items():
        counter.add_metric(labels, value, exemplar=_exemplar(series, labels))
    yield counter


def _exemplar(series: Series, labels: tuple[str, ...]) -> Exemplar | None:
    found = series.exemplars.get(labels)
    return None if found is None else Exemplar(found[0], 1.0, found[1])


def _histogram(metric: Metric, histogram: Histogram) -> Family:
    counts, total = histogram.read()
    names = [*map(str, histogram.edges), "+Inf"]
    family = HistogramMetricFamily(metric.full_name, metric.meaning)
    family.add_metric([], list(zip(names, counts, strict=True)), total)
    return family


def _summary(metric: Metric, summary: Summary) -> Family:
    family = SummaryMetricFamily(metric.full_name, metric.meaning, labels=metric.labels)
    for labels, (count, total) in summary.values().items():
        family.add_metric(labels, count, total)
    return family
