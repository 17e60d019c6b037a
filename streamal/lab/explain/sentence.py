"""Why a sample went where it went, in one plain sentence."""

from collections.abc import Sequence

from msgspec.structs import replace

from streamal.core.ledger import names
from streamal.core.limits import LimitSpec
from streamal.core.policies import POLICIES, PolicySpec, Rank
from streamal.core.updates import Stop
from streamal.core.utility import RANDOM
from streamal.lab.explain.case import Case
from streamal.lab.explain.certified import audits_of, labelled_by, not_labelled_by, stopped_by
from streamal.lab.explain.figure import apart, short
from streamal.lab.explain.restraint import held_by
from streamal.lab.explain.worth import lowered, ranked_by
from streamal.lab.laws.facts import Balance, Told
from streamal.lab.laws.log import Log
from streamal.lab.laws.rule import refuses
from streamal.wire.topics import CANDIDATES

Limits = Sequence[LimitSpec]


def full(limits: Limits, balance: Balance, labels: int) -> list[str]:
    """Return what each limit says that refused so many more labels."""
    told = zip(names(limits), limits, balance.charged, balance.allowed, strict=False)
    return [
        "{} had {} of {} charged".format(name, *apart(charged, allowed))
        for name, spec, charged, allowed in told
        if refuses([spec], replace(balance, charged=(charged,), allowed=(allowed,)), labels)
    ]


class Sentence:
    """Says it for one case.

    Parameters
    ----------
    limits
        The budget in force where an arbiter decided.
    chance
        The sample's number for `ask`, None where it is not known.
    """

    def __init__(self, log: Log, case: Case, limits: Limits, chance: float | None) -> None:
        self._log = log
        self._case = case
        self._limits = limits
        self._chance = chance
        self._policy: PolicySpec = log.plan.scorer.policy

    def why(self) -> str:
        """Return the sentence."""
        told = self._case.told
        if told is None:
            return self._untold()
        fall = self._fall(told)
        if told.route == "request":
            return f"asked, because {self._asked(told)}{fall}"
        if told.route == "auto_label":
            confidence, bar = apart(told.confidence, told.bar or 0)
            return (
                f"labelled by the model, because its confidence {confidence} reached the "
                f"auto-label threshold {bar}{labelled_by(told, self._log.course)}; and not asked, "
                f"because {self._not_asked(told)}{fall}"
            )
        return f"not asked, because {self._not_asked(told)}{fall}; and {self._not_labelled(told)}"

    @staticmethod
    def _fall(told: Told) -> str:
        found = lowered(told)
        return f"; {found}" if found else ""

    def _untold(self) -> str:
        told = {
            "candidate": self._waiting,
            "dead_letter": self._buried,
            "undecided": self._undecided,
            "unsolicited": self._unsolicited,
            "gone": self._gone,
        }
        return told.get(self._case.state, self._lost)()

    @property
    def _is_ranked(self) -> bool:
        """Did the rank decide, rather than the wish of a policy?"""
        if self._policy.kind == "random":
            return False
        proposed = self._case.proposed
        if proposed:
            return proposed.want is None
        kind = POLICIES.get(self._policy.kind)
        return kind is not None and issubclass(kind, Rank)

    def _is_pooled(self, told: Told) -> bool:
        """Was it decided with others, the best of which were asked?"""
        balance, proposed = told.balance, self._case.proposed
        if balance is None:
            return False
        is_later = proposed is not None and proposed.at.offset != balance.candidates
        return is_later or self._policy.kind == "pool"

    @property
    def _stop(self) -> Stop | None:
        """The stop that left audits only where this was decided, if there was one."""
        told, course = self._case.told, self._log.course
        if told is None or told.balance is None:
            return None if told is None else course.stop(told.version)
        return course.rests(told.version, told.balance.step)

    def _audited(self, told: Told) -> str:
        """Return what a draw was inside of that is none of all samples."""
        drawn, stop = f"its draw {self._drawn()} was inside", self._stop
        if stop is not None:
            part = short(told.propensity)
            return f"{stopped_by(stop)}, and {drawn} the {part} of samples that is still audited"
        audits = audits_of(told, self._log.course) or "the audits"
        return f"{drawn} {audits} ({short(told.propensity)} with the uniform part)"

    def _asked(self, told: Told) -> str:
        if told.reason == "audit":
            return self._audited(told)
        share = f"the share {short(told.balance.share if told.balance else 0)}"
        is_ranked_first = told.arm == RANDOM and told.held_back is None
        if told.reason == "exploration" and not (is_ranked_first and told.rank < told.threshold):
            whatever = "whatever its rank"
            if told.held_back is not None:
                whatever = f"though its rank counted for nothing: {self._held_by(told)}"
            return (
                f"its draw {self._drawn()} was inside the uniform part of {share} "
                f"that the budget afforded, {whatever}"
            )
        inside = self._wished(told, share)
        if told.reason == "cold_start":
            return f"the model knew fewer than two classes (cold start), and {inside}"
        return inside

    def _wished(self, told: Told, share: str) -> str:
        if self._is_pooled(told):
            return f"it was among the best that waited (policy pool){self._by(told).rstrip(',')}"
        if self._is_ranked:
            rank, threshold = apart(told.rank, told.threshold)
            return (
                f"its rank {rank} among the last {self._policy.window}{self._by(told)} was inside "
                f"{threshold}, the ranks' part of {share} that the budget afforded"
            )
        return f"{self._opinion(told, 'wanted it')}, and the budget afforded it"

    def _by(self, told: Told) -> str:
        return ranked_by(told, self._case.score)

    def _opinion(self, told: Told, wish: str) -> str:
        """Return what a policy that says yes or no said."""
        kind = self._policy.kind
        if kind == "fixed":
            side = "below" if told.confidence < told.threshold else "not below"
            confidence, threshold = apart(told.confidence, told.threshold)
            return f"its confidence {confidence} was {side} the policy's threshold {threshold}"
        if kind == "periodic":
            turn = "had come" if told.rank == 0 else "had not come"
            return f"its turn {turn} (policy periodic)"
        return f"the policy {kind} {wish}"

    def _not_asked(self, told: Told) -> str:
        balance = told.balance
        if balance is None:
            return f"{self._unwished(told)}, so the scorer did not propose it"
        if told.held_back is not None:
            return self._held_back(told)
        is_refused = told.propensity == 0 and balance.share > 0
        is_full = is_refused or told.reason == "budget"
        refused = full(self._limits, balance, self._log.course.labels) if is_full else []
        if told.reason == "budget" or refused:
            what = " and ".join(refused) or "a limit that is not known any more was full"
            return f"the budget refused a label that was worth asking for: {what}"
        if not balance.share:
            return "the budget afforded nothing"
        return (
            f"{self._unwished(told)}, at the share {short(balance.share)} that the budget afforded"
        )

    def _held_by(self, told: Told) -> str:
        spec, features = self._log.plan.arbiter, self._case.known_features
        return held_by(told.held_back or "", spec, features, told.label)

    def _held_back(self, told: Told) -> str:
        """Return what held it back, and what became of its draw."""
        said = f"it was worth asking, but {self._held_by(told)}"
        if told.held_back == "repeat" or told.balance is None:
            return said
        if told.propensity == 0:
            labels = self._log.course.labels
            what = " and ".join(full(self._limits, told.balance, labels)) or "a limit was full"
            return f"{said}, and its draw {self._drawn()} was refused by the budget: {what}"
        draw, uniform = self._drawn_beside(told.propensity)
        return f"{said}, and its draw {draw} was outside {uniform}, {self._uniform_part(told)}"

    def _uniform_part(self, told: Told) -> str:
        audits = audits_of(told, self._log.course)
        return f"the uniform part and {audits}" if audits else "the uniform part"

    def _unwished(self, told: Told) -> str:
        draw, uniform = self._drawn_beside(told.propensity)
        stop = self._stop
        if stop is not None:
            return (
                f"{stopped_by(stop)}, and its draw {draw} was outside {uniform}, the part of "
                "samples that is still audited"
            )
        part = self._uniform_part(told)
        if self._is_pooled(told):
            best = f"the best that waited (policy pool){self._by(told).rstrip(',')}"
            return f"it was not among {best}, and its draw {draw} was outside {uniform}, {part}"
        if self._is_ranked:
            rank, threshold = apart(told.rank, told.threshold)
            return (
                f"its rank {rank} among the last {self._policy.window}{self._by(told)} was "
                f"outside {threshold} and its draw {draw} outside {uniform}, {part}"
            )
        if self._policy.kind == "random":
            return f"its draw {draw} was outside {uniform}"
        return self._opinion(told, "did not want it")

    def _drawn(self) -> str:
        return self._drawn_beside(1.0)[0]

    def _drawn_beside(self, bound: float) -> tuple[str, str]:
        """Return the draw, and the number that it is compared with."""
        if self._chance is None:
            return "(of another seed)", short(bound)
        return apart(self._chance, bound)

    def _not_labelled(self, told: Told) -> str:
        if not told.row:
            return "not labelled, because the model had no opinion"
        certified = not_labelled_by(told, self._log.course)
        if certified is not None:
            return certified
        bar = self._log.plan.scorer.auto_label
        if bar is None:
            return "not labelled: auto-labels are off, as configured now"
        if told.confidence >= bar:
            return f"not labelled, by the threshold of then; today's is {short(bar)}"
        confidence, threshold = apart(told.confidence, bar)
        return (
            f"not labelled, because its confidence {confidence} is below the auto-label "
            f"threshold {threshold}, as configured now"
        )

    def _waiting(self) -> str:
        proposed = self._case.proposed
        assert proposed is not None
        before = proposed.at.offset - self._log.look.before.taken - 1
        way = proposed.route.replace("_", "-")
        return (
            f"not decided yet: it waits for the arbiter as {proposed.at.text}, with {before} "
            f"offsets of {self._log.scan.name(CANDIDATES)} before it; proposed with rank "
            f"{short(proposed.rank)} and, if it is not granted, {way} ({proposed.reason})"
        )

    def _buried(self) -> str:
        letter = self._case.letter
        assert letter is not None
        what = "answer" if letter.stage == "label" else "record"
        return f"the {what} could not be used (stage {letter.stage}, reason {letter.reason}): " + (
            letter.message
        )

    def _undecided(self) -> str:
        source = self._case.source
        at = self._log.look.before.scored.get(source.partition, 0)
        return (
            f"not decided yet: the scorers have come to offset {at} of partition "
            f"{source.partition}, {source.offset - at} before it"
        )

    def _unsolicited(self) -> str:
        learned = [one for one in self._case.events if one.version is not None]
        version = f" as version {learned[-1].version}" if learned else ""
        return f"never asked: a label came that nobody asked for, and was learned{version}"

    def _gone(self) -> str:
        kept = "" if self._case.appended_at is not None else " and the sample itself"
        return (
            f"passed, but retention has dropped what became of it{kept}; it was no request, "
            "for those are kept for ever"
        )

    def _lost(self) -> str:
        return (
            "passed by the scorers, and yet neither decided nor a dead letter: that breaks "
            "law 1, see `streamal verify`"
        )
