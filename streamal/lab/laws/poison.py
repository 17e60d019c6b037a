"""Law 10: a poison record costs one dead letter, and blocks nothing."""

from math import inf

from streamal.core.records import Source
from streamal.lab.laws.facts import Letter
from streamal.lab.laws.log import Log
from streamal.lab.laws.verdict import Findings
from streamal.wire.topics import CANDIDATES, DEAD_LETTERS, LABELS, SAMPLES


class _Poison:
    def __init__(self, log: Log) -> None:
        self.findings = Findings(10, "dead letters")
        self._log = log
        self._first: dict[tuple[str, str], Source] = {}

    def take(self, letter: Letter) -> None:
        """Check one dead letter."""
        self.findings.checked += 1
        first = self._first.setdefault((letter.original.text, letter.stage), letter.at)
        why = None
        if first is not letter.at:
            why = f"{letter.original.text} has one at this stage already, {first.text}"
        elif letter.original.offset >= self._passed(letter.original):
            why = f"{letter.original.text} was not passed: nothing is committed beyond it"
        if why:
            self.findings.wrong(letter.at.text, why)

    def _passed(self, original: Source) -> float:
        """Return the next offset of whoever reads an original's topic."""
        name, after = self._log.scan.name, self._log.look.after
        if original.topic == name(SAMPLES):
            return after.scored.get(original.partition, inf)
        if original.topic == name(CANDIDATES):
            return after.arbitrated.get(original.partition, inf)
        if original.topic == name(LABELS):
            return after.label(original.partition) + 1
        return inf


def check(log: Log) -> list[Findings]:
    """Check each dead letter against its reader's place."""
    poison = _Poison(log)
    log.report(poison.findings, DEAD_LETTERS)
    for letter in log.letters:
        poison.take(letter)
    return [poison.findings]
