"""What is promised of auto-labels, how it stands, and what drifts or has stopped."""

from deploy.grafana.chart import Chart, Line, Section, red_from
from deploy.grafana.query import HOUR, fleet, grown, largest, rate, ratio

_DECIDED = fleet("decisions_total")
_NO_PROMISE = "auto_label.target_precision is not set"


def _precision(bound: str) -> str:
    return largest(fleet("auto_label_precision_ratio", bound=bound))


def _share(**labels: str) -> str:
    return ratio(rate(fleet("decisions_total", **labels)), rate(_DECIDED))


_CERTIFICATE = (
    Chart(
        "Certificate",
        "Whether audits are evidence enough for some threshold. While they are not, nothing is "
        "labelled automatically.",
        "none at first, certified once the audits have come, then so for long.",
        "none for long: see Audits missing. Lost: see Precision of auto-labels and Drift. To be "
        "off is no failure, it is what the promise asks for.",
        (Line(largest(fleet("certified")), "certificate"),),
        "short",
        "states",
        none=_NO_PROMISE,
        width=12,
        steps=((None, "orange"), (1, "green")),
        words={"0": "none", "1": "certified"},
    ),
    Chart(
        "Audits missing",
        "Audits without an error that would earn a certificate now; 0 while there is one.",
        "falls with each audit, rises with each error.",
        "stays where it is: no audits are drawn (Audits to come) or none is answered (Answers).",
        (Line(largest(fleet("certificate_audits_missing"))),),
        "short",
        "stat",
        none=_NO_PROMISE,
        width=4,
        decimals=0,
    ),
    Chart(
        "Breaker",
        "How often, in the chosen time, audits contradicted the certificate so clearly that it was "
        "withdrawn at once.",
        "0.",
        "auto-labels of the time before are wrong more often than promised.",
        (Line(f"sum(increase({fleet('breaker_trips_total')}[$__range]))"),),
        "short",
        "stat",
        width=4,
        decimals=0,
        steps=red_from(1),
    ),
    Chart(
        "Fresh model",
        "Whether a model that began at an alarm learns beside the one in force.",
        "no; for some hundred labels after an alarm, yes.",
        "for long: hardly any uniform labels come, by which the two are compared.",
        (Line(largest(fleet("fresh_model"))),),
        "short",
        "stat",
        none="no arbiter tells of drift",
        width=4,
        words={"0": "no", "1": "learning"},
    ),
    Chart(
        "Auto-label threshold",
        "Confidence from which the model labels by itself; a gap while it does not.",
        "as configured; with a promise it moves as audits come.",
        "a gap: there is no certificate (Certificate), or only for single classes "
        "(`streamal status`), or auto_label is off.",
        (Line(largest(fleet("auto_label_threshold")), "threshold"),),
        "percentunit",
        none="the model does not label by itself",
        low=0,
        high=1,
    ),
)

_KEPT = (
    Chart(
        "Precision of auto-labels",
        "The part of what was, or would have been, labelled automatically that is right, since the "
        "beginning, with its 95 % interval, and what is promised (dashed).",
        "the interval lies above the target, or around it.",
        "all of it below the target: the promise is broken. Stop using auto-labels until it is "
        "known why.",
        (
            Line(_precision("upper"), "highest"),
            Line(_precision("point"), "precision"),
            Line(_precision("lower"), "lowest"),
            Line(largest(fleet("auto_label_target_ratio")), "promised"),
        ),
        "percentunit",
        none="no audit of an auto-label was answered yet",
        high=1,
        bands=(("highest", "lowest"),),
        dashed="promised",
    ),
    Chart(
        "Audits",
        "Uniform labels an hour of samples that would have been labelled automatically: those that "
        "agree with the model, and those that do not.",
        "disagree is below what the target allows.",
        "disagree grows: the certificate will be lost, as it should be. None at all: see Audits "
        "to come.",
        (Line(grown(fleet("audits_total"), "outcome", HOUR), "{{outcome}}"),),
        "short",
        "stack",
    ),
    Chart(
        "Audits to come",
        "Audits that are saved up (left of 1 none is drawn), and the probability with which a "
        "sample that is sure enough is audited.",
        "some are saved up; the probability rises eightfold after an error.",
        "below 1 for long: the budget affords none. Raise it, or `auto_label.audit`.",
        (
            Line(largest(fleet("audits_affordable")), "saved up"),
            Line(largest(fleet("audit_ratio")), "probability"),
        ),
        "short",
        none=_NO_PROMISE,
        low=0,
    ),
    Chart(
        "Labelled by the model",
        "Share of samples that the model labels by itself, and of those that it does not for want "
        "of a certificate.",
        "labelled grows with the first labels, then is steady; uncertified falls to 0.",
        "a fall means that the model became unsure, or lost its certificate: see Confidence and "
        "Certificate. 0 where auto_label is off.",
        (
            Line(_share(route="auto_label"), "labelled"),
            Line(_share(reason="uncertified"), "uncertified"),
        ),
        "percentunit",
        low=0,
        high=1,
    ),
)

_CHANGES = (
    Chart(
        "Drift",
        "Alarms within the last hour, by who raised them; `breaker` is that audits contradicted "
        "the certificate.",
        "none.",
        "one: the stream, or what its labels mean, has changed. Several an hour: a detector is too "
        "sensitive (`drift.sensitivity`).",
        (Line(grown(fleet("drift_detections_total"), "detector", HOUR), "{{detector}}"),),
        "short",
        "stack",
    ),
    Chart(
        "Take-overs",
        "Fresh models within the last hour that replaced the one in force, and that were given up.",
        "none; one of either some hundred labels after an alarm.",
        "given up each time: the alarms were false, or the stream comes back to what it was.",
        (Line(grown(fleet("takeovers_total"), "taken", HOUR), "taken: {{taken}}"),),
        "short",
        "stack",
    ),
    Chart(
        "Stopped",
        "Which rule has stopped asking; only audits go on then.",
        "none, until one that you configured is met.",
        "stopped too early: change or remove the rule in `stop`, and restart.",
        (Line(largest(fleet("stopped"), "rule"), "{{rule}}"),),
        "short",
        "states",
        none="no arbiter tells of stops",
        steps=((None, "green"), (1, "blue")),
        words={"0": "not", "1": "stopped"},
    ),
)

GUARANTEES = Section("Guarantees", (*_CERTIFICATE, *_KEPT, *_CHANGES))
