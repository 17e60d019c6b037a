"""What every worker tells of itself."""

from streamal.serve.catalog.known import DEAD, OTHER, ROUTES, SECONDS, STAGES
from streamal.serve.catalog.metric import Metric
from streamal.wire.topics import CANDIDATES, LABELS, SAMPLES

WORKERS = (
    Metric(
        "decisions_total",
        "counter",
        "worker",
        "Samples that got their decision, by route and reason.",
        ("route", "reason"),
        ROUTES,
    ),
    Metric(
        "dead_letters_total",
        "counter",
        "worker",
        "Records that could not be used, by the stage where they failed and the reason.",
        ("stage", "reason"),
        DEAD,
    ),
    Metric(
        "model_version",
        "gauge",
        "worker",
        "The last version of `updates` that this worker has applied.",
    ),
    Metric(
        "model_updates_total",
        "counter",
        "worker",
        "Labelled examples that this worker's model has learned, the replay at its start left out.",
    ),
    Metric(
        "consumer_lag_records",
        "gauge",
        "worker",
        "Records not yet dealt with, for each partition that this worker reads; looked up every "
        "five seconds.",
        ("topic", "partition"),
    ),
    Metric(
        "stage_duration_seconds",
        "summary",
        "worker",
        "Seconds that each stage of a batch took; `scorer.poll` includes waiting for samples.",
        ("stage",),
        tuple((stage,) for stage in STAGES),
    ),
    Metric(
        "commits_total",
        "counter",
        "worker",
        "Transactions: `ok`, `failed` (nothing was written; the worker starts afresh) or `fenced` "
        "(another worker has taken over).",
        ("result",),
        (("ok",), ("failed",), ("fenced",)),
    ),
    Metric(
        "commit_duration_seconds",
        "histogram",
        "worker",
        "Seconds that each transaction took.",
        edges=SECONDS,
    ),
    Metric(
        "last_commit_timestamp_seconds",
        "gauge",
        "worker",
        "When the last transaction was committed, in seconds since the epoch; 0 before one.",
    ),
    Metric(
        "rebalances_total",
        "counter",
        "worker",
        "How often partitions came to this worker or went.",
    ),
    Metric(
        "assigned_partitions",
        "gauge",
        "worker",
        "Partitions of the topic that this worker holds; who has that of `candidates` is the "
        "arbiter.",
        ("topic",),
    ),
    Metric(
        "rebuilds_total",
        "counter",
        "worker",
        "Fresh starts within the process after an error that one gets past.",
        ("error",),
        (("BrokerUnavailable",), ("CommitFailed",), (OTHER,)),
    ),
    Metric(
        "skipped_records_total",
        "counter",
        "worker",
        "Records that retention dropped before they were read, where that is allowed.",
        ("topic",),
        ((SAMPLES,), (CANDIDATES,), (LABELS,), (OTHER,)),
    ),
    Metric(
        "watchdog_trips_total",
        "counter",
        "worker",
        "Calls to the broker that hung; the process ends right after (exit 70), so look at "
        "`process_start_time_seconds` too.",
    ),
    Metric(
        "restore_seconds",
        "gauge",
        "worker",
        "Seconds that the last replay of `updates` took.",
    ),
    Metric(
        "ready",
        "gauge",
        "worker",
        "1 while the worker has restored and is a member of its groups.",
    ),
    Metric(
        "held",
        "gauge",
        "worker",
        "1 while intake is held back: before the first configuration, or by `requests.max_ahead`.",
    ),
    Metric(
        "build_info",
        "gauge",
        "worker",
        "Always 1; the versions of streamal, of Python and of the learning library.",
        ("version", "python", "river"),
    ),
    Metric(
        "config_info",
        "gauge",
        "worker",
        "Always 1; a hash of the configuration, its secrets masked.",
        ("hash",),
    ),
)
