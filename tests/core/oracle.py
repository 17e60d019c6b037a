"""What answers should do, told a second time and more simply: an oracle for the arbiter.

It keeps one small record for each request and never computes a share: a candidate of
rank 0 is granted exactly when every limit allows one more label.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from streamal.core.records import Answer

LABELS = 12
MONEY = Fraction(9)
PRICES = {"person": Fraction(1), "llm": Fraction(1, 4), "*": Fraction(1, 2)}
DEAREST = max(PRICES.values())
CLASSES = ("a", "b", "c")


def price(annotator: str | None) -> Fraction:
    """Return what an annotator's label costs."""
    return PRICES.get(annotator or "*", PRICES["*"])


@dataclass
class Asked:
    """One request: what it holds of the budget, and how it ended."""

    request_id: str
    sample_id: str
    expires_at: int
    attempt: int = 1
    held: Fraction | None = DEAREST
    outcome: str | None = None
    label: str | None = None
    closed_at: int = 0

    @property
    def is_refunded(self) -> bool:
        """Whether its charge was given back."""
        return self.held is None


@dataclass
class Oracle:
    """The rules, with nothing but lists."""

    refund: frozenset[str]
    ask_again: int
    unsolicited: bool
    expire_ms: int
    remember_ms: int
    time: int = 0
    requests: list[Asked] = field(default_factory=list)
    learned: dict[str, int] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)

    @property
    def money(self) -> Fraction:
        """What all requests hold together; forgotten ones go on holding it."""
        return sum((one.held or Fraction(0) for one in self.requests), Fraction(0))

    @property
    def labels(self) -> int:
        """How many requests are charged."""
        return sum(not one.is_refunded for one in self.requests)

    def affords(self) -> bool:
        """Whether one more label is allowed by both limits."""
        return self.labels + 1 <= LABELS and self.money + DEAREST <= MONEY

    def pass_time(self, time: int) -> list[str]:
        """Let time pass; return the requests that expire, in order."""
        due = [one for one in self.requests if one.outcome is None and one.expires_at < time]
        due.sort(key=lambda one: (one.expires_at, one.request_id))
        for one in due:
            self._end(one, "expired", one.expires_at)
        self.time = max(self.time, time)
        self._forget(time)
        return [one.request_id for one in due]

    def _forget(self, time: int) -> None:
        old = time - self.remember_ms
        self.forgotten |= {
            one.request_id for one in self.requests if one.outcome and one.closed_at < old
        }
        self.learned = {name: at for name, at in self.learned.items() if at >= old}

    def _end(self, one: Asked, outcome: str, time: int) -> None:
        one.outcome, one.closed_at = outcome, max(time, self.time)
        if outcome in self.refund:
            one.held = None

    def ask(self, request_id: str, sample_id: str) -> bool:
        """Take in a candidate; return whether it is granted."""
        if not self.affords():
            return False
        self.requests.append(Asked(request_id, sample_id, self.time + self.expire_ms))
        return True

    def find(self, answer: Answer) -> Asked | None:
        """Return the request that an answer means."""
        known = [one for one in self.requests if one.request_id not in self.forgotten]
        if answer.request_id is not None:
            return next((one for one in known if one.request_id == answer.request_id), None)
        mine = [one for one in known if one.sample_id == answer.sample_id]
        waiting = [one for one in mine if one.outcome is None]
        return (waiting[:1] or mine[-1:] or [None])[0]  # type: ignore[list-item]

    def take(self, answer: Answer) -> str:
        """Return what becomes of an answer, as it is counted."""
        if answer.outcome == "labelled" and answer.label not in CLASSES:
            return "invalid"
        one = self.find(answer)
        if one is None:
            return self._unasked(answer)
        if answer.outcome == "labelled":
            return self._label(one, answer)
        return self._without_label(one, answer)

    def _unasked(self, answer: Answer) -> str:
        if not self.unsolicited or answer.request_id is not None:
            return "unmatched"
        if answer.outcome != "labelled" or not answer.features:
            return "unsolicited"
        assert answer.answer_id is not None
        if answer.answer_id in self.learned:
            return "duplicate"
        self.learned[answer.answer_id] = self.time
        return "learned"

    def _label(self, one: Asked, answer: Answer) -> str:
        if one.label is not None:
            is_same = one.label == answer.label and one.outcome != "retracted"
            if not is_same:
                one.label, one.outcome = answer.label, "labelled"
            return "duplicate" if is_same else "corrected"
        if one.outcome is not None and not self._pays(one, answer):
            return "late"
        one.closed_at = self.time if one.outcome is None else one.closed_at
        one.held, one.label, one.outcome = price(answer.annotator), answer.label, "labelled"
        return "learned"

    def _pays(self, one: Asked, answer: Answer) -> bool:
        if one.held is None:
            return self.affords()
        more = price(answer.annotator) - one.held
        return more <= 0 or self.money + more <= MONEY

    def _without_label(self, one: Asked, answer: Answer) -> str:
        if one.outcome is None:
            one.held = price(answer.annotator)
            self._end(one, "skipped" if answer.outcome == "retracted" else answer.outcome, 0)
            self._again(one)
            return answer.outcome
        if answer.outcome == "retracted" and one.outcome == "labelled":
            one.outcome = "retracted"
            return "retracted"
        return "duplicate" if answer.outcome == one.outcome else "late"

    def _again(self, one: Asked) -> None:
        if one.outcome == "skipped" and one.attempt <= self.ask_again and self.affords():
            base = one.request_id.split("#")[0]
            fresh = Asked(f"{base}#{one.attempt + 1}", one.sample_id, self.time + self.expire_ms)
            fresh.attempt = one.attempt + 1
            self.requests.append(fresh)
