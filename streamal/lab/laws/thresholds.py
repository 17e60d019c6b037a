"""Law 11: nothing is labelled below the threshold in force."""

from collections import Counter, defaultdict

from streamal.lab.laws.facts import Told
from streamal.lab.laws.log import Log
from streamal.lab.laws.verdict import Findings
from streamal.wire.topics import AUTO_LABELS


class _Thresholds:
    def __init__(self, log: Log) -> None:
        self.findings = Findings(11, "auto-labels")
        self._bar = log.plan.scorer.auto_label
        self._others: Counter[float] = Counter()

    def take(self, told: Told, before: Told | None, after: Told | None) -> None:
        """Check one auto-label between its partition's last and next."""
        self.findings.checked += 1
        why = _unfounded(told) or self._odd(told, before, after)
        if why:
            self.findings.wrong(told.at.text, f"{told.source.text}: {why}")

    def _odd(self, told: Told, before: Told | None, after: Told | None) -> str | None:
        """Another threshold than the configured one was so before, or is so for nobody else."""
        if told.bar == self._bar or told.bar is None:
            return None
        if before and after and before.bar == after.bar != told.bar:
            return f"threshold {told.bar}, where {before.bar} was in force"
        self._others[told.bar] += 1
        return None

    def end(self) -> None:
        """Say how many had another threshold than the configured one."""
        for bar, count in self._others.items():
            self.findings.note(f"{count} under another threshold than the configured one: {bar}")


def _unfounded(told: Told) -> str | None:
    if told.bar is None:
        return "an auto-label without its threshold"
    if told.label is None or len(told.classes) < 2:
        return "an auto-label without an opinion"
    if told.confidence < told.bar:
        return f"confidence {told.confidence} is below the threshold {told.bar}"
    return None


def check(log: Log) -> list[Findings]:
    """Check each auto-label, in the order of its partition."""
    thresholds = _Thresholds(log)
    log.report(thresholds.findings, AUTO_LABELS)
    lanes: dict[tuple[str, int], list[Told]] = defaultdict(list)
    for told in log.told:
        if told.route == "auto_label":
            lanes[told.source.topic, told.source.partition].append(told)
    for lane in lanes.values():
        lane.sort(key=lambda told: told.source.offset)
        ends: list[Told | None] = [None, *lane, None]
        for told, before, after in zip(lane, ends, ends[2:], strict=False):
            thresholds.take(told, before, after)
    thresholds.end()
    return [thresholds.findings]
