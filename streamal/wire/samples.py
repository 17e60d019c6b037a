"""Foreign JSON to samples: what a sample looks like, and how its fields are mapped."""

from collections.abc import Callable, Iterable

import msgspec
from msgspec.structs import replace

from streamal.core.log import Record
from streamal.core.records import NO_PAYLOAD, Features, Sample, Source
from streamal.errors import Poison
from streamal.wire.diagnosis import BROKEN, checked_payload, checked_value, diagnosed, misplaced_id

FeatureMap = dict[str, float | str | bool | None]
Fields = dict[str, msgspec.Raw]


class SampleMapping(msgspec.Struct, frozen=True):
    """How foreign JSON maps to a sample.

    Parameters
    ----------
    id, time
        Names of the fields that hold them; None: `id` and `time`.
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
    def others(self) -> frozenset[str]:
        """The fields that are no features unless they are named as such."""
        named = [name for name in (self.id, self.time) if name]
        return frozenset([*named, *self.exclude, *self.payload])

    @property
    def is_plain(self) -> bool:
        """Whether features are taken as they come."""
        return self.features is None and not self.others

    def feature_names(self, fields: Fields) -> Iterable[str]:
        """Return which of the fields are features."""
        if self.features is not None:
            return [name for name in self.features if name in fields]
        others = self.others
        return [name for name in fields if name not in others]


class _Envelope(msgspec.Struct):
    features: FeatureMap | msgspec.UnsetType = msgspec.UNSET
    id: str | int | float | None = None
    payload: msgspec.Raw = NO_PAYLOAD


_envelope: Callable[[bytes], _Envelope] = msgspec.json.Decoder(_Envelope).decode
_features = msgspec.json.Decoder(FeatureMap)
_fields = msgspec.json.Decoder(Fields)
_any_id: Callable[[msgspec.Raw], str | int | float | None] = msgspec.json.Decoder(
    str | int | float | None
).decode


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
        # In a flat object `id` and `time` are what they are called, unless mapped.
        self._flat_mapping = replace(mapping, id=mapping.id or "id", time=mapping.time or "time")
        self._read = self._unmapped if mapping.is_plain else self._mapped

    def decode(self, record: Record) -> Sample:
        """Return the sample of a record.

        Raises
        ------
        Poison
            It is none; says what is wrong, where, and what would be right.
        """
        value = checked_value(record.value)
        try:
            return self._read(record, value)
        except BROKEN as error:
            raise diagnosed(value, error) from None

    def _unmapped(self, record: Record, value: bytes) -> Sample:
        try:
            envelope = _envelope(value)
            features = envelope.features
            if features is msgspec.UNSET:
                return self._flat(record, value)
        except msgspec.ValidationError as error:
            return self._second_look(record, value, error)
        return _sample(record, envelope.id, features, envelope.payload)

    def _second_look(self, record: Record, value: bytes, error: Exception) -> Sample:
        """Decode what failed as an envelope: a flat object may have a field of that name."""
        fields = _fields.decode(value)
        if _is_envelope(fields):
            raise diagnosed(value, error) from None
        return _map(record, fields, self._flat_mapping)

    def _flat(self, record: Record, value: bytes) -> Sample:
        features = _features.decode(value)
        sample_id = features.pop("id", None)
        if sample_id is not None and not isinstance(sample_id, str):
            return _map(record, _fields.decode(value), self._flat_mapping)
        features.pop("time", None)
        return _sample(record, sample_id, features, NO_PAYLOAD)

    def _mapped(self, record: Record, value: bytes) -> Sample:
        """Map the fields of a flat object or an envelope, whose id may lie beside them."""
        fields = _fields.decode(value)
        if not _is_envelope(fields):
            return _map(record, fields, self._flat_mapping)
        beside = _id_in(fields, self._mapping.id)
        given = _id_in(fields, "id") if beside is None else beside
        inner = _fields.decode(fields["features"])
        return _map(record, inner, self._mapping, given, fields.get("payload", NO_PAYLOAD))


def _is_envelope(fields: Fields) -> bool:
    return "features" in fields and bytes(fields["features"]).lstrip()[:1] == b"{"


def _map(
    record: Record,
    fields: Fields,
    mapping: SampleMapping,
    given: object = None,
    payload: msgspec.Raw = NO_PAYLOAD,
) -> Sample:
    """Map fields; `given` and `payload` stand in for an id and payload that are not there."""
    own = _id_in(fields, mapping.id)
    features = {name: _value(name, fields[name]) for name in mapping.feature_names(fields)}
    shown = {name: fields[name] for name in mapping.payload if name in fields}
    payload = msgspec.Raw(msgspec.json.encode(shown)) if shown else payload
    return _sample(record, given if own is None else own, features, payload)


def _id_in(fields: Fields, name: str | None) -> str | int | float | None:
    if name is None or name not in fields:
        return None
    try:
        return _any_id(fields[name])
    except msgspec.ValidationError:
        raise misplaced_id(name) from None


def _sample(record: Record, given: object, features: Features, payload: msgspec.Raw) -> Sample:
    if not features:
        raise Poison("empty", "the sample has no features; at least one was expected")
    topic, partition, offset = record.topic, record.partition, record.offset
    place = f"{topic}/{partition}/{offset}"
    if given is None:
        given = record.key.decode(errors="replace") if record.key else place
    own = given if isinstance(given, str) else str(given)
    shown = None if payload is NO_PAYLOAD else checked_payload(payload)
    return Sample(Source(topic, partition, offset), place, own, features, shown)


def _value(name: str, raw: msgspec.Raw) -> float | str | bool | None:
    try:
        return msgspec.json.decode(raw, type=float | str | bool | None)
    except msgspec.ValidationError as error:
        raise diagnosed(msgspec.json.encode({name: raw}), error) from None
