"""Law 13: the same log and seed give the same draws, ranks and decisions."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import inf

from streamal.core.draw import draw
from streamal.core.limits import LimitSpec
from streamal.core.records import Candidate, Source
from streamal.lab.laws.blocks import Blocks
from streamal.lab.laws.facts import Proposed, Told
from streamal.lab.laws.log import BROKEN, Log
from streamal.lab.laws.ranks import Ranks
from streamal.lab.laws.rule import Rule
from streamal.lab.laws.verdict import Findings
from streamal.wire.records import decode_candidate
from streamal.wire.topics import ABSTAINED, AUTO_LABELS, CANDIDATES, REQUESTS, UPDATES

NEEDED = (REQUESTS, AUTO_LABELS, ABSTAINED, CANDIDATES, UPDATES)


class _Draws:
    def __init__(self, log: Log) -> None:
        self.log = log
        self.findings = Findings(13, "draws, ranks and decisions")
        self.seed = log.plan.scorer.seed
        self.rule = Rule(log.plan.scorer.policy, log.course)
        self.blocks = Blocks(log.told, log.plan.scorer.policy)
        self._budgets = [step for step in log.steps if step.kind == "budget"]
        self._unseeded = 0
        self._left: dict[tuple[int, int, int], list[Told]] = defaultdict(list)
        for told in log.told:
            if told.balance is not None and not told.is_again:
                self._left[_key(told.balance.candidates, told.source)].append(told)

    def _draw(self, source: Source) -> float:
        return draw(self.seed, "ask", source.text)

    def proposals(self) -> None:
        """Draw again for each candidate, and apply the rule again where it was decided."""
        oldest: float = inf
        for candidate, proposed in self._proposed():
            oldest = min(oldest, proposed.at.offset)
            if self._counts(proposed) and proposed.draw != (again := self._draw(proposed.source)):
                self._wrong(proposed, f"draw {proposed.draw}; for this seed it is {again}")
            elif why := self.rule.proposed(proposed):
                self._wrong(proposed, why)
            self._decided(candidate, proposed)
        self._unproposed(oldest)

    def _decided(self, candidate: Candidate, proposed: Proposed) -> None:
        end = self.blocks.end(proposed.at.offset)
        for told in self._left.pop(_key(end, proposed.source), []):
            self._arbitrated(told, proposed, end)
            if told.balance and not self.log.course.rests(proposed.version, told.balance.step):
                self.blocks.take(candidate, told, end)

    def _proposed(self) -> Iterator[tuple[Candidate, Proposed]]:
        """Read the candidates once more: too much of each is needed to keep them all."""
        for record in self.log.scan.read(CANDIDATES):
            try:
                found = decode_candidate(record.value or b"")
            except BROKEN:  # reported where the log was read
                continue
            if isinstance(found, Candidate):
                yield found, self.log.facts.proposed(record, found)

    def _arbitrated(self, told: Told, proposed: Proposed, end: int) -> None:
        self.findings.checked += 1
        balance = told.balance
        assert balance is not None
        limits = self._limits(balance.step)
        found = [
            self.rule.arbitrated(told, balance, proposed, limits, is_pooled)
            for is_pooled in self.blocks.rules(end)
        ]
        if found[0] and all(found):
            self._wrong(told, found[0])

    def _unproposed(self, oldest: float) -> None:
        """Deal with decisions whose candidate was not read: is it gone, or never was?"""
        gone = 0
        for (offset, _, _), decided in self._left.items():
            if offset < oldest and self.log.scan.is_cut(CANDIDATES):
                gone += len(decided)
                continue
            at = f"{self.log.scan.name(CANDIDATES)}/0/{offset}"
            self.findings.checked += len(decided)
            for told in decided:
                self._wrong(told, f"its candidate should be {at}, and is not there")
        if gone:
            self.findings.passed_over += gone
            self.findings.note(f"the candidates of {gone} decisions are gone")

    def _limits(self, step: int) -> Sequence[LimitSpec]:
        """Return the limits in force at a step."""
        known = [budget for budget in self._budgets if budget.balance.step <= step]
        return known[-1].limits if known else ()

    def scored(self) -> None:
        """Apply the rule again where a scorer decided; it must not have wanted the sample."""
        is_told = self.log.plan.scorer.policy.kind in ("rank", "auto", "pool", "random")
        for told in self.log.told:
            if told.balance is not None:
                continue
            is_known = is_told or self.log.course.stop(told.version) is not None
            if is_known and self._counts(told):
                why = self.rule.scored(told, self._draw(told.source))
                if why:
                    self._wrong(told, why)

    def _counts(self, scored: Told | Proposed) -> bool:
        """Count what can be drawn again."""
        if self.log.has_our_seed(scored.version):
            self.findings.checked += 1
            return True
        self.findings.passed_over += 1
        self._unseeded += 1
        return False

    def _wrong(self, scored: Told | Proposed, why: str) -> None:
        self.findings.wrong(scored.at.text, f"{scored.source.text}: {why}")

    def ranks(self) -> None:
        """Rank the samples of each partition again."""
        ranks = Ranks(self.log)
        for partition in self.log.samples:
            for scored, again in ranks.again(partition):
                self.findings.checked += 1
                if scored.rank != again:
                    self._wrong(scored, f"rank {scored.rank}; among those before it, it is {again}")
        for note in ranks.notes():
            self.findings.note(note)

    def end(self) -> None:
        """Say what was not as it is configured now."""
        if self._unseeded:
            self.findings.note(f"{self._unseeded} with another seed, or one that is not recorded")
        for uniform in self.rule.uniforms[1:]:
            self.findings.note(f"some were decided with exploration {uniform}")
        for note in self.blocks.notes():
            self.findings.note(note)


def _key(offset: int, source: Source) -> tuple[int, int, int]:
    """Return what names a candidate: where it lies, and its sample."""
    return offset, source.partition, source.offset


def check(log: Log) -> list[Findings]:
    """Draw, rank and decide again."""
    draws = _Draws(log)
    log.report(draws.findings, *NEEDED)
    draws.proposals()
    draws.scored()
    draws.ranks()
    draws.end()
    return [draws.findings]
