"""What the arbiter tells of requests, labels, budget and accuracy."""

from streamal.serve.catalog.known import OUTCOMES, RESTRAINTS, ROUTES, TURNAROUNDS
from streamal.serve.catalog.metric import Metric

ARBITERS = (
    Metric(
        "label_requests_total",
        "counter",
        "arbiter",
        "Labels asked for, by reason; one that is asked again counts again.",
        ("reason",),
        tuple((reason,) for route, reason in ROUTES if route == "request"),
    ),
    Metric(
        "held_back_total",
        "counter",
        "arbiter",
        "Samples that the rule wanted and that were not asked about, because others like them "
        "were: `repeat` (all but the same), `pending` (answers are on their way), `quota` (its "
        "class or segment had its share).",
        ("restraint",),
        tuple((restraint,) for restraint in RESTRAINTS),
    ),
    Metric(
        "labels_total",
        "counter",
        "arbiter",
        "Answers that came, by what became of them.",
        ("outcome",),
        tuple((outcome,) for outcome in OUTCOMES),
    ),
    Metric(
        "requests_expired_total",
        "counter",
        "arbiter",
        "Requests that nobody answered in time.",
    ),
    Metric(
        "label_turnaround_seconds",
        "histogram",
        "arbiter",
        "Seconds from a request to the first label that was learned for it.",
        edges=TURNAROUNDS,
    ),
    Metric(
        "requests_outstanding",
        "gauge",
        "presiding",
        "Requests that wait for an answer.",
    ),
    Metric(
        "oldest_request_age_seconds",
        "gauge",
        "presiding",
        "Seconds that the oldest of them has waited; 0 without one.",
    ),
    Metric(
        "budget_limit",
        "gauge",
        "presiding",
        "What each limit allows, hard, in labels (`cost`: money), as of the arbiter's last record.",
        ("limit",),
    ),
    Metric(
        "budget_planned",
        "gauge",
        "presiding",
        "Where the even-paced line of each limit stands, in the unit of the limit.",
        ("limit",),
    ),
    Metric(
        "budget_remaining",
        "gauge",
        "presiding",
        "What each limit still allows: `budget_limit` less what is charged. A window that has "
        "ended counts until the next record.",
        ("limit",),
    ),
    Metric(
        "budget_spent_total",
        "counter",
        "arbiter",
        "What was charged to each limit, when the label was asked for.",
        ("limit",),
    ),
    Metric(
        "budget_refunded_total",
        "counter",
        "arbiter",
        "What was given back to each limit: refunds, and labels cheaper than reserved.",
        ("limit",),
    ),
    Metric(
        "budget_refused_total",
        "counter",
        "arbiter",
        "Labels that were wanted and that each limit did not allow.",
        ("limit",),
    ),
    Metric(
        "query_ratio",
        "gauge",
        "presiding",
        "Labels asked for per sample, since the beginning.",
    ),
    Metric(
        "query_target_ratio",
        "gauge",
        "presiding",
        "Labels per sample that the even-paced lines of all limits afford now.",
    ),
    Metric(
        "pace_ratio",
        "gauge",
        "presiding",
        "The share of samples that scorers are told the budget affords.",
    ),
    Metric(
        "accuracy_ratio",
        "gauge",
        "presiding",
        "Accuracy of the predictions: `weighted` is honest, with a 95 % interval that holds at "
        "one moment (`lower`, `upper`) and one that holds at all of them (`…_anytime`); `raw` "
        "counts requests only, which were chosen because they were hard.",
        ("estimate", "bound"),
    ),
)
