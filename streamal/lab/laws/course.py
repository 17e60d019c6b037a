"""What `updates` said at a version, and what was in force at a step of the ledger."""

from bisect import bisect_right

from streamal.core.records import Source
from streamal.core.terms import Terms
from streamal.core.updates import Certificate, Drift, Pace, Stop, Takeover, Update


class Course:
    """Terms of auto-labels, stops and paces, in the order of `updates`.

    Scorers go by the version that they have come to, the arbiter by its own step. `labels`
    is the most that a request has taken.

    Examples
    --------
    >>> course = Course()
    >>> course.terms(7), course.rests(version=7, step=9), course.pace(7)
    (None, None, None)
    """

    def __init__(self, labels: int = 1) -> None:
        self.labels = labels
        self.certificates: list[tuple[Certificate, Source]] = []
        self._stops: list[Stop] = []
        self._paces: list[Pace] = []
        self._breaks: list[Drift | Takeover] = []
        self._first = 0

    def take(self, update: Update, at: Source) -> None:
        """Take in the next record, if it is about any of these."""
        self._first = min(self._first or update.version, update.version)
        if isinstance(update, Certificate):
            self.certificates.append((update, at))
        elif isinstance(update, Stop):
            self._stops.append(update)
        elif isinstance(update, Pace):
            self._paces.append(update)
        elif isinstance(update, Drift) or (isinstance(update, Takeover) and update.taken):
            self._breaks.append(update)

    def terms(self, version: int) -> Terms | None:
        """Return the terms that scorers were told up to a version; None: as configured."""
        found = self.certificate(version)
        return None if found is None else found.terms

    def certificate(self, version: int) -> Certificate | None:
        """Return the last record of terms up to a version."""
        place = bisect_right(self.certificates, version, key=lambda one: one[0].version)
        return self.certificates[place - 1][0] if place else None

    def in_force(self, step: int) -> Certificate | None:
        """Return the arbiter's own last record of terms at a step."""
        place = bisect_right(self.certificates, step, key=lambda one: one[0].ledger.step)
        return self.certificates[place - 1][0] if place else None

    def is_certified(self, step: int) -> bool:
        """Did auto-labels need a certificate at a step?"""
        found = self.in_force(step)
        return found is not None and found.why != "began"

    def stop(self, version: int) -> Stop | None:
        """Return the record by which asking has ended at a version, None where it goes on."""
        place = bisect_right(self._stops, version, key=lambda one: one.version)
        found = self._stops[place - 1] if place else None
        return None if found is None or found.rule is None else found

    def rests(self, version: int, step: int) -> Stop | None:
        """Return the stop by which the arbiter only audits, at a step, what a scorer proposed.

        A scorer at a version between a stop and its end had not heard that asking goes on.
        """
        known = [one for one in self._stops if one.ledger.step <= step]
        if not known or known[-1].rule is not None:
            return known[-1] if known else None
        began = next((one for one in reversed(known) if one.rule is not None), None)
        is_between = began is not None and began.version <= version < known[-1].version
        return began if is_between else None

    def pace(self, version: int) -> float | None:
        """Return the pace that scorers were told up to a version; None: that record is gone."""
        place = bisect_right(self._paces, version, key=lambda one: one.version)
        if place:
            return self._paces[place - 1].pace
        return 1.0 if self._first == 1 else None

    def broke(self, version: int) -> Drift | Takeover | None:
        """Return the last alarm, or the last fresh model that took over, up to a version."""
        place = bisect_right(self._breaks, version, key=lambda one: one.version)
        return self._breaks[place - 1] if place else None
