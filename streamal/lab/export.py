"""The curated data set: every learned label, and auto-labels where they are wanted."""

from collections.abc import Iterator
from typing import Any, TypeGuard

from streamal.brokers.port import Broker
from streamal.core.draw import draw
from streamal.core.log import Record
from streamal.core.records import Decision, Sample
from streamal.core.updates import Closed, Example, Update
from streamal.errors import Poison
from streamal.runtime.replay import replay
from streamal.wire.records import decode_decision, decode_update
from streamal.wire.samples import SampleDecoder, SampleMapping
from streamal.wire.topics import AUTO_LABELS, SAMPLES, UPDATES, Topics

HELD_OUT = 0.2
"""Share of the rows whose `split` is test, by keyed draw on the sample."""

Line = dict[str, Any]


def scan(broker: Broker, topic: str) -> Iterator[Record]:
    """Yield the records of a topic, as many as there are now."""
    return replay(broker, topic, broker.ends(topic))


def learned(broker: Broker, topics: Topics, seed: int) -> list[Line]:
    """Return a line for each label that was learned and still stands, in order.

    A corrected label stands as it was corrected, and not at all if the model could not
    learn the correction; a retracted one does not.
    """
    found: dict[str, Line] = {}
    for record in scan(broker, topics[UPDATES]):
        update = decode_update(record.value or b"")
        if isinstance(update, Example) and update.error is None:
            found[update.request_id or update.answer.text] = _example(update, seed)
        elif isinstance(update, Example) or _is_retracted(update):
            found.pop(update.request_id or "", None)
    return list(found.values())


def _is_retracted(update: Update) -> TypeGuard[Closed]:
    return isinstance(update, Closed) and update.outcome == "retracted"


def labelled_by_itself(
    broker: Broker, topics: Topics, mapping: SampleMapping, seed: int
) -> Iterator[Line]:
    """Yield a line for each auto-label whose sample is still kept."""
    decisions = {
        decision.source.text: decision
        for record in scan(broker, topics[AUTO_LABELS])
        for decision in [decode_decision(record.value or b"")]
    }
    decoder = SampleDecoder(mapping)
    for record in scan(broker, topics[SAMPLES]):
        decision = decisions.get(record.source)
        if decision is not None:
            sample = _sample(decoder, record)
            if sample is not None:
                yield _auto_label(decision, sample, seed)


def _sample(decoder: SampleDecoder, record: Record) -> Sample | None:
    try:
        return decoder.decode(record)
    except Poison:
        return None


def _example(example: Example, seed: int) -> Line:
    propensity = example.propensity
    return {
        "sample_id": example.sample_id,
        "features": example.features,
        "label": example.label,
        "by": "person",
        "weight": 1.0 / propensity if propensity else 1.0,
        "reason": example.reason or "unsolicited",
        "model_version": example.model_version,
        "annotator": example.annotator,
        "split": _split(example.source.text, seed),
    }


def _auto_label(decision: Decision, sample: Sample, seed: int) -> Line:
    return {
        "sample_id": decision.sample_id,
        "features": sample.features,
        "label": decision.label,
        "by": "model",
        "weight": 1.0,
        "reason": decision.reason,
        "model_version": decision.model_version,
        "annotator": None,
        "split": _split(decision.source.text, seed),
    }


def _split(source: str, seed: int) -> str:
    """Return the side a sample is on: a keyed draw, so that it stays there for ever."""
    return "test" if draw(seed, "split-export", source) < HELD_OUT else "train"
