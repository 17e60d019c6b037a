"""The score computed again at its model version, and the rule applied again."""

from collections import defaultdict
from collections.abc import Sequence

from streamal.core.draw import draw
from streamal.core.limits import LimitSpec
from streamal.core.records import Features
from streamal.errors import StreamalError
from streamal.lab.explain.case import Again, Case
from streamal.lab.laws.facts import Proposed, Told
from streamal.lab.laws.log import Log, Tell
from streamal.lab.laws.replay import updates
from streamal.lab.laws.rule import Rule
from streamal.lab.laws.scores import Score, Scoring, differs
from streamal.runtime.judge import Judge
from streamal.runtime.replica import Replica
from streamal.wire.topics import UPDATES

GONE = "retention has dropped the sample, and nothing else keeps its features"
OTHERS = "another model was configured then"
SEEDS = "another seed was configured then"
STOPPED = "versions are missing in updates before this one"
CUT = "the beginning of updates is gone"
PROPOSAL = "its candidate is gone"


class Replaying:
    """Replays `updates` up to the last version that a case was decided at."""

    def __init__(self, log: Log, cases: Sequence[Case]) -> None:
        self._log = log
        self._scoring = Scoring(log.plan.scorer)
        self._due: dict[int, list[tuple[Case, Told | Proposed, Features]]] = defaultdict(list)
        for case in cases:
            self._plan(case)

    def _plan(self, case: Case) -> None:
        """See whether a score can be computed again at all."""
        told = case.scored
        if told is None:
            return
        if case.unusable is not None:
            why = f"its sample is a dead letter: {case.unusable}"
            case.score = Again(state="differs", why=why, model_version=told.version)
        elif (features := case.known_features) is None:
            case.score = _unchecked(told, GONE)
        elif self._log.scan.is_cut(UPDATES):
            case.score = _unchecked(told, CUT)
        elif not self._log.is_ours(told.version):
            case.score = _unchecked(told, OTHERS)
        else:
            self._due[told.version].append((case, told, features))

    def run(self, tell: Tell) -> None:
        """Replay as far as needed; what was not come to is told."""
        log, due = self._log, self._due
        replica = Replica(log.plan.model, log.plan.model_config, scorer=log.plan.scorer)
        for update, _ in updates(log) if due else ():
            try:
                replica.apply(update)
            except StreamalError:
                break
            for case, told, features in due.pop(replica.version, ()):
                case.score = self._again(replica, told, features)
            if not due:
                return
            if replica.version % 1000 == 0:
                tell(f"replaying version {replica.version}")
        for case, told, _ in (one for ones in due.values() for one in ones):
            case.score = _unchecked(told, STOPPED)

    def _again(self, replica: Replica, told: Told | Proposed, features: Features) -> Again:
        (again,) = self._scoring.again(replica, [(told.source, features)])
        why = differs(told, again)
        state = Again(state="differs" if why else "agrees", why=why, model_version=told.version)
        return _with(state, again, replica.judge) if isinstance(again, Score) else state


def _with(state: Again, again: Score, judge: Judge) -> Again:
    return Again(
        state=state.state,
        why=state.why,
        model_version=state.model_version,
        label=again.label,
        probabilities=dict(zip(again.classes, again.row, strict=True)),
        confidence=again.confidence,
        utility=again.utility,
        arm_why=None if judge.chooser is None else judge.chooser.why,
    )


def _unchecked(told: Told | Proposed, why: str) -> Again:
    return Again(state="not checkable", why=why, model_version=told.version)


def drawn(log: Log, case: Case) -> float | None:
    """Return the sample's number for `ask`, None where another seed was configured."""
    told = case.scored
    if told is None or not log.has_our_seed(told.version):
        return None
    return draw(log.plan.scorer.seed, "ask", case.source.text)


def ruled(log: Log, case: Case, limits: Sequence[LimitSpec]) -> Again | None:
    """Apply the rule again to a decision, as law 13 does."""
    told, proposed = case.told, case.proposed
    if told is None:
        return None
    if not log.has_our_seed(told.version):
        return _unchecked(told, SEEDS)
    chance = draw(log.plan.scorer.seed, "ask", case.source.text)
    policy = log.plan.scorer.policy
    if told.balance is None:
        is_told = policy.kind in ("rank", "auto", "pool", "random")
        if not is_told and log.course.stop(told.version) is None:
            return _unchecked(told, f"what policy {policy.kind} wants depends on its pace then")
        why = Rule(policy, log.course).scored(told, chance)
    elif proposed is None:
        return _unchecked(told, PROPOSAL)
    elif proposed.draw != chance:
        why = f"draw {proposed.draw}; for this seed it is {chance}"
    else:
        # Only candidates of a block are decided together with a later one.
        is_pooled = policy.kind == "pool" or told.balance.candidates != proposed.at.offset
        why = Rule(policy, log.course).arbitrated(told, told.balance, proposed, limits, is_pooled)
    return Again(state="differs" if why else "agrees", why=why)
