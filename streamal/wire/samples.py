"""Foreign JSON to samples: what a sample looks like, and every way it can be wrong."""

from collections.abc import Sequence
from json import JSONDecodeError, loads
from math import isfinite
from typing import Any

import msgspec

from streamal.core.log import Record
from streamal.core.records import Features, Sample, Source
from streamal.errors import Poison

MAX_BYTES = 128 * 1024
"""A larger sample is a dead letter: it would not fit beside others in one batch."""

_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError)

FeatureMap = dict[str, float | str | bool | None]


class SampleMapping(msgspec.Struct, frozen=True):
    """How foreign JSON maps to a sample.

    Parameters
    ----------
    id, time
        Names of the fields that hold them; None: `id` and `time` of an envelope.
    features
        Names of the fields that are features; None: all that are nothing else.
    exclude
        Fields that are no features.
    payload
        Fields that are shown to people and are no features.
    """

    id: str | None = None
    features: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    payload: tuple[str, ...] = ()
    time: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether features are taken as they come."""
        return self.features is None and not self.exclude

    @property
    def others(self) -> frozenset[str]:
        """The fields of a flat object that are no features."""
        named = [name for name in (self.id, self.time) if name]
        return frozenset([*named, *self.exclude, *self.payload])


class _Envelope(msgspec.Struct):
    features: FeatureMap | msgspec.UnsetType = msgspec.UNSET
    id: str | int | float | bool | None = None
    payload: msgspec.Raw = msgspec.Raw(b"null")


_envelope = msgspec.json.Decoder(_Envelope)
_features = msgspec.json.Decoder(FeatureMap)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_key = msgspec.json.Decoder(str | int | float)


class SampleDecoder:
    """Decodes one topic's values.

    Examples
    --------
    >>> record = Record("samples", 0, 4, 0, None, b'{"features": {"x": 1}}')
    >>> SampleDecoder(SampleMapping()).decode(record)
    Sample(source=Source(topic='samples', partition=0, offset=4), key='samples/0/4', \
id='samples/0/4', features={'x': 1.0}, payload=None)
    """

    def __init__(self, mapping: SampleMapping) -> None:
        self._mapping = mapping
        self._plain = mapping.is_plain and not mapping.others

    def decode(self, record: Record) -> Sample:
        """Return the sample of a record.

        Raises
        ------
        Poison
            It is none; says what is wrong, where, and what would be right.
        """
        value = _checked_value(record.value)
        try:
            return self._decode(record, value)
        except _BROKEN as error:
            raise _diagnosed(value, error) from None

    def _decode(self, record: Record, value: bytes) -> Sample:
        try:
            envelope = _envelope.decode(value)
            if envelope.features is msgspec.UNSET:
                return self._flat(record, value)
        except msgspec.ValidationError as error:
            return self._second_look(record, value, error)
        if not self._plain:
            return self._mapped(record, envelope.features, envelope)
        return _sample(record, envelope.id, envelope.features, _payload(envelope))

    def _second_look(self, record: Record, value: bytes, error: Exception) -> Sample:
        """Decode what failed as an envelope: a flat object may have a field of that name."""
        fields = _fields.decode(value)
        if "features" in fields and bytes(fields["features"]).lstrip()[:1] == b"{":
            raise _diagnosed(value, error) from None
        return self._from_fields(record, fields)

    def _flat(self, record: Record, value: bytes) -> Sample:
        if not self._plain:
            return self._from_fields(record, _fields.decode(value))
        features = _features.decode(value)
        sample_id = features.pop("id", None)
        if isinstance(sample_id, float):
            return self._from_fields(record, _fields.decode(value))
        features.pop("time", None)
        return _sample(record, sample_id, features, None)

    def _from_fields(self, record: Record, fields: dict[str, msgspec.Raw]) -> Sample:
        mapping = self._mapping
        sample_id = fields.get(mapping.id or "id")
        others = mapping.others | {mapping.id or "id", mapping.time or "time"}
        names = mapping.features or [name for name in fields if name not in others]
        features = {name: _value(name, fields[name]) for name in names if name in fields}
        shown = {name: fields[name] for name in mapping.payload if name in fields}
        payload = msgspec.Raw(msgspec.json.encode(shown)) if shown else None
        return _sample(record, _key.decode(sample_id) if sample_id else None, features, payload)

    def _mapped(self, record: Record, features: FeatureMap, envelope: _Envelope) -> Sample:
        mapping = self._mapping
        names: Sequence[str] = mapping.features or list(features)
        others = mapping.others
        kept = {n: features[n] for n in names if n in features and n not in others}
        shown = {n: features[n] for n in mapping.payload if n in features}
        payload = msgspec.Raw(msgspec.json.encode(shown)) if shown else _payload(envelope)
        own = features.get(mapping.id) if mapping.id else None
        return _sample(record, envelope.id if own is None else own, kept, payload)


def _checked_value(value: bytes | None) -> bytes:
    if value is None:
        raise Poison("null_value", "the record has no value; a JSON object was expected")
    if len(value) > MAX_BYTES:
        raise Poison(
            "too_large", f"the value has {len(value)} bytes; a sample has at most {MAX_BYTES}"
        )
    return value


def _payload(envelope: _Envelope) -> msgspec.Raw | None:
    return None if bytes(envelope.payload) == b"null" else envelope.payload.copy()


def _sample(record: Record, given: object, features: Features, payload: Any) -> Sample:
    if not features:
        raise Poison("empty", "the sample has no features; at least one was expected")
    source = Source(record.topic, record.partition, record.offset)
    key = source.text
    return Sample(source, key, _id(given, record.key, key), features, payload)


def _id(given: object, key: bytes | None, source: str) -> str:
    """Return the sample's own id, else the record's key, else where it lies."""
    if given is not None:
        return given if isinstance(given, str) else str(given)
    return key.decode(errors="replace") if key else source


def _value(name: str, raw: msgspec.Raw) -> float | str | bool | None:
    try:
        return msgspec.json.decode(raw, type=float | str | bool | None)
    except msgspec.ValidationError as error:
        raise _diagnosed(msgspec.json.encode({name: raw}), error) from None


def _diagnosed(value: bytes, error: Exception) -> Poison:
    """Return a Poison that names what is wrong with bytes that did not decode."""
    try:
        text = value.decode()
    except UnicodeDecodeError as bad:
        return Poison("invalid_utf8", f"byte {bad.start} is not UTF-8; JSON is UTF-8")
    if isinstance(error, RecursionError):
        return Poison("too_deep", "nested too deep; features are a flat object")
    try:
        found = loads(text)
    except RecursionError:
        return Poison("too_deep", "nested too deep; features are a flat object")
    except JSONDecodeError as bad_json:
        return Poison("invalid_json", f"not JSON: {bad_json}")
    except ValueError as bad_number:
        return Poison("not_finite", f"a number out of range: {bad_number}")
    try:
        str(found).encode()
    except UnicodeEncodeError:
        return Poison("invalid_utf8", "a string holds half of a surrogate pair, which is no text")
    return _misfit(found, error)


def _misfit(found: object, error: Exception) -> Poison:
    """Return a Poison for JSON, or nearly JSON, that is no sample."""
    features = found.get("features", found) if isinstance(found, dict) else None
    if not isinstance(features, dict):
        return Poison("wrong_type", f"a sample must be a JSON object: {error}")
    for name, value in features.items():
        if isinstance(value, list | dict):
            return Poison("wrong_type", f"feature {name!r} is nested; features are flat")
        if isinstance(value, int | float) and not _is_finite(value):
            return Poison("not_finite", f"feature {name!r} is {value}; numbers must be finite")
    return Poison("wrong_type", str(error))


def _is_finite(value: float) -> bool:
    try:
        return isfinite(float(value))
    except OverflowError:
        return False
