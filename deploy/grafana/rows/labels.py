"""What people answer, and how soon."""

from deploy.grafana.chart import Chart, Line, Section
from deploy.grafana.query import HOUR, fleet, largest, quantile, rate

LABELS = Section(
    "Labels",
    (
        Chart(
            "Waiting for an answer",
            "Open requests.",
            "what your people answer within their usual time.",
            "growing for long: more is asked than answered. Lower the budget's rate, or set "
            "`requests.max_ahead`.",
            (Line(largest(fleet("requests_outstanding")), "open requests"),),
            "short",
            none="no arbiter tells of requests",
        ),
        Chart(
            "Oldest request waits",
            "Age of the oldest open request; 0 without one.",
            "below `requests.expire_after`.",
            "one that is never answered is skipped over by everybody: let it expire. A line that "
            "climbs steadily: nobody answers at all.",
            (Line(largest(fleet("oldest_request_age_seconds")), "oldest"),),
            "s",
            none="no arbiter tells of requests",
        ),
        Chart(
            "Answered after",
            "Quantiles of the time from a request to the first label learned for it, over the "
            "last hour; 0 while none is learned.",
            "steady.",
            "late labels teach a model that has moved on: ask less, or get more people.",
            (
                Line(quantile(0.5, "label_turnaround_seconds", HOUR), "p50"),
                Line(quantile(0.9, "label_turnaround_seconds", HOUR), "p90"),
                Line(quantile(0.99, "label_turnaround_seconds", HOUR), "p99"),
            ),
            "s",
        ),
        Chart(
            "Answers",
            "Answers a second by what became of them.",
            "nearly all are learned.",
            "duplicate, late, unmatched: a tool repeats itself or answers old requests. invalid: "
            "see Dead letters by reason. skipped, unknown, rejected: requests that people cannot "
            "answer.",
            (Line(rate(fleet("labels_total"), "outcome"), "{{outcome}}"),),
            "cps",
            "stack",
            width=16,
        ),
        Chart(
            "Expired",
            "Requests a second that nobody answered in time.",
            "0.",
            "raise `requests.expire_after`, ask less, or find out who should answer. With `refund: "
            "[expired]` they are not lost to the budget.",
            (Line(rate(fleet("requests_expired_total")), "expired"),),
            "cps",
        ),
        Chart(
            "Without agreement",
            "Requests within the last hour that several annotators answered and did not agree on.",
            "0 where `labels.per_request` is 1; otherwise few.",
            "many: the classes are not clear to people, or one of them is careless (Annotators "
            "and the model).",
            (Line(f"sum(increase({fleet('requests_disagreed_total')}[{HOUR}]))", "ended so"),),
            "short",
            decimals=0,
        ),
        Chart(
            "Annotators and the model",
            "For each annotator, the part of its labels of uniformly drawn samples that is the "
            "model's too. Nobody chose these samples, so annotators can be compared.",
            "all alike, near the accuracy.",
            "one far below the others: talk to them, and look at `streamal tail labels`.",
            (
                Line(
                    largest(fleet("annotator_agreement_ratio"), "annotator"),
                    "{{annotator}}",
                ),
            ),
            "percentunit",
            none="no uniformly drawn sample was answered yet",
            width=16,
            low=0,
            high=1,
        ),
    ),
)
