"""How the stream gets through."""

from deploy.grafana.chart import Chart, Line, Section
from deploy.grafana.query import each, fleet, quantile, rate, ratio, some

_DEAD = fleet("dead_letters_total")
_STAGE = "stage_duration_seconds"

FLOW = Section(
    "Flow",
    (
        Chart(
            "Samples scored",
            "Samples a second that each worker scores.",
            "as many as your producers send, spread over the workers that hold partitions.",
            "one worker at 0 has no partition, or is stuck: see Partitions held and Ready.",
            (Line(rate(each("predictions_total"), "instance"), "{{instance}}"),),
            "cps",
            "stack",
        ),
        Chart(
            "Lag",
            "Records that wait, by topic.",
            "near 0, not growing; a backlog after a stop goes down.",
            "samples: more workers, or a faster model. candidates: the arbiter is away or slow. "
            "labels: the arbiter is away.",
            (
                Line(
                    f"sum by (topic) (max by (topic, partition) ({fleet('consumer_lag_records')}))",
                    "{{topic}}",
                ),
            ),
            "short",
        ),
        Chart(
            "Decided after",
            "Quantiles of the time from a sample's arrival at the broker to the commit of its "
            "decision or proposal; 0 while none comes.",
            "p99 below a second.",
            "together with a lag: too little capacity. Without one: slow commits (Commits take).",
            (
                Line(quantile(0.5, "record_age_seconds"), "p50"),
                Line(quantile(0.99, "record_age_seconds"), "p99"),
            ),
            "s",
        ),
        Chart(
            "Where the time goes",
            "Share of a worker's time in each stage, averaged over the chosen workers; "
            "`scorer.poll` includes waiting for samples.",
            "mostly `scorer.poll`: the worker waits for work.",
            "predict leads: a simpler model or more workers. commit leads: the broker is slow.",
            (
                Line(
                    f"avg by (stage) (rate({each(f'{_STAGE}_sum')}[$__rate_interval]))",
                    "{{stage}}",
                ),
            ),
            "percentunit",
            "stack",
        ),
        Chart(
            "A stage takes",
            "Mean seconds of each stage of a batch; 0 where it did not run.",
            "milliseconds, more for larger batches.",
            "compare the stages with each other; a step up after a release is worth a question.",
            (
                Line(
                    ratio(
                        rate(each(f"{_STAGE}_sum", stage="!=scorer.poll"), "stage"),
                        rate(each(f"{_STAGE}_count", stage="!=scorer.poll"), "stage"),
                    ),
                    "{{stage}}",
                ),
            ),
            "s",
        ),
        Chart(
            "Commits take",
            "Quantiles of the seconds of a transaction; 0 while there is none.",
            "p99 below 0.1 s.",
            "the broker or its disk is slow.",
            (
                Line(quantile(0.5, "commit_duration_seconds"), "p50"),
                Line(quantile(0.99, "commit_duration_seconds"), "p99"),
            ),
            "s",
        ),
        Chart(
            "Dead letters by reason",
            "Records a second that could not be used, by the stage where they failed and the "
            "reason.",
            "none.",
            "`streamal dlq list` and `show` tell which; correct the producer, then "
            "`streamal dlq replay`.",
            (
                Line(
                    some(rate(_DEAD, "stage, reason"), "stage", rate(_DEAD)),
                    "{{stage}} {{reason}}",
                ),
            ),
            "cps",
            "stack",
        ),
        Chart(
            "Samples in a batch",
            "Quantiles of the samples in each transaction; 500 is the most; 0 while there is none.",
            "small while the stream is slow: a batch never waits to fill.",
            "at 500 a backlog is worked off, or capacity is short: see Lag.",
            (
                Line(quantile(0.5, "batch_records"), "p50"),
                Line(quantile(0.95, "batch_records"), "p95"),
            ),
            "short",
        ),
        Chart(
            "Skipped by retention",
            "Records a second that retention dropped before they were read.",
            "0.",
            "they are lost: keep samples longer than a service may stand still.",
            (Line(rate(fleet("skipped_records_total"), "topic"), "{{topic}}"),),
            "cps",
        ),
    ),
)
