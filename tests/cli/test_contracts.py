"""`schema` and `asyncapi`: other programs can rely on what they print."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from streamal.app import broker_of, topics_of
from streamal.settings import load
from streamal.wire.topics import LOGICAL
from tests.cli.shell import Shell, csv

Document = dict[str, Any]

KAFKA = {
    "kind": "kafka",
    "bootstrap_servers": ["k1:9093", "[::1]:9093"],
    "security": {
        "protocol": "sasl_ssl",
        "mechanism": "SCRAM-SHA-512",
        "username": "joe",
        "password": "hush",
    },
}


def test_schema_lists_what_there_is(shell: Shell) -> None:
    """Each topic by its logical name, and the configuration."""
    found = shell.good("schema", "--json").document["schemas"]
    assert list(found) == [*LOGICAL, "config"]
    out = shell.good("schema").out
    assert all(f" {name} " in out for name in found)


@pytest.mark.parametrize("name", [*LOGICAL, "config"])
def test_schema_prints_one(shell: Shell, name: str) -> None:
    """It is a JSON Schema of 2020-12 with an id of its own, a title and a description."""
    made = shell.good("schema", name).document
    Draft202012Validator.check_schema(made)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["$id"] == f"urn:streamal:schema:{name}"
    assert made["title"]
    assert made["description"]


def test_schema_follows_the_configuration(shell: Shell) -> None:
    """A topic goes by its own name too, and samples are as the mapping has them."""
    shell.configured(topics={"samples": "clicks"}, samples={"exclude": ["tags"]})
    made = shell.good("schema", "clicks").document
    assert made == shell.good("schema", "samples").document
    validator = Draft202012Validator(made)
    assert validator.is_valid({"x": 1, "tags": ["a"]})
    assert not validator.is_valid({"x": 1, "other": ["a"]})


def test_schema_of_a_topic_that_is_none(shell: Shell) -> None:
    """Exit 2, and the nearest name."""
    ran = shell("schema", "lables")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean labels?" in ran.err


def test_the_configuration_fits_its_schema(shell: Shell) -> None:
    """What `init` explains is what the schema takes; an unknown key is not."""
    validator = Draft202012Validator(shell.good("schema", "config").document)
    validator.validate({"broker": KAFKA, "budget": [{"rate": 0.1}]})
    assert not validator.is_valid({"bugdet": []})


def _inside(node: object) -> Iterator[Document]:
    """Yield every object of a document."""
    if isinstance(node, dict):
        yield node
    for below in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from _inside(below)


def _at(made: Document, pointer: str) -> Any:  # noqa: ANN401 - JSON
    found: Any = made
    for part in pointer.removeprefix("#/").split("/"):
        found = found[part]
    return found


@pytest.fixture
def shop(shell: Shell) -> Document:
    """The document of a service on Kafka with names of its own."""
    shell.configured(
        broker=KAFKA,
        topics={"prefix": "shop.", "labels": "answers", "partitions": 6},
    )
    return dict(shell.good("asyncapi").document)


def test_every_reference_leads_somewhere(shop: Document) -> None:
    """Channels, messages, schemas and logins that are referred to are there, each used."""
    used = {one["$ref"] for one in _inside(shop) if "$ref" in one}
    assert all(_at(shop, pointer) for pointer in used)
    made = {f"#/components/{kind}/{name}" for kind, of in shop["components"].items() for name in of}
    assert made <= used


def test_channels_are_the_topics_as_they_are_configured(shop: Document) -> None:
    """Address, partitions and retention are those that `topics create` would make."""
    channels = shop["channels"]
    assert list(channels) == list(LOGICAL)
    assert channels["labels"]["address"] == "shop.answers"
    bindings = {name: one["bindings"]["kafka"] for name, one in channels.items()}
    assert {name for name, one in bindings.items() if one["partitions"] > 1} == {"samples", "state"}
    assert bindings["state"]["topicConfiguration"]["cleanup.policy"] == ["compact"]
    assert bindings["samples"]["topicConfiguration"]["retention.ms"] == 7 * 86_400_000
    assert bindings["updates"]["topicConfiguration"]["retention.ms"] == -1


def test_operations_are_what_streamal_does(shop: Document) -> None:
    """It reads what people write, writes what they read, and both of its own topics."""
    operations = shop["operations"].values()
    done: dict[str, set[str]] = {"send": set(), "receive": set()}
    for one in operations:
        name = one["channel"]["$ref"].rpartition("/")[2]
        done[one["action"]].add(name)
        assert all(m["$ref"].startswith(one["channel"]["$ref"] + "/") for m in one["messages"])
    assert done["receive"] - done["send"] == {"samples", "labels"}
    assert done["receive"] & done["send"] == {"candidates", "updates", "state"}
    assert done["receive"] | done["send"] == set(LOGICAL)


def test_servers_come_without_who_logs_in(shop: Document) -> None:
    """Hosts, encryption and mechanism are told; user and password are not."""
    assert [(one["host"], one["protocol"]) for one in shop["servers"].values()] == [
        ("k1:9093", "kafka-secure"),
        ("[::1]:9093", "kafka-secure"),
    ]
    assert shop["components"]["securitySchemes"] == {"scramSha512": {"type": "scramSha512"}}
    text = json.dumps(shop)
    assert "hush" not in text
    assert "joe" not in text


def test_the_embedded_broker_is_a_file(shell: Shell) -> None:
    """Without a configuration the server is the file beside it."""
    (server,) = shell.good("asyncapi").document["servers"].values()
    assert (server["protocol"], server["pathname"]) == ("sqlite", "/streamal.db")


def test_real_records_fit_the_document(shell: Shell) -> None:
    """Headers and values of all that a service wrote are as the document says."""
    shell.configured(budget=[{"rate": 0.2, "burst": 5}], auto_label={"threshold": 0.6})
    shell.made("t.csv", csv(60))
    shell.made("bad.jsonl", "no JSON\n")
    for words in (["t.csv", "--label-column", "label"], ["bad.jsonl"]) * 2:
        shell.good("send", *words)
        shell.served()
        shell.good("annotate", "--truth", "t.csv", "--label-column", "label", "--until-idle", 0)
        shell.served()
    made = shell.good("asyncapi").document
    settings = load(shell.folder / "streamal.yaml", {}, {})
    topics = topics_of(settings)
    seen = set()
    with closing(broker_of(settings, make=False)) as broker:
        for logical in LOGICAL:
            places = {(topics[logical], p): 0 for p in broker.ends(topics[logical])}
            for record in broker.reader(places).poll(10_000, 0):
                if record.value in {None, b"no JSON"} and logical != "dead-letters":
                    continue
                seen.add(logical)
                headers = {name: value.decode() for name, value in record.headers}
                _fits(made, logical, headers, record.value or b"")
    assert seen == set(LOGICAL)


def _fits(made: Document, logical: str, headers: dict[str, str], value: bytes) -> None:
    (reference,) = made["channels"][logical]["messages"].values()
    message = _at(made, reference["$ref"])
    of_headers, parts = message.get("headers"), {"components": made["components"]}
    assert bool(of_headers) == bool(headers), logical
    Draft202012Validator(of_headers or {}).validate(headers)
    if message["contentType"] == "application/json":
        Draft202012Validator(message["payload"] | parts).validate(json.loads(value))
