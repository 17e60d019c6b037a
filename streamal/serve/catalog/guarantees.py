"""What the arbiter tells of its promises: certificate, audits, drift, stops, who agrees."""

from streamal.serve.catalog.known import (
    DETECTORS,
    LONGEST,
    MOST_ANNOTATORS,
    MOST_CLASSES,
    OTHER,
    RULES,
)
from streamal.serve.catalog.metric import Metric

GUARANTEES = (
    Metric(
        "auto_label_threshold",
        "gauge",
        "presiding",
        "Confidence from which the model labels by itself, of all classes without a threshold of "
        "their own; absent where it does not, as without a certificate.",
    ),
    Metric(
        "auto_label_target_ratio",
        "gauge",
        "presiding",
        "The precision that is promised; absent without `auto_label.target_precision`.",
    ),
    Metric(
        "auto_label_precision_ratio",
        "gauge",
        "presiding",
        "Precision of what was, or would have been, labelled automatically, since the beginning, "
        "by the uniform labels among it, with a 95 % interval that holds at one moment.",
        ("bound",),
    ),
    Metric(
        "certified",
        "gauge",
        "presiding",
        "1 while audits are evidence enough for some threshold, 0 while nothing is labelled "
        "automatically for want of it; absent without `auto_label.target_precision`.",
    ),
    Metric(
        "certificate_audits_missing",
        "gauge",
        "presiding",
        "Audits without an error that would earn a certificate; 0 while there is one, absent "
        "without `auto_label.target_precision`.",
    ),
    Metric(
        "audit_ratio",
        "gauge",
        "presiding",
        "Probability with which a sample that is sure enough is audited; absent without "
        "`auto_label.target_precision`.",
    ),
    Metric(
        "audits_affordable",
        "gauge",
        "presiding",
        "Audits that their part of the budget has saved up; below 1 none is drawn. Absent "
        "without `auto_label.target_precision`.",
    ),
    Metric(
        "audits_total",
        "counter",
        "arbiter",
        "Uniform labels of samples that would have been labelled automatically: those that "
        "`agree` with the model, and those that `disagree`.",
        ("outcome",),
        (("agree",), ("disagree",)),
    ),
    Metric(
        "breaker_trips_total",
        "counter",
        "arbiter",
        "How often audits contradicted the certificate, so that it was withdrawn at once.",
    ),
    Metric(
        "drift_detections_total",
        "counter",
        "arbiter",
        "Alarms, by who raised them.",
        ("detector",),
        tuple((detector,) for detector in DETECTORS),
    ),
    Metric(
        "takeovers_total",
        "counter",
        "arbiter",
        "Fresh models that replaced the one in force (`taken` is `true`) or were given up "
        "(`false`).",
        ("taken",),
        (("true",), ("false",)),
    ),
    Metric(
        "fresh_model",
        "gauge",
        "presiding",
        "1 while a fresh model learns beside the one in force.",
    ),
    Metric(
        "stopped",
        "gauge",
        "presiding",
        "1 for the rule that has stopped asking, so that only audits go on; 0 for all others.",
        ("rule",),
        tuple((rule,) for rule in RULES),
    ),
    Metric(
        "class_accuracy_ratio",
        "gauge",
        "presiding",
        f"For each class, the {MOST_CLASSES} most frequent, cut to {LONGEST} characters: the "
        "weighted part of its predictions that is right (`precision`), and of what is of it that "
        "is found (`recall`); since the beginning.",
        ("label", "share"),
    ),
    Metric(
        "annotator_agreement_ratio",
        "gauge",
        "presiding",
        f"For each annotator, the first {MOST_ANNOTATORS}, cut to {LONGEST} characters, then "
        f"`{OTHER}`: the part of its labels of uniformly drawn samples that is the model's too.",
        ("annotator",),
    ),
    Metric(
        "requests_disagreed_total",
        "counter",
        "arbiter",
        "Requests of several annotators that ended without an agreement.",
    ),
)
