"""Pieces of PromQL: selectors checked against the catalogue, and no division by nothing.

A metric of the arbiter is asked of the whole job, whatever instance is chosen: it is
exported where the arbiter is, and that moves. What is added up over all workers is
asked of the whole job too.
"""

from streamal.serve.catalog import BY_NAME, names

WINDOW = "$__rate_interval"
HOUR = "1h"
"""For what people do: a window of seconds would nearly always be empty."""

LEAST = "1e-9"
"""Below any rate that is not 0: one event in a month is 4e-7 a second."""

_ARBITER = ("arbiter", "presiding")


def fleet(name: str, **labels: str) -> str:
    """Select a metric on all workers of the job; a label's value may begin with its operator.

    Examples
    --------
    >>> fleet("decisions_total", route="request")
    'streamal_decisions_total{job="$job", route="request"}'
    >>> fleet("commits_total", result="!=ok")
    'streamal_commits_total{job="$job", result!="ok"}'
    """
    return _select(name, ['job="$job"'], labels)


def each(name: str, **labels: str) -> str:
    """Select a metric on the instances that are chosen above the dashboard.

    Examples
    --------
    >>> each("ready")
    'streamal_ready{job="$job", instance=~"$instance"}'
    """
    if BY_NAME[_family(name)].where in _ARBITER:
        raise ValueError(f"{name} is where the arbiter is, so no instance may be chosen: use fleet")
    return _select(name, ['job="$job"', 'instance=~"$instance"'], labels)


def _select(name: str, where: list[str], labels: dict[str, str]) -> str:
    family = BY_NAME[_family(name)]
    if unknown := set(labels) - {*family.labels}:
        raise ValueError(f"{family.full_name} has no label {', '.join(sorted(unknown))}")
    told = [f"{label}{_matched(value)}" for label, value in labels.items()]
    return f"streamal_{name}{{{', '.join(where + told)}}}"


def _matched(value: str) -> str:
    operator = next((one for one in ("!=", "!~", "=~") if value.startswith(one)), "")
    return f'{operator or "="}"{value.removeprefix(operator)}"'


def _family(name: str) -> str:
    """Return the family that a series belongs to: a histogram has three."""
    if name in BY_NAME:
        return name
    if f"streamal_{name}" not in names():
        raise ValueError(f"no metric of the catalogue is named {name}")
    return name.rpartition("_")[0]


def rate(selector: str, by: str = "", window: str = WINDOW) -> str:
    """Return what a counter grows by in a second, added up by labels.

    Examples
    --------
    >>> rate(fleet("labels_total"), by="outcome")
    'sum by (outcome) (rate(streamal_labels_total{job="$job"}[$__rate_interval]))'
    """
    kept = f" by ({by})" if by else ""
    return f"sum{kept} (rate({selector}[{window}]))"


def grown(selector: str, by: str, window: str = WINDOW) -> str:
    """Return by how much a counter has grown, added up by labels."""
    return f"sum by ({by}) (increase({selector}[{window}]))"


def ratio(part: str, whole: str) -> str:
    """Divide; nothing of nothing is 0."""
    return f"{part} / clamp_min({whole}, {LEAST})"


def quantile(q: float, histogram: str, window: str = WINDOW) -> str:
    """Return a quantile over all workers, and 0 while nothing was observed.

    Without observations `histogram_quantile` is NaN, which no comparison lets through.
    """
    buckets = rate(fleet(f"{histogram}_bucket"), "le", window)
    none = f"0 * {rate(fleet(f'{histogram}_count'), window=window)}"
    return f"histogram_quantile({q}, {buckets}) >= 0 or on () {none}"


def largest(selector: str, by: str = "") -> str:
    """Return a gauge of the arbiter: one line, also while two workers hand it over."""
    return f"max by ({by}) ({selector})" if by else f"max({selector})"


def some(by_label: str, label: str, total: str) -> str:
    """Leave out the series that are 0; a single one, named `none`, when all are.

    It is made of the total, so that it is absent where nothing is known.
    """
    return f'{by_label} > 0 or on () label_replace(0 * {total}, "{label}", "none", "", "")'
