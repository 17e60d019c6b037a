"""What a scorer tells of the samples that it routes."""

from streamal.serve.catalog.known import (
    AGES,
    BATCHES,
    CONFIDENCES,
    LONGEST,
    MODIFIERS,
    MOST_CLASSES,
    OTHER,
    UTILITIES,
)
from streamal.serve.catalog.metric import Metric

SCORERS = (
    Metric(
        "candidates_total",
        "counter",
        "scorer",
        "Samples that this worker proposed to the arbiter.",
    ),
    Metric(
        "predictions_total",
        "counter",
        "scorer",
        f"Samples scored, by predicted class: the first {MOST_CLASSES} that came, cut to "
        f"{LONGEST} characters, then `other`; an empty label is no opinion.",
        ("label",),
        (("",), (OTHER,)),
    ),
    Metric(
        "utility",
        "histogram",
        "scorer",
        "How much a label of each scored sample would teach, in (0, 1].",
        edges=UTILITIES,
    ),
    Metric(
        "modified_total",
        "counter",
        "scorer",
        "Scored samples whose utility each modifier lowered; one that several lowered counts for "
        "each.",
        ("modifier",),
        tuple((modifier,) for modifier in MODIFIERS),
    ),
    Metric(
        "policy_arm",
        "gauge",
        "scorer",
        "1 for the way in which the utility of the latest sample was taken, 0 for those before: "
        "an arm of policy `auto`, or `disagreement`; absent where it is always the one configured "
        "utility of the probabilities.",
        ("arm",),
    ),
    Metric(
        "confidence",
        "histogram",
        "scorer",
        "Probability of the predicted class of each scored sample; 0 without an opinion.",
        edges=CONFIDENCES,
    ),
    Metric(
        "query_threshold",
        "gauge",
        "scorer",
        "The threshold of the latest decision: with `rank` the rank below which a sample is "
        "proposed, otherwise the policy's own.",
    ),
    Metric(
        "query_utility",
        "gauge",
        "scorer",
        "The lowest utility that the policy chose in the latest batch that had a choice.",
    ),
    Metric(
        "record_age_seconds",
        "histogram",
        "scorer",
        "Seconds from a sample's arrival at the broker to the commit of its decision or proposal.",
        edges=AGES,
    ),
    Metric(
        "batch_records",
        "histogram",
        "scorer",
        "Samples in each transaction; 500 is the most.",
        edges=BATCHES,
    ),
)
