"""What labels can be, and the edges of the histograms' buckets."""

from typing import get_args

from streamal.core.drifting import LABEL_FREE, ON_ERRORS
from streamal.core.records import Restraint, Route
from streamal.wire.topics import CANDIDATES, LABELS, SAMPLES

ROUTES: tuple[tuple[Route, str], ...] = (
    ("request", "uncertain"),
    ("request", "exploration"),
    ("request", "audit"),
    ("request", "cold_start"),
    ("request", "periodic"),
    ("request", "disagreement"),
    ("request", "novel"),
    ("auto_label", "confident"),
    ("abstain", "not_informative"),
    ("abstain", "budget"),
    ("abstain", "uncertified"),
)
"""Every route with each of its reasons."""

RESTRAINTS: tuple[Restraint, ...] = get_args(Restraint)
"""What holds a sample back that the rule wanted."""

MODIFIERS = ("junk", "novelty", "density", "quota")
"""What lowers a utility."""

DEAD = (
    ("decode", "null_value"),
    ("decode", "too_large"),
    ("decode", "invalid_utf8"),
    ("decode", "invalid_json"),
    ("decode", "wrong_type"),
    ("decode", "too_deep"),
    ("decode", "not_finite"),
    ("decode", "empty"),
    ("features", "type_changed"),
    ("features", "not_finite"),
    ("features", "not_a_value"),
    ("predict", "model_error"),
    ("candidates", "invalid"),
    ("label", "invalid"),
    ("label", "unmatched"),
    ("label", "unsolicited"),
    ("label", "duplicate"),
    ("label", "late"),
)
"""Every stage of a dead letter with each of its reasons."""

OUTCOMES = (
    "learned",
    "voted",
    "corrected",
    "duplicate",
    "late",
    "unmatched",
    "unsolicited",
    "unknown",
    "skipped",
    "rejected",
    "retracted",
    "invalid",
)
"""What became of a label."""

BREAKER = "breaker"

DETECTORS = (*ON_ERRORS, *LABEL_FREE, BREAKER)
"""Who raises an alarm."""

RULES = ("accuracy", "budget", "deadline", "no_gain")
"""What stops asking."""

STAGES = (
    "scorer.poll",
    "scorer.decode",
    "scorer.predict",
    "scorer.decide",
    "scorer.encode",
    "scorer.commit",
    "arbiter.decide",
    "arbiter.encode",
    "arbiter.learn",
    "arbiter.rows",
    "arbiter.commit",
)

FOLLOWED = (SAMPLES, CANDIDATES, LABELS)
"""The topics whose lag is told."""

OTHER = "other"
MOST_CLASSES = 50
"""Classes with a child of their own; what comes later is `other`."""
MOST_ANNOTATORS = 50
"""Annotators with a child of their own, the first that came."""
LONGEST = 100
"""Characters of a class or an annotator; what is longer is cut."""

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 20.0)
AGES = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
TURNAROUNDS = (1.0, 10.0, 60.0, 300.0, 900.0, 3600.0, 4 * 3600.0, 86_400.0, 604_800.0)
UTILITIES = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.999)
CONFIDENCES = (0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99, 0.999)
BATCHES = (1.0, 5.0, 20.0, 50.0, 100.0, 200.0, 499.0)
