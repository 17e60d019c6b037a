"""How the workers are."""

from deploy.grafana.chart import Chart, Line, Section, red_from
from deploy.grafana.query import each, fleet, grown, rate

_VERSION = fleet("model_version")


def _by_instance(name: str) -> str:
    return f"max by (instance) ({each(name)})"


_WORKERS = (
    Chart(
        "Ready",
        "Whether each worker has restored and is a member of its groups.",
        "ready, but for a start and a rebalance.",
        "not for long: it restores (Replay takes), waits for the broker, or starts again and "
        "again (Fresh starts).",
        (Line(_by_instance("ready"), "{{instance}}"),),
        "short",
        "states",
        steps=((None, "red"), (1, "green")),
        words={"0": "not ready", "1": "ready"},
    ),
    Chart(
        "Held back",
        "Whether each worker holds back its intake.",
        "no. It is while too many requests are open, where `requests.max_ahead` is set.",
        "before the first configuration: start an arbiter. By max_ahead: answers are missing.",
        (Line(_by_instance("held"), "{{instance}}"),),
        "short",
        "states",
        steps=((None, "green"), (1, "orange")),
        words={"0": "no", "1": "held back"},
    ),
    Chart(
        "Partitions held",
        "Partitions that each worker holds; who has that of candidates is the arbiter.",
        "samples are spread evenly, and candidates are with one.",
        "none for a topic: no worker has that role. More workers than partitions: the rest idle.",
        (
            Line(
                f"sum by (instance, topic) ({each('assigned_partitions')})",
                "{{instance}}: {{topic}}",
            ),
        ),
        "short",
        "stack",
    ),
)

_MODEL = (
    Chart(
        "Model versions",
        "The last version that each worker has applied. Two workers at one version give the same "
        "predictions.",
        "all climb together.",
        "one that stays behind cannot read updates: see its logs.",
        (Line(f"max by (instance) ({_VERSION})", "{{instance}}"),),
        "short",
        decimals=0,
    ),
    Chart(
        "Versions apart",
        "How far the newest worker is ahead of the oldest.",
        "some, for a moment; 0 while no labels come.",
        "growing: one worker is behind; restart it if its logs say nothing.",
        (Line(f"max({_VERSION}) - min({_VERSION})", "apart"),),
        "short",
        decimals=0,
    ),
    Chart(
        "Learned",
        "Labelled examples a second that each worker's model has learned.",
        "the same on all workers: each learns every label.",
        "0 while labels come (Answers): see Model versions.",
        (Line(rate(each("model_updates_total"), "instance"), "{{instance}}"),),
        "cps",
    ),
    Chart(
        "Replay takes",
        "Seconds of each worker's last replay of updates.",
        "grows with the labels: seconds for 100,000 with a linear model.",
        "minutes: choose a simpler model, or allow for it in rolling restarts.",
        (Line(_by_instance("restore_seconds"), "{{instance}}"),),
        "s",
    ),
    Chart(
        "Memory",
        "Resident memory of each worker.",
        "grows with features and open requests, then steady.",
        "steady growth over days: report it. Until then a restart costs only the replay.",
        (
            Line(
                'max by (instance) (process_resident_memory_bytes{job="$job", '
                'instance=~"$instance"})',
                "{{instance}}",
            ),
        ),
        "bytes",
        none="only processes on Linux tell of their memory",
    ),
)

_TROUBLE = (
    Chart(
        "Commits",
        "Transactions a second by result: ok, failed (nothing was written; the worker starts "
        "afresh), fenced (another worker has taken over).",
        "all ok.",
        "failed: the broker is away, or its disk full. fenced: two workers under one name, or one "
        "that hung.",
        (Line(rate(fleet("commits_total"), "result"), "{{result}}"),),
        "cps",
        "stack",
    ),
    Chart(
        "Last commit",
        "Seconds since each worker's last transaction.",
        "below a second while samples come.",
        "growing while there is a lag: the worker hangs or waits for the broker.",
        (
            Line(
                f"time() - max by (instance) ({each('last_commit_timestamp_seconds')} > 0)",
                "{{instance}}",
            ),
        ),
        "s",
        none="nothing was committed yet",
    ),
    Chart(
        "Rebalances",
        "How often partitions came to a worker or went.",
        "at a start, a stop and a scaling.",
        "again and again: workers miss their heartbeats (a slow model, a broker that is away).",
        (Line(grown(each("rebalances_total"), "instance"), "{{instance}}"),),
        "short",
        "stack",
        decimals=0,
    ),
    Chart(
        "Fresh starts",
        "How often workers started afresh within their process, by error.",
        "0.",
        "BrokerUnavailable: look at the broker. CommitFailed: at its disk and its logs.",
        (Line(grown(each("rebuilds_total"), "error"), "{{error}}"),),
        "short",
        "stack",
        decimals=0,
    ),
    Chart(
        "Hung calls",
        "Calls to the broker that hung, in the chosen time. The process ends right after.",
        "0.",
        "the network swallows packets or the broker is frozen; the worker starts again by its "
        "supervisor.",
        (Line(f"sum(increase({fleet('watchdog_trips_total')}[$__range]))"),),
        "short",
        "stat",
        width=4,
        decimals=0,
        steps=red_from(1),
    ),
    Chart(
        "Configurations",
        "How many different configurations the workers run.",
        "1; 2 in the middle of a rolling change.",
        "for long: a worker was left out of a change.",
        (Line(f"count(count by (hash) ({fleet('config_info')}))"),),
        "short",
        "stat",
        width=4,
        steps=red_from(3, warn=2),
    ),
)

_BUILD = Chart(
    "Versions",
    "Workers by the versions that they run.",
    "one line; two in the middle of a rolling upgrade.",
    "for long: a worker was left out of the upgrade.",
    (Line(f"count by (version, python, river) ({fleet('build_info')})"),),
    "short",
    "table",
    width=16,
)

STATE = Section("State", (*_WORKERS, *_MODEL, *_TROUBLE, _BUILD))
