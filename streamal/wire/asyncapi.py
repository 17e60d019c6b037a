"""The AsyncAPI document: every topic, its records, keys and headers, and who writes what.

It is written for version 3.0.0 (https://www.asyncapi.com/docs/reference/specification/v3.0.0),
whose own schemas extend JSON Schema draft 7; the schemas of our records use nothing that
means something else there. `send` and `receive` are as the service itself does them.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from streamal import __version__
from streamal.core.log import TopicSpec
from streamal.wire.meanings import ABOUT
from streamal.wire.samples import SampleMapping
from streamal.wire.schema import PLAIN, Schema, record_schema
from streamal.wire.topics import (
    ABSTAINED,
    AUTO_LABELS,
    CANDIDATES,
    DEAD_LETTERS,
    LABELS,
    LOGICAL,
    REQUESTS,
    SAMPLES,
    STATE,
    UPDATES,
    Topics,
)

BINDING = "0.5.0"
"""Version of the Kafka bindings."""

MEDIA = "application/json"

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        SAMPLES: "sample",
        REQUESTS: "label-request",
        LABELS: "label",
        AUTO_LABELS: "auto-label",
        ABSTAINED: "abstained",
        DEAD_LETTERS: "dead-letter",
        CANDIDATES: "candidate",
        UPDATES: "update",
        STATE: "state",
    }
)

EVENTS = (REQUESTS, AUTO_LABELS, ABSTAINED, UPDATES)
"""Topics whose records have the attributes of CloudEvents as headers."""

RECEIVED = (SAMPLES, LABELS, CANDIDATES, UPDATES, STATE)
SENT = (REQUESTS, AUTO_LABELS, ABSTAINED, DEAD_LETTERS, CANDIDATES, UPDATES, STATE)

KEYS: Mapping[str, str] = MappingProxyType(
    {
        SAMPLES: "Any; the sample's id where the record itself has none.",
        LABELS: "Any; the sample's id, as a rule.",
        DEAD_LETTERS: "That of the record which could not be used.",
        CANDIDATES: "The sample's id; none for progress.",
        UPDATES: "The sample's id; none where it is about no sample.",
        STATE: "`partition`, `ledger`, `request/<id>`, `answer/<id>` or `replayed/<place>`.",
    }
)


class Server(msgspec.Struct, frozen=True):
    """Where the topics live; who logs in and with what is left out.

    Parameters
    ----------
    host
        ``name:port``.
    protocol
        ``kafka``, ``kafka-secure`` or ``sqlite``.
    path
        Of the file that holds the topics, where it is one.
    login
        A security scheme's type, such as ``scramSha512``; None where nobody logs in.
    """

    host: str
    protocol: str
    path: str | None = None
    login: str | None = None


def document(topics: Topics, servers: Iterable[Server], mapping: SampleMapping = PLAIN) -> Schema:
    """Return the document as plain values.

    Examples
    --------
    >>> made = document(Topics({"samples": "clicks"}), [Server("localhost:9092", "kafka")])
    >>> made["asyncapi"], made["channels"]["samples"]["address"]
    ('3.0.0', 'clicks')
    """
    there = list(servers)
    specs = dict(zip(LOGICAL, topics.specs(), strict=True))
    made: dict[str, Schema] = {}
    messages = {MESSAGES[name]: _message(name, mapping, made) for name in LOGICAL}
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": MEDIA,
        "servers": {f"broker-{i}": _server(one) for i, one in enumerate(there)},
        "channels": {name: _channel(name, spec) for name, spec in specs.items()},
        "operations": {
            **{f"receive-{name}": _operation("receive", name) for name in RECEIVED},
            **{f"send-{name}": _operation("send", name) for name in SENT},
        },
        "components": {"messages": messages, "schemas": made, **_logins(there)},
    }


def _info() -> Schema:
    return {
        "title": "streamal",
        "version": __version__,
        "description": "Samples a stream, asks people about what a model would learn most from, "
        "and never spends one label more than its budget.",
        "license": {"name": "Apache-2.0"},
    }


def _server(server: Server) -> Schema:
    found: Schema = {"host": server.host, "protocol": server.protocol}
    if server.path is not None:
        found["pathname"] = server.path
        found["description"] = "The embedded broker: a file on this machine, no network."
    if server.login is not None:
        found["security"] = [{"$ref": f"#/components/securitySchemes/{server.login}"}]
    return found


def _logins(servers: Iterable[Server]) -> Schema:
    kinds = sorted({server.login for server in servers if server.login is not None})
    schemes = {kind: _scheme(kind) for kind in kinds}
    return {"securitySchemes": schemes} if schemes else {}


def _scheme(kind: str) -> Schema:
    return {"type": "http", "scheme": "bearer"} if kind == "bearer" else {"type": kind}


def _channel(logical: str, spec: TopicSpec) -> Schema:
    message = MESSAGES[logical]
    kept = -1 if spec.retention_ms is None else spec.retention_ms
    return {
        "address": spec.name,
        "title": logical,
        "description": ABOUT[logical],
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {
            "kafka": {
                "topic": spec.name,
                "partitions": spec.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["compact" if spec.compacted else "delete"],
                    "retention.ms": kept,
                },
                "bindingVersion": BINDING,
            }
        },
    }


def _operation(action: str, logical: str) -> Schema:
    channel = f"#/channels/{logical}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{MESSAGES[logical]}"}],
        "summary": f"streamal {'reads' if action == 'receive' else 'writes'} `{logical}`.",
    }


def _message(logical: str, mapping: SampleMapping, parts: dict[str, Schema]) -> Schema:
    """Return the message of a topic; what its schema refers to is added to the parts."""
    made, needed = record_schema(logical, "#/components/schemas/{name}", mapping)
    parts |= {name: _draft7(part) for name, part in needed.items()}
    key = {"type": "string", "description": KEYS.get(logical, "The sample's id.")}
    found: Schema = {
        "name": MESSAGES[logical],
        "title": logical,
        "summary": ABOUT[logical],
        "contentType": MEDIA,
        "payload": made,
        "bindings": {"kafka": {"key": key, "bindingVersion": BINDING}},
    }
    if logical == DEAD_LETTERS:
        untouched = {"description": "Any bytes: the value of the record that could not be used."}
        return {
            **found,
            "contentType": "application/octet-stream",
            "headers": made,
            "payload": untouched,
        }
    return {**found, "headers": event_headers(logical)} if logical in EVENTS else found


def event_headers(logical: str) -> Schema:
    """Return the schema of the headers of a topic that carries CloudEvents."""
    fixed = {
        "ce_specversion": "1.0",
        "ce_type": f"streamal.{MESSAGES[logical]}",
        "ce_source": "streamal",
        "content-type": MEDIA,
    }
    said = {
        "ce_id": "Deterministic; a reader that has seen it may drop the record.",
        "streamal-writer": "The instance that wrote it.",
    }
    fields: dict[str, Schema] = {
        **{name: {"type": "string", "const": value} for name, value in fixed.items()},
        **{name: {"type": "string", "description": text} for name, text in said.items()},
    }
    return {"type": "object", "properties": fields, "required": list(fields)}


def _draft7(node: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a schema whose references stand alone: in draft 7 nothing beside them counts."""
    if isinstance(node, list):
        return [_draft7(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node and len(node) > 1:
        return {"allOf": [{"$ref": node["$ref"]}], **{k: v for k, v in node.items() if k != "$ref"}}
    return {name: _draft7(below) for name, below in node.items()}
