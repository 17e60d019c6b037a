"""Law 12: a model that has seen fewer than two classes knows nothing better, and asks."""

from streamal.lab.laws.facts import Told
from streamal.lab.laws.log import Log
from streamal.lab.laws.verdict import Findings
from streamal.wire.topics import REQUESTS, UPDATES

REASONS = ("cold_start", "exploration", "audit")


def _opinionated(told: Told, only: str | None) -> str | None:
    if told.utility != 1.0:
        return f"utility {told.utility}; without two classes it is 1"
    if told.row or told.confidence or told.label not in (None, only):
        return (
            f"label {told.label!r} with {told.confidence}; without two classes it is null "
            f"or {only!r}, with confidence 0"
        )
    if told.route == "request" and told.reason not in REASONS:
        return f"reason {told.reason}; without two classes it is {' or '.join(REASONS)}"
    return None


def check(log: Log) -> list[Findings]:
    """Check what was decided before a second class was learned."""
    findings = Findings(12, "cold decisions")
    log.report(findings, UPDATES, REQUESTS)
    if log.scan.is_cut(UPDATES):
        findings.note(f"the beginning of {log.scan.name(UPDATES)} is gone")
        return [findings]
    for told in log.told:
        if log.is_cold(told.version):
            findings.checked += 1
            why = _opinionated(told, log.first_label)
            if why:
                findings.wrong(told.at.text, f"{told.source.text}: {why}")
    return [findings]
