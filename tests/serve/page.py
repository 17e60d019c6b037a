"""The page of all metrics: `python -m tests.serve.page > docs/metrics.md`."""

import sys
from collections.abc import Iterator

from streamal.serve.catalog import CATALOG
from streamal.serve.catalog.metric import Metric

HEAD = """\
# Metrics

This page is made from the catalogue in the code (`python -m tests.serve.page > docs/metrics.md`);
a test keeps both alike.

`streamal run` serves them at `http://HOST:PORT/metrics` (`http.host`, `http.port`), as Prometheus
text or as OpenMetrics, with exemplars: the newest request of each reason, the place of the newest
dead letter of each kind. Beside them are those of the process (`process_…`, such as
`process_resident_memory_bytes`) and of Python's garbage collector (`python_gc_…`).

Everything is counted when its transaction is committed, by the process that wrote it: counters
begin at 0 with the process, so use `rate` and `increase`, and `sum` over the workers. What is
gone with an aborted transaction was never counted. Gauges of the ledger, the requests and the
accuracy are those of the log, and are there only on the worker that is the arbiter now: take
`max by (limit) (…)`, and a takeover leaves no gap. Labels are bounded and never ids, and all that
are known beforehand exist from the start.

How it stands in one document, without Prometheus: `/status`. Dashboards and alerts:
[operate.md](operate.md).
"""

WHO = {
    "scorer": ("Of a scorer", "On workers with the role `all` or `scorer`."),
    "arbiter": ("Of the arbiter, counted", "On workers with the role `all` or `arbiter`."),
    "presiding": ("Of the arbiter, as it stands", "Only on the worker that is the arbiter now."),
    "worker": ("Of every worker", "On all of them."),
}


def page() -> str:
    """Return the whole page as Markdown."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for where, (title, words) in WHO.items():
        yield f"## {title}\n\n{words}\n\n| metric | kind | labels | meaning |\n|---|---|---|---|"
        yield from (_row(metric) for metric in CATALOG if metric.where == where)
        yield ""


def _row(metric: Metric) -> str:
    labels = "; ".join(_label(metric, at) for at in range(len(metric.labels)))
    return f"| `{metric.full_name}` | {metric.kind} | {labels} | {metric.meaning} |"


def _label(metric: Metric, at: int) -> str:
    """Return a label's name, and its values where they are known."""
    known = dict.fromkeys(child[at] for child in metric.children if child[at])
    values = ", ".join(f"`{value}`" for value in known)
    return f"`{metric.labels[at]}`: {values}" if values else f"`{metric.labels[at]}`"


if __name__ == "__main__":
    sys.stdout.write(page())
