"""Where a record of ours leads: to the samples that it is about, or to none."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from streamal.core.log import Record
from streamal.core.records import Source
from streamal.errors import Poison, UsageError
from streamal.lab.explain.word import Named
from streamal.lab.laws.facts import attempt
from streamal.lab.laws.log import BROKEN
from streamal.lab.laws.scan import Scan
from streamal.wire.dead import about
from streamal.wire.labels import decode_answer
from streamal.wire.topics import (
    ABSTAINED,
    AUTO_LABELS,
    CANDIDATES,
    DEAD_LETTERS,
    LABELS,
    REQUESTS,
    UPDATES,
)

OURS = (REQUESTS, AUTO_LABELS, ABSTAINED, CANDIDATES, UPDATES, LABELS, DEAD_LETTERS)
"""Topics whose records may be named; samples speak for themselves."""

OF_NONE: Mapping[str, str] = MappingProxyType(
    {
        "progress": "how far a scorer has come",
        "pace": "what part of the samples the budget affords",
        "budget": "the limits from there on",
        "config": "what the model is made of",
        "certificate": "the terms of auto-labels from there on",
        "drift": "that the stream, or what its labels mean, has changed",
        "takeover": "what became of a fresh model",
        "stop": "that asking ends, or goes on",
    }
)
"""Kinds of records that are about no sample, and what they say instead."""

named: Callable[[bytes], Named] = msgspec.json.Decoder(Named).decode


class Lead(msgspec.Struct, frozen=True):
    """What a record names: places of samples or answers, and perhaps an id."""

    places: tuple[str, ...] = ()
    sample_id: str | None = None


def lead(scan: Scan, place: Source) -> Lead:
    """Return where the record at a place leads, if it is one of ours.

    Raises
    ------
    UsageError
        There is no record, or it is about no sample; says what it is.
    """
    logical = next((one for one in OURS if scan.name(one) == place.topic), None)
    if logical is None:
        return Lead()
    record = _record(scan, place, logical)
    try:
        return _found(record, logical)
    except BROKEN as error:
        raise UsageError(f"{place.text} cannot be read, so nobody knows: {error}") from None


def _record(scan: Scan, place: Source, logical: str) -> Record:
    at, ends = place.partition, scan.ends[logical]
    if at not in ends:
        raise UsageError(f"{place.text}: {place.topic} has no partition {at}; it has {len(ends)}")
    for record in scan.span(logical, at, place.offset, place.offset + 1):
        return record
    oldest, end = ends[at]
    raise UsageError(
        f"{place.text} holds no record; partition {at} of {place.topic} begins at {oldest} and "
        f"ends before {end}"
    )


def _found(record: Record, logical: str) -> Lead:
    if logical == LABELS:
        return _answered(record, ())
    if logical == DEAD_LETTERS:
        return _dead(record)
    found = named(record.value or b"")
    if found.kind is not None and found.kind in OF_NONE:
        raise UsageError(
            f"{record.source} is a {found.kind} record, which says {OF_NONE[found.kind]}: it is "
            f"about no sample; `streamal tail {logical}` shows it"
        )
    return Lead(() if found.place is None else (found.place,))


def _dead(record: Record) -> Lead:
    said = about(record)
    original = Source(said.topic, said.partition, said.offset).text
    return _answered(record, (original,)) if said.stage == "label" else Lead((original,))


def _answered(record: Record, places: tuple[str, ...]) -> Lead:
    """Return what an answer names; places that are known already are kept."""
    try:
        given = decode_answer(record.value)
    except Poison:
        return Lead(places)
    if given.request_id is not None:
        return Lead((*places, attempt(given.request_id)[0]))
    return Lead(places, given.sample_id)
