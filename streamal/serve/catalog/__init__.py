"""Every metric: its name, kind, labels and meaning. The page docs/metrics.md is made of this.

Labels are bounded and never ids. A child whose labels are known beforehand exists from the
start, so that its rate is 0 and not absent.
"""

from streamal.serve.catalog.arbiters import ARBITERS
from streamal.serve.catalog.guarantees import GUARANTEES
from streamal.serve.catalog.metric import Metric
from streamal.serve.catalog.scorers import SCORERS
from streamal.serve.catalog.workers import WORKERS

CATALOG: tuple[Metric, ...] = (*SCORERS, *ARBITERS, *GUARANTEES, *WORKERS)

BY_NAME = {metric.name: metric for metric in CATALOG}


def names() -> list[str]:
    """Return every name that Prometheus sees, a histogram's series included.

    Examples
    --------
    >>> [name for name in names() if "batch" in name]
    ['streamal_batch_records_bucket', 'streamal_batch_records_count', 'streamal_batch_records_sum']
    """
    return [name for metric in CATALOG for name in metric.series]
