"""Each record of terms: it names what earned it, and was earned (a part of law 11)."""

from streamal.core.certifier import Certifier, CertifierState
from streamal.core.target import TargetSpec
from streamal.core.terms import Terms
from streamal.core.updates import Certificate
from streamal.lab.laws.evidence import Evidence
from streamal.lab.laws.log import Log
from streamal.lab.laws.verdict import Findings
from streamal.wire.topics import REQUESTS, UPDATES

KINDS = ("example", "drift", "takeover", "certificate")
"""Records of `updates` that are evidence, or that rest on it."""


class Certificates:
    """Checks the records of terms, in the order of `updates`."""

    def __init__(self, log: Log, findings: Findings) -> None:
        self._log = log
        self._findings = findings
        self._known: dict[int, Terms] = {}

    def check(self) -> None:
        """Check what each names always, and its evidence where that can be counted again."""
        log = self._log
        records = {one.version: (one, at) for one, at in log.course.certificates}
        if not records:
            return
        left, target = self._uncountable(), log.plan.arbiter.target
        evidence = Evidence(log, target) if target is not None and not left else None
        for step in log.steps:
            if step.kind not in KINDS:
                continue
            if step.version in records:
                one, at = records[step.version]
                unearned = evidence.unearned(one) if evidence else None
                why = self._misnamed(one) or unearned
                if why:
                    self._findings.wrong(at.text, why)
            elif evidence is not None:
                evidence.take(step)
        self._findings.note(f"{len(records)} records of terms, {left or 'each earned again'}")

    def _uncountable(self) -> str:
        """Return why evidence cannot be counted again; nothing where it can."""
        log, why, first = self._log, "", self._log.course.certificates[0][0]
        if log.plan.arbiter.target is None:
            why = "no target_precision is configured now"
        elif any(one.why == "began" for one, _ in log.course.certificates):
            why = "between them a threshold was configured"
        elif log.scan.is_cut(UPDATES) or log.scan.is_cut(REQUESTS):
            why = "the beginning of their labels is gone"
        elif not log.has_our_seed(first.version):
            why = "another seed drew the audits"
        elif not _is_asked_for(first, log.plan.arbiter.target):
            why = "another target_precision was configured at first"
        return why and f"not earned again: {why}"

    def _misnamed(self, one: Certificate) -> str | None:
        """Terms with bars name the record that earned these bars; without, none."""
        terms, known = one.terms, self._known
        known[one.version] = terms
        if one.why == "began" or (not terms.bars and terms.certificate is None):
            return None
        if not terms.bars:
            return f"certificate {terms.certificate} without any threshold"
        earned = known.get(terms.certificate or 0)
        if earned is None:
            return f"it names certificate {terms.certificate}, which is no record of terms"
        if earned.bars != terms.bars:
            return f"bars {terms.bars}; certificate {terms.certificate} earned {earned.bars}"
        return None


def _is_asked_for(first: Certificate, target: TargetSpec) -> bool:
    """Does the first record, before any label, miss what a target misses?"""
    again = Certifier(target, CertifierState(), ()).due(1.0, first.version)
    return again is not None and again.missing == first.missing
