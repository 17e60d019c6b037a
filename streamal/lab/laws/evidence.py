"""What earned a certificate, counted again from the uniform labels in the log."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from streamal.core.certifier import NEWEST, Certifier, CertifierState, Finding
from streamal.core.controller import floor
from streamal.core.draw import draw
from streamal.core.target import TargetSpec
from streamal.core.terms import Terms
from streamal.core.updates import Certificate
from streamal.core.utility import RANDOM
from streamal.lab.laws.facts import DROPPED, TAKEN, Step, Told
from streamal.lab.laws.log import Log
from streamal.lab.laws.way import Way, way

BREAKER = "breaker"

COUNTED = ("why", "audits", "errors", "lower", "missing")


def is_uniform(told: Told) -> bool:
    """Was a request drawn, and not chosen? Arm `random` chooses, and calls it exploration.

    Examples
    --------
    >>> from streamal.core.records import Source
    >>> at = Source("label-requests", 0, 7)
    >>> one = Told(at=at, source=at, version=3, label="a", classes=("a", "b"), row=(0.6, 0.4),
    ...     confidence=0.6, utility=0.4, rank=0.0, reason="exploration", bar=None, arm="random",
    ...     route="request", threshold=0.1, propensity=1.0, balance=None)
    >>> is_uniform(one)
    False
    """
    if told.reason == "audit":
        return True
    is_first = told.arm == RANDOM and told.held_back is None and told.rank < told.threshold
    return told.reason == "exploration" and not is_first


class Evidence:
    """Folds a certifier over the first labels of uniform requests, record by record.

    Parameters
    ----------
    spec
        As configured now; what was earned under another is measured by it.
    """

    def __init__(self, log: Log, spec: TargetSpec) -> None:
        self._course = log.course
        self._seed = log.plan.scorer.seed
        self._asked = {one.request_id: one for one in log.told if one.request_id is not None}
        self._answered: set[str] = set()
        self._classes: list[str] = []
        self._spec = spec
        self._certifier = Certifier(spec, CertifierState(), self._classes)
        self._began = False
        self._why = ""

    def take(self, step: Step) -> None:
        """Take in a label, an alarm, or what became of a fresh model.

        At an alarm, and where another model takes over, what earned a certificate is
        forgotten. The breaker is not taken from its record: the labels make it fire again.
        """
        if step.kind == "example":
            self._learn(step)
        elif self._began and step.text not in (BREAKER, DROPPED):
            self._why = "drift"
            self._certifier.withdraw(self._why, 0 if step.text == TAKEN else NEWEST)

    def _learn(self, step: Step) -> None:
        name, label = step.request_id or "", step.text
        told = self._asked.get(name)
        if told is not None and name not in self._answered:
            self._answered.add(name)
            self._judge(told, label)
        if label not in self._classes:
            self._classes.append(label)

    def _judge(self, told: Told, label: str) -> None:
        """Take in the first label of a request, if that was drawn uniformly."""
        other = way(self._course.terms(told.version) or Terms(), told)
        if told.label is None or other is None or not (is_uniform(told) and self._began):
            return
        at = self._classes.index(told.label) if told.label in self._classes else -1
        since, right = self._drawn_from(told, other), told.label == label
        in_force = other.route == "auto_label"
        if self._certifier.answer(told.confidence, since, right, at, in_force):
            self._why = "breaker"

    def _drawn_from(self, told: Told, other: Way) -> float:
        """Return the confidence from which it was drawn: by the audits' coin, or among all.

        After a stop both give one reason.
        """
        first = self._asked.get((told.request_id or "").partition("#")[0], told)
        balance = first.balance
        if told.reason != "audit" or balance is None:
            return 0.0
        rests = self._course.rests(told.version, balance.step)
        chance = draw(self._seed, "ask", told.source.text)
        is_audited = rests is None or chance >= floor(balance.share, 1.0)
        return other.audited_from if is_audited else 0.0

    def unearned(self, one: Certificate) -> str | None:
        """Return in what a record differs from what the labels before it are worth."""
        found = list(self._found(one.version))
        self._began, self._why = True, ""
        state = self._certifier.state
        state.terms, state.told = one.terms, False
        self._certifier = Certifier(self._spec, state, self._classes)
        like = [again for again in found if again.terms.bars == one.terms.bars]
        if like:
            return _differs(one, like[0])
        if _is_mixed(one.terms, [again.terms for again in found]):
            return None
        return f"bars {one.terms.bars}; by the labels before it they are {found[0].terms.bars}"

    def _found(self, version: int) -> Iterator[Finding]:
        """Yield what holds the bars in force, and what would be earned without them.

        Which of two is taken depends on how much each labels, which only the arbiter knows.
        """
        certifier = self._certifier
        before = certifier.state.terms
        kept = certifier.due(1.0, version)
        if kept is not None:
            yield kept
        if before.bars and not self._why:
            alone = replace(certifier.state, terms=Terms(), told=False)
            moved = Certifier(self._spec, alone, self._classes).due(1.0, version)
            if moved is not None and moved.terms.bars:
                yield moved._replace(why="moved")


def _is_mixed(said: Terms, found: Sequence[Terms]) -> bool:
    """Has each of several classes one of the bars that it may have?"""
    sets = [terms.bars for terms in found if terms.bars.keys() == said.bars.keys()]
    return len(sets) > 1 and all(
        any(bars[label] == bar for bars in sets) for label, bar in said.bars.items()
    )


def _differs(one: Certificate, again: Finding) -> str | None:
    for name in COUNTED:
        told, counted = getattr(one, name), getattr(again, name)
        if told != counted:
            return f"{name} {told}; by the labels before it it is {counted}"
    return None
