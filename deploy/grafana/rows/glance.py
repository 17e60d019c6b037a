"""Five seconds: is all well?"""

from deploy.grafana.chart import GREEN, ORANGE, RED, Chart, Line, Section, red_from
from deploy.grafana.query import fleet, largest, quantile, rate, ratio
from deploy.grafana.rows.budget import exhaustion
from deploy.grafana.rows.query import ASKED, TARGET

_BAD = rate(fleet("dead_letters_total", stage="=~decode|features|predict"))
_SCORED = rate(fleet("predictions_total"))

_HEALTH = (
    Chart(
        "Workers not ready",
        "Workers that are down or have not restored and joined yet.",
        "0. A start or a rebalance shows here for seconds.",
        "look at Ready below for which one, then at its logs.",
        (Line(f'count(up{{job="$job"}}) - (sum({fleet("ready")}) or on () vector(0))'),),
        "short",
        "stat",
        none="no worker is known to Prometheus",
        width=4,
        steps=red_from(1),
    ),
    Chart(
        "Arbiters",
        "Workers that grant labels. There is one; the others only propose.",
        "1. In a takeover it is 0 or 2 for seconds.",
        "at 0 nothing is asked and no answer is learned: start a worker with the role arbiter or "
        "all. At 2 for long, one of them is cut off from the broker: end it.",
        (
            Line(
                f"count({fleet('requests_outstanding')}) "
                'or on () 0 * count(up{job="$job"})'  # honest: the targets are there, it is not
            ),
        ),
        "short",
        "stat",
        none="no worker is known to Prometheus",
        width=4,
        steps=((None, RED), (1, GREEN), (2, ORANGE)),
    ),
    Chart(
        "Failed commits",
        "Transactions in the chosen time that failed or were fenced. Nothing of them was written.",
        "0; a few when the broker or a worker restarts.",
        "look at Commits and Fresh starts below, and at the broker.",
        (
            Line(
                f"sum(increase({fleet('commits_total', result='!=ok')}[$__range]))",
            ),
        ),
        "short",
        "stat",
        width=4,
        decimals=0,
        steps=red_from(10, warn=1),
    ),
    Chart(
        "Overspent",
        "The most that any limit of the budget is exceeded by.",
        "0, always: a label is charged before it is asked for.",
        "stop the service and run `streamal verify`; this is a bug, or a limit that was lowered "
        "below what is spent.",
        (Line(f"clamp_min(max(-{fleet('budget_remaining')}), 0)"),),
        "short",
        "stat",
        none="no arbiter tells of a budget",
        width=4,
        steps=red_from(1e-6),
    ),
    Chart(
        "Budget lasts",
        "Until the first limit by count or cost is used up, at the pace of the last hour; 30 days "
        "stand for as long or longer. Limits by rate and window come back by themselves.",
        "as long as the stream is to be labelled.",
        "raise the limit, or spread it over more samples (`over`). Afterwards nothing is asked.",
        (Line(f"min({exhaustion('!~rate.*|window.*')})"),),
        "s",
        "stat",
        none="no limit by count or cost",
        width=4,
        steps=((None, RED), (3600, ORANGE), (86_400, GREEN)),
    ),
    Chart(
        "Oldest request",
        "How long the oldest open request has waited for an answer.",
        "less than `requests.expire_after` (a day), and about as long as your people need.",
        "see whether anybody reads label-requests and writes to labels.",
        (Line(largest(fleet("oldest_request_age_seconds"))),),
        "s",
        "stat",
        none="no arbiter tells of requests",
        width=4,
        steps=((None, GREEN), (43_200, ORANGE), (86_400, RED)),
    ),
)

_WORK = (
    Chart(
        "Samples a second",
        "Samples scored.",
        "what your stream brings; 0 while nothing comes.",
        "at 0 with a lag, no worker holds a partition: see Partitions held.",
        (Line(_SCORED),),
        "cps",
        "stat",
        width=4,
        decimals=1,
    ),
    Chart(
        "Records waiting",
        "Records of samples, candidates and labels that wait.",
        "up to some batches of 500, and not growing.",
        "if it grows, start more workers, up to one for each partition of samples; look at Where "
        "the time goes.",
        (Line(f"sum(max by (topic, partition) ({fleet('consumer_lag_records')}))"),),
        "short",
        "stat",
        width=4,
        steps=red_from(50_000, warn=5000),
    ),
    Chart(
        "Decided after (p99)",
        "Of 100 samples, 99 were decided or proposed in less time since they arrived; 0 while "
        "none comes.",
        "under a second, and more while a backlog is worked off.",
        "see Lag below, and Where the time goes.",
        (Line(quantile(0.99, "record_age_seconds")),),
        "s",
        "stat",
        width=4,
        steps=red_from(60, warn=5),
    ),
    Chart(
        "Asked, and affordable",
        "Labels asked for per sample now, and what the even-paced budget affords.",
        "near each other over some minutes.",
        "see the row Questions.",
        (Line(ASKED, "now"), Line(TARGET, "affordable")),
        "percentunit",
        "stat",
        width=4,
        decimals=1,
    ),
    Chart(
        "Accuracy now",
        "Weighted accuracy of the predictions, and what it is at least: the lower end of the "
        "interval that holds at all times.",
        "what your benchmark promised, after some hundred labels.",
        "see the row Quality; never judge by the raw value there.",
        (
            Line(largest(fleet("accuracy_ratio", estimate="weighted", bound="point")), "weighted"),
            Line(
                largest(fleet("accuracy_ratio", estimate="weighted", bound="lower_anytime")),
                "at least",
            ),
        ),
        "percentunit",
        "stat",
        none="no label was learned yet",
        width=4,
        decimals=1,
    ),
    Chart(
        "Bad samples",
        "Share of samples that could not be used and became dead letters.",
        "what your producers always get wrong; 0 is best.",
        "see Dead letters by reason below, then `streamal dlq list`.",
        (Line(ratio(_BAD, f"({_BAD} + {_SCORED})")),),
        "percentunit",
        "stat",
        width=4,
        decimals=2,
        steps=red_from(0.05, warn=0.01),
    ),
)

GLANCE = Section("Is all well?", (*_HEALTH, *_WORK))
