"""Answers as they arrive on `labels`: JSON to `Answer`, or what is wrong with it."""

from typing import get_args

import msgspec

from streamal.core.classes import canonical
from streamal.core.records import Answer, Outcome
from streamal.errors import Poison
from streamal.wire.diagnosis import BROKEN, MAX_BYTES
from streamal.wire.samples import FeatureMap

OUTCOMES = tuple(one for one in get_args(Outcome) if one != "expired")


class _RawAnswer(msgspec.Struct):
    request_id: str | None = None
    sample_id: str | int | float | None = None
    label: str | int | float | bool | None = None
    outcome: str = "labelled"
    annotator: str | None = None
    answer_id: str | None = None
    answered_at: int | float | str | None = None
    features: FeatureMap | None = None


_raw = msgspec.json.Decoder(_RawAnswer)


def decode_answer(value: bytes | None) -> Answer:
    """Return the answer that a value holds, its label in canonical form.

    Raises
    ------
    Poison
        ``invalid``: it is no answer; says what is wrong and what would be right.

    Examples
    --------
    >>> decode_answer(b'{"request_id": "samples/0/4", "label": 1}').label
    '1'
    """
    raw = _decoded(value)
    if raw.request_id is None and raw.sample_id is None and raw.features is None:
        raise Poison("invalid", "an answer names a request_id or a sample_id")
    if raw.outcome not in OUTCOMES:
        raise Poison("invalid", f"outcome {raw.outcome!r} is none of {', '.join(OUTCOMES)}")
    return Answer(
        request_id=raw.request_id,
        sample_id=None if raw.sample_id is None else str(raw.sample_id),
        label=_label(raw),
        outcome=raw.outcome,  # type: ignore[arg-type]
        annotator=raw.annotator,
        answer_id=raw.answer_id,
        answered_at=raw.answered_at,
        features=raw.features,
    )


def _decoded(value: bytes | None) -> _RawAnswer:
    if value is None or len(value) > MAX_BYTES:
        raise Poison("invalid", f"an answer is a JSON object of at most {MAX_BYTES} bytes")
    try:
        return _raw.decode(value)
    except BROKEN as error:
        raise Poison("invalid", f"no answer: {error}") from None


def _label(raw: _RawAnswer) -> str | None:
    if raw.outcome != "labelled":
        return None
    try:
        return canonical(raw.label)
    except ValueError as error:
        raise Poison("invalid", str(error)) from None
