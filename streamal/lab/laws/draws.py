"""Law 13: the same log and seed give the same draws, ranks and decisions."""

from collections.abc import Sequence
from itertools import takewhile

from streamal.core.draw import draw
from streamal.core.limits import LimitSpec
from streamal.lab.laws.facts import Balance, Proposed, Told
from streamal.lab.laws.log import Log
from streamal.lab.laws.ranks import Ranks
from streamal.lab.laws.rule import Rule
from streamal.lab.laws.verdict import Findings
from streamal.wire.topics import ABSTAINED, AUTO_LABELS, CANDIDATES, REQUESTS, SAMPLES, UPDATES

NEEDED = (REQUESTS, AUTO_LABELS, ABSTAINED, CANDIDATES, UPDATES)


class _Draws:
    def __init__(self, log: Log) -> None:
        self.log = log
        self.findings = Findings(13, "draws, ranks and decisions")
        self.seed = log.plan.scorer.seed
        self.rule = Rule(log.plan.scorer.policy)
        self._budgets = sorted(
            (step.balance.step, step.limits) for step in log.steps if step.kind == "budget"
        )
        self._oldest = min(log.proposed, default=0)
        self._missing = 0

    def _draw(self, scored: Told | Proposed) -> float:
        return draw(self.seed, "ask", scored.source.text)

    def proposals(self) -> None:
        """Draw again for each candidate."""
        for proposed in self.log.proposed.values():
            if self._counts(proposed) and proposed.draw != (again := self._draw(proposed)):
                self._wrong(proposed, f"draw {proposed.draw}; for this seed it is {again}")

    def arbitrated(self) -> None:
        """Apply the rule again where an arbiter decided."""
        for told in self.log.told:
            if told.balance is None or told.is_again:
                continue
            if told.balance.candidates < self._oldest and self.log.scan.is_cut(CANDIDATES):
                self._missing += 1
                continue
            self._arbitrated(told, told.balance)

    def _arbitrated(self, told: Told, balance: Balance) -> None:
        self.findings.checked += 1
        proposed = self.log.proposed.get(balance.candidates)
        if proposed is None or proposed.source != told.source:
            at = f"{self.log.scan.name(CANDIDATES)}/0/{balance.candidates}"
            self._wrong(told, f"its candidate should be {at}, and is not there")
            return
        why = self.rule.arbitrated(told, balance, proposed, self._limits(balance.step))
        if why:
            self._wrong(told, why)

    def _limits(self, step: int) -> Sequence[LimitSpec]:
        """Return the limits in force at a step."""
        budgets = list(takewhile(lambda budget: budget[0] <= step, self._budgets))
        return budgets[-1][1] if budgets else ()

    def scored(self) -> None:
        """Apply the rule again where a scorer decided; it must not have wanted the sample."""
        if self.log.plan.scorer.policy.kind not in ("rank", "random"):
            return
        for told in self.log.told:
            if told.balance is None and self._counts(told):
                why = self.rule.scored(told, self._draw(told))
                if why:
                    self._wrong(told, why)

    def _counts(self, scored: Told | Proposed) -> bool:
        """Count what can be drawn again: the seed is part of the model's configuration."""
        is_ours = self.log.is_ours(scored.version)
        self.findings.checked += is_ours
        self.findings.passed_over += not is_ours
        return is_ours

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
        """Say what was not as it is configured now, or could not be checked."""
        for uniform in self.rule.uniforms[1:]:
            self.findings.note(f"some were decided with exploration {uniform}")
        if self._missing:
            self.findings.passed_over += self._missing
            self.findings.note(f"the candidates of {self._missing} decisions are gone")


def check(log: Log) -> list[Findings]:
    """Draw, rank and decide again."""
    draws = _Draws(log)
    log.report(draws.findings, *NEEDED)
    draws.proposals()
    draws.arbitrated()
    draws.scored()
    draws.ranks()
    draws.end()
    return [draws.findings]
