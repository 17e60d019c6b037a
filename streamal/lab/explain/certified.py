"""By what certificate a model labelled, or for want of which it did not; what audits have drawn."""

from math import isinf

from streamal.core.updates import Certificate, Drift, Stop
from streamal.lab.explain.figure import apart, short
from streamal.lab.laws.course import Course
from streamal.lab.laws.facts import Told
from streamal.lab.laws.way import way


def evidence_of(one: Certificate) -> str:
    """Return what audits said of a certificate, or how many are missing.

    Examples
    --------
    >>> from streamal.core.records import Stamp
    >>> from streamal.core.terms import Terms
    >>> stamp = Stamp(9, 8, {}, 100, 5000, 0.1, [])
    >>> evidence_of(Certificate(version=7, terms=Terms(), why="audits", audits=20, errors=1,
    ...     missing=57, created_at=5000, ledger=stamp))
    '1 of 20 audits contradicted the model, and 57 more without an error would earn one'
    """
    said = f"{one.errors} of {one.audits} audits contradicted the model"
    if one.lower is not None:
        return f"{said}, so its precision there is at least {short(one.lower)} (95 % interval)"
    if one.missing is None:
        return said
    return f"{said}, and {one.missing} more without an error would earn one"


def labelled_by(told: Told, course: Course) -> str:
    """Return by which certificate the model labelled; nothing for a configured threshold."""
    found = course.certificate(told.version)
    if told.certificate is None or found is None:
        return ""
    return f" of certificate {told.certificate} ({evidence_of(found)})"


def not_labelled_by(told: Told, course: Course) -> str | None:
    """Return why the model did not label, by the terms of then; None where none were told."""
    found, relied = course.certificate(told.version), f"version {told.version}"
    if found is None:
        return None
    bar = found.terms.bar(told.label)
    if told.confidence >= bar:
        return _withdrawn(told, found, course)
    if isinf(bar) and found.why == "began":
        return f"not labelled: auto-labels were off at {relied}"
    if isinf(bar):
        return (
            f"not labelled, because no certificate was in force at {relied}: {evidence_of(found)}"
        )
    confidence, threshold = apart(told.confidence, bar)
    by = f"certificate {found.terms.certificate}" if found.terms.certificate else "settings of then"
    return (
        f"not labelled, because its confidence {confidence} is below the auto-label threshold "
        f"{threshold} of {by}"
    )


def _withdrawn(told: Told, relied: Certificate, course: Course) -> str:
    """Return what became of a certificate between the scorer's version and the arbiter's step."""
    now = None if told.balance is None else course.in_force(told.balance.step)
    if now is None:
        return "not labelled"
    what = "moved" if now.terms.bars else "withdrawn"
    return (
        f"not labelled, because certificate {relied.terms.certificate}, which its scorer relied "
        f"on, was {what} at version {now.version} ({_why(now, course)})"
    )


def _why(now: Certificate, course: Course) -> str:
    broke = course.broke(now.version)
    if now.why != "drift" or broke is None:
        return now.why
    if isinstance(broke, Drift):
        return f"drift: alarm of {broke.detector} at version {broke.version}"
    return f"a fresh model took over at version {broke.version}"


def audits_of(told: Told, course: Course) -> str:
    """Return among what samples a sample might be drawn by the audits' coin.

    Nothing where that is not so, or not known.
    """
    other = way(course.terms(told.version), told)
    if other is None or not other.coin:
        return ""
    return f"the audits of what is as confident as {short(other.audited_from)}"


def stopped_by(stop: Stop) -> str:
    """Return by what asking has ended.

    Examples
    --------
    >>> from streamal.core.records import Stamp
    >>> stopped_by(Stop(version=9, rule="deadline", saw={"time": 6.0, "deadline": 5.0},
    ...     created_at=6, ledger=Stamp(9, 8, {}, 100, 6, 0.1, [])))
    'asking had ended at version 9 (rule deadline: time 6, deadline 5)'
    """
    saw = ", ".join(f"{name} {short(number)}" for name, number in stop.saw.items())
    return f"asking had ended at version {stop.version} (rule {stop.rule}: {saw})"
