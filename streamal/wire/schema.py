"""JSON Schema of the record on each topic, made from the classes that read and write them.

What streamal writes is described as it is written: a field that is always there is required,
and others may come, because fields will be added. What it reads is described as it is read;
only a decoder can tell the rest, such as how deep a payload may be nested.
"""

from collections.abc import Mapping
from inspect import cleandoc
from types import MappingProxyType
from typing import Any

import msgspec

from streamal.core.certifier import CertifierState
from streamal.core.journal import ArbiterState
from streamal.core.ledger import LedgerState
from streamal.core.limits import Account, Charge
from streamal.core.prediction import BINS
from streamal.core.quotas import QuotaState
from streamal.core.records import Candidate, Decision, Progress, Request
from streamal.core.requests import RequestRow
from streamal.core.scorer import PartitionState
from streamal.core.stopping import StopState
from streamal.core.updates import UPDATE_TYPES
from streamal.wire.dead import PREFIX, DeadLetter
from streamal.wire.labels import OUTCOMES
from streamal.wire.meanings import ABOUT, meaning
from streamal.wire.samples import SampleMapping
from streamal.wire.topics import (
    ABSTAINED,
    AUTO_LABELS,
    CANDIDATES,
    DEAD_LETTERS,
    LABELS,
    REQUESTS,
    SAMPLES,
    STATE,
    UPDATES,
)

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

PLAIN = SampleMapping()

# A twin without the default of `payload`: msgspec cannot write a `Raw` into a schema.
_CANDIDATE = msgspec.defstruct(
    "Candidate",
    [("payload", msgspec.Raw | msgspec.UnsetType, msgspec.UNSET)],
    bases=(Candidate,),
    namespace={"__doc__": Candidate.__doc__},
    kw_only=True,
    tag_field="kind",
    tag="candidate",
)

_WRITTEN: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        REQUESTS: (Request,),
        AUTO_LABELS: (Decision,),
        ABSTAINED: (Decision,),
        CANDIDATES: (_CANDIDATE, Progress),
        UPDATES: UPDATE_TYPES,
        STATE: (PartitionState, ArbiterState, RequestRow),
    }
)

_ONLY: Mapping[str, Schema] = MappingProxyType(
    {
        REQUESTS: {"properties": {"route": {"const": "request"}}, "required": ["ledger"]},
        AUTO_LABELS: {
            "properties": {"route": {"const": "auto_label"}},
            "required": ["auto_label_threshold"],
        },
        ABSTAINED: {"properties": {"route": {"const": "abstain"}}},
    }
)
"""What holds for a decision on one topic, beyond what holds for all."""

VALUE: Schema = {"type": ["number", "string", "boolean", "null"]}
ID: Schema = {"type": ["string", "number", "null"]}
TEXT: Schema = {"type": ["string", "null"]}

_COMPLETE = frozenset(
    one.__name__
    for one in (
        PartitionState,
        ArbiterState,
        LedgerState,
        QuotaState,
        CertifierState,
        StopState,
        Account,
        Charge,
    )
)
"""Records that are written with all their fields, those with a default too."""


def schema(logical: str, mapping: SampleMapping = PLAIN) -> Schema:
    """Return the JSON Schema (2020-12) of a topic's record, by the topic's logical name.

    Parameters
    ----------
    mapping
        How foreign JSON maps to a sample.

    Examples
    --------
    >>> schema("auto-labels")["allOf"][1]["properties"]
    {'route': {'const': 'auto_label'}}
    """
    made, parts = record_schema(logical, "#/$defs/{name}", mapping)
    head = {"$schema": DIALECT, "$id": f"urn:streamal:schema:{logical}", "title": logical}
    found = {**head, "description": ABOUT[logical], **made}
    return {**found, "$defs": parts} if parts else found


def record_schema(
    logical: str, template: str, mapping: SampleMapping = PLAIN
) -> tuple[Schema, dict[str, Schema]]:
    """Return the schema of a topic's record, and the parts that it refers to by a template."""
    if logical == SAMPLES:
        return _sample(mapping), {}
    if logical == LABELS:
        return _answer(), {}
    if logical == DEAD_LETTERS:
        return _error_headers(), {}
    found, parts = msgspec.json.schema_components(
        _WRITTEN[logical], schema_hook=_anything, ref_template=template
    )
    choices = [*found, {"type": "integer"}] if logical == STATE else [*found]
    made = choices[0] if len(choices) == 1 else {"anyOf": choices}
    only = _ONLY.get(logical)
    told = {name: _told(name, part) for name, part in parts.items()}
    return ({"allOf": [made, only]} if only else made), told


def _anything(kind: type) -> Schema:
    """Return the schema of a field that may hold any JSON; msgspec takes no empty one."""
    return {"title": f"any {kind.__name__}"}


def _told(name: str, part: Schema) -> Schema:
    """Return a part with a sentence for itself and for each field, and with what is needed."""
    fields = {field: _meant(name, field, found) for field, found in part["properties"].items()}
    about = cleandoc(part.get("description", name)).partition("\n\n")[0].replace("\n", " ")
    needed = {"required": list(fields)} if name in _COMPLETE else {}
    return {**part, "description": about, "properties": fields, **needed}


def _meant(name: str, field: str, found: Schema) -> Schema:
    told = meaning(name, field)
    if field == "bins":
        found = _sized(found)
    return {**found, "description": told} if told else found


def _sized(found: Schema) -> Schema:
    """Return the schema of a list of bins, or of such lists by partition, with their length."""
    if "additionalProperties" in found:
        return {**found, "additionalProperties": _sized(found["additionalProperties"])}
    return {**found, "minItems": BINS, "maxItems": BINS}


def _sample(mapping: SampleMapping) -> Schema:
    bare = SampleMapping(
        mapping.id or "id",
        mapping.features,
        mapping.exclude,
        mapping.payload,
        mapping.time or "time",
    )
    flat = _features(bare)
    flat["properties"] = {**flat["properties"], "features": _loose(bare)}
    inner = _features(mapping)
    own: Schema = {**ID, "description": meaning("Sample", "id")}
    envelope: Schema = {
        "title": "envelope",
        "type": "object",
        "properties": {
            mapping.id or "id": own,
            "payload": _meant("Sample", "payload", {}),
            "features": inner,
        },
        "required": ["features"],
    }
    if mapping.id not in {None, "id"}:  # `id` is read where the other one is missing
        envelope["anyOf"] = [_said(mapping.id), {"properties": {"id": own}}]
    return {"anyOf": [envelope, {"title": "flat object", **flat}]}


def _said(name: str | None) -> Schema:
    """Return the schema of an object in which a field has a value."""
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


def _loose(mapping: SampleMapping) -> Schema:
    """Return what a field `features` of a flat object may be, where it has no other meaning."""
    is_feature = "features" in mapping.feature_names({"features": msgspec.Raw()})
    return VALUE if is_feature else {"not": {"type": "object"}}


def _features(mapping: SampleMapping) -> Schema:
    """Return the schema of an object that holds features, at least one."""
    ids = {mapping.id: ID} if mapping.id else {}
    if mapping.features is not None:
        return {
            "type": "object",
            "properties": {**dict.fromkeys(mapping.features, VALUE), **ids},
            "anyOf": [{"required": [name]} for name in mapping.features],
        }
    others = sorted(mapping.others)
    return {
        "type": "object",
        "properties": {**{name: {} for name in others}, **ids},
        "additionalProperties": VALUE,
        "not": {"propertyNames": {"enum": others}} if others else {"maxProperties": 0},
    }


def _answer() -> Schema:
    fields: dict[str, Schema] = {
        "request_id": TEXT,
        "sample_id": ID,
        "label": VALUE,
        "outcome": {"enum": list(OUTCOMES), "default": OUTCOMES[0]},
        "annotator": TEXT,
        "answer_id": TEXT,
        "answered_at": ID,
        "features": {"type": ["object", "null"], "additionalProperties": VALUE},
    }
    named = ("request_id", "sample_id", "features")
    return {
        "type": "object",
        "properties": {name: _meant("Answer", name, found) for name, found in fields.items()},
        "anyOf": [_said(name) for name in named],
        "if": {"properties": {"outcome": {"const": OUTCOMES[0]}}},
        "then": {
            "required": ["label"],
            "properties": {"label": {"not": {"type": "null"}, "minLength": 1}},
        },
    }


def _error_headers() -> Schema:
    numbers = ("partition", "offset", "time")
    names = [field.encode_name for field in msgspec.structs.fields(DeadLetter)]
    digits = {"type": "string", "pattern": "^[0-9]+$"}
    fields = {
        PREFIX + name: _meant("DeadLetter", name, digits if name in numbers else {"type": "string"})
        for name in names
    }
    return {"type": "object", "properties": fields, "required": list(fields)}
