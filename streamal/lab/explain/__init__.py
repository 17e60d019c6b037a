"""Why a sample went where it went, told from the topics: `explain`."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from streamal.brokers.port import Broker
from streamal.core.limits import LimitSpec
from streamal.lab.deadletters import marks
from streamal.lab.explain.again import Replaying, drawn, ruled
from streamal.lab.explain.case import Case
from streamal.lab.explain.document import document
from streamal.lab.explain.gather import Gathering
from streamal.lab.explain.samples import Samples
from streamal.lab.explain.sentence import Sentence
from streamal.lab.explain.word import Word
from streamal.lab.laws.log import Log, Tell
from streamal.runtime.plan import Plan

__all__ = ["explain"]


def _tell_nobody(what: str) -> None:
    """Show no progress."""


def explain(broker: Broker, plan: Plan, text: str, tell: Tell = _tell_nobody) -> dict[str, Any]:
    """Return the explanations of all samples that a word names, newest first.

    It joins no group and writes nothing, so a service may run beside it. Topics are read
    as streams: only what concerns those samples is kept.

    Parameters
    ----------
    broker
        Opened by the caller, who also closes it.
    plan
        As the service has it: model, seed, sample mapping and policy.
    text
        A sample's id, ``<topic>/<partition>/<offset>`` of the sample or of a record about
        it, or a request's id. An answer that names no sample is explained itself.
    tell
        Told what is being done, from time to time.

    Raises
    ------
    UsageError
        Nothing has that name, or it is that of a record about no sample.
    BrokerError
        The broker is away, or a topic is not there.
    """
    log = Log(broker, plan)
    word = Word(text, plan.topics)
    gathering = Gathering(log, word, tell)
    gathering.run()
    cases = gathering.cases
    Samples(log, word, cases).run()
    found = cases.newest()
    _sent_again(broker, plan, found)
    Replaying(log, found).run(tell)
    return {
        "asked": text,
        "older": cases.older + len(cases) - len(found),
        "explanations": [_explained(log, case, gathering.budgets) for case in found],
    }


def _sent_again(broker: Broker, plan: Plan, cases: Sequence[Case]) -> None:
    """Note which of the dead letters that are told were sent again, and when."""
    refused = any(event.what == "refused" for case in cases for event in case.events)
    if not refused and all(case.letter is None for case in cases):
        return
    known = marks(broker, plan.topics)
    for case in cases:
        case.replayed_at = known.get(case.letter_at or "")
        case.events = [replace(one, replayed_at=known.get(one.at)) for one in case.events]


def _explained(
    log: Log, case: Case, budgets: Sequence[tuple[int, Sequence[LimitSpec]]]
) -> dict[str, Any]:
    step = case.told.balance.step if case.told and case.told.balance else 0
    limits = [specs for since, specs in budgets if since <= step][-1:]
    in_force = limits[0] if limits else ()
    case.rule = ruled(log, case, in_force)
    chance = drawn(log, case)
    return document(case, Sentence(log, case, in_force, chance).why(), in_force, chance)
