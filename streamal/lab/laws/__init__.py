"""The thirteen laws of docs/laws.md, checked on real topics: `verify`."""

from collections.abc import Iterator

from streamal.brokers.port import Broker
from streamal.lab.laws import (
    answers,
    cold,
    draws,
    fences,
    ledger,
    naming,
    once,
    poison,
    replay,
    thresholds,
)
from streamal.lab.laws.log import Log, Tell, read
from streamal.lab.laws.verdict import Findings, Verdict
from streamal.runtime.plan import Plan

__all__ = ["Verdict", "verify"]


def _tell_nobody(what: str) -> None:
    """Show no progress."""


def verify(broker: Broker, plan: Plan, tell: Tell = _tell_nobody) -> list[Verdict]:
    """Check the laws on the topics as they are; one verdict for each, in their order.

    It joins no group and writes nothing, so a service may run beside it: what that
    writes after the look began is left for the next time.

    Parameters
    ----------
    broker
        Opened by the caller, who also closes it.
    plan
        As the service has it. Model, seed, sample mapping and policy must be the
        service's: the laws are checked against them.
    tell
        Told what is being done, from time to time.

    Raises
    ------
    BrokerError
        The broker is away, or a topic is not there.
    """
    log = read(broker, plan, tell)
    found = [findings.verdict() for findings in _all(log, broker, tell)]
    return sorted(found, key=lambda verdict: verdict.law)


def _all(log: Log, broker: Broker, tell: Tell) -> Iterator[Findings]:
    yield from once.check(log)
    yield from ledger.check(log)
    yield from naming.check(log, broker)
    yield from answers.check(log)
    yield from replay.check(log, tell)
    yield _after_a_crash()
    yield from fences.check(log)
    yield from poison.check(log)
    yield from thresholds.check(log)
    yield from cold.check(log)
    yield from draws.check(log)


def _after_a_crash() -> Findings:
    findings = Findings(8, "crashes")
    findings.note("a log does not tell where a process was killed; the crash tests do it")
    return findings
