"""Law 11: nothing is labelled below the threshold in force, nor without a certificate."""

from collections import Counter, defaultdict
from math import isinf

from streamal.core.terms import Terms
from streamal.lab.laws.certificates import Certificates
from streamal.lab.laws.facts import Told
from streamal.lab.laws.log import Log
from streamal.lab.laws.verdict import Findings
from streamal.wire.topics import AUTO_LABELS, UPDATES


class _Thresholds:
    def __init__(self, log: Log) -> None:
        self.findings = Findings(11, "auto-labels")
        self._bar = log.plan.scorer.auto_label
        self._course = log.course
        self._others: Counter[float] = Counter()

    def take(self, told: Told, before: Told | None, after: Told | None) -> None:
        """Check one auto-label between its partition's last and next."""
        self.findings.checked += 1
        why = _unfounded(told) or self._by(told, before, after) or self._withdrawn(told)
        if why:
            self.findings.wrong(told.at.text, f"{told.source.text}: {why}")

    def _by(self, told: Told, before: Told | None, after: Told | None) -> str | None:
        """By what was it labelled: the terms at its version, or a configured threshold?"""
        terms = self._course.terms(told.version)
        if terms is not None:
            return _against(told, terms)
        if told.certificate is not None:
            return f"certificate {told.certificate}, and none was told up to version {told.version}"
        return self._odd(told, before, after)

    def _odd(self, told: Told, before: Told | None, after: Told | None) -> str | None:
        """Another threshold than the configured one was so before, or is so for nobody else."""
        if told.bar == self._bar or told.bar is None:
            return None
        if before and after and before.bar == after.bar != told.bar:
            return f"threshold {told.bar}, where {before.bar} was in force"
        self._others[told.bar] += 1
        return None

    def _withdrawn(self, told: Told) -> str | None:
        """Had the arbiter itself withdrawn what a scorer relied on?"""
        now = None if told.balance is None else self._course.in_force(told.balance.step)
        if now is None or now.why == "began" or told.confidence >= now.terms.bar(told.label):
            return None
        return (
            f"labelled at step {told.balance.step if told.balance else 0}, after version "
            f"{now.version} (step {now.ledger.step}) had withdrawn its certificate: {now.why}"
        )

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


def _against(told: Told, terms: Terms) -> str | None:
    """Hold an auto-label against the terms at its version."""
    bar, upto = terms.bar(told.label), f"at version {told.version}"
    if isinf(bar):
        return f"an auto-label without a certificate: {upto} {told.label!r} has none"
    if told.bar != bar:
        return f"threshold {told.bar}; by the terms {upto} it is {bar}"
    if told.certificate != terms.certificate:
        return f"certificate {told.certificate}; by the terms {upto} it is {terms.certificate}"
    return None


def _lanes(log: Log) -> list[list[Told]]:
    """Return the auto-labels of each partition, in its order."""
    lanes: dict[tuple[str, int], list[Told]] = defaultdict(list)
    for told in log.told:
        if told.route == "auto_label":
            lanes[told.source.topic, told.source.partition].append(told)
    return [sorted(lane, key=lambda told: told.source.offset) for lane in lanes.values()]


def check(log: Log) -> list[Findings]:
    """Check each auto-label, in the order of its partition, and each certificate."""
    thresholds = _Thresholds(log)
    log.report(thresholds.findings, AUTO_LABELS, UPDATES)
    for lane in _lanes(log):
        ends: list[Told | None] = [None, *lane, None]
        for told, before, after in zip(lane, ends, ends[2:], strict=False):
            thresholds.take(told, before, after)
    Certificates(log, thresholds.findings).check()
    thresholds.end()
    return [thresholds.findings]
