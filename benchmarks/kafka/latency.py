"""How long from a sample to its decision, by the times at which the broker appended both.

Readers see a decision once its transaction is committed, some milliseconds later; that
holds for the bare loop too.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from benchmarks.kafka.site import Ends, Site
from benchmarks.kafka.subject import Subject, pass_through
from streamal.core.log import Record

WARM_S = 2.0

Place = tuple[int, int]


class _Source(msgspec.Struct):
    partition: int
    offset: int


class _Decision(msgspec.Struct):
    source: _Source
    ledger: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_decode = msgspec.json.Decoder(_Decision).decode


class Latency(NamedTuple):
    """Milliseconds of every decision of a run, in order of size, by who decided."""

    scorer: list[int]
    arbiter: list[int]
    requests: list[int]


def percentile(ordered: list[int], part: float) -> int:
    """Return the value below which that part lies.

    Examples
    --------
    >>> percentile([1, 2, 3, 40], 0.5)
    3
    """
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]


def latency(site: Site, subject: Subject, rate: float, seconds: float) -> Latency:
    """Feed a subject that is up to date at a rate, and look at what came when."""
    try:
        subject.start_beside()
        program = subject.start()
        pass_through(site, subject, program, int(rate * WARM_S), rate)
        topics = (subject.samples, *subject.outputs, *subject.requests)
        before = {topic: site.ends(topic) for topic in topics}
        pass_through(site, subject, program, int(rate * seconds), rate)
    finally:
        subject.stop()
    return _found(site, subject, before)


def _found(site: Site, subject: Subject, since: dict[str, Ends]) -> Latency:
    sent = {
        (record.partition, record.offset): record.timestamp
        for record in site.read(subject.samples, since[subject.samples])
    }
    written = [record for topic in subject.outputs for record in site.read(topic, since[topic])]
    asked = [record for topic in subject.requests for record in site.read(topic, since[topic])]
    return Latency(
        sorted(_took(sent, [record for record in written if not _is_arbiters(record)])),
        sorted(_took(sent, [record for record in written if _is_arbiters(record)])),
        sorted(_took(sent, asked)),
    )


def _is_arbiters(record: Record) -> bool:
    return _decode(record.value or b"").ledger is not msgspec.UNSET


def _took(sent: dict[Place, int], records: list[Record]) -> Iterator[int]:
    for record in records:
        source = _decode(record.value or b"").source
        if (source.partition, source.offset) in sent:
            yield record.timestamp - sent[source.partition, source.offset]
