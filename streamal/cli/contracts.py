"""`schema` and `asyncapi`: what is on the topics, told to other programs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streamal.cli.console import print_json, print_table
from streamal.cli.options import Config, Json, settings_from

if TYPE_CHECKING:
    from streamal.settings import Settings
    from streamal.wire.asyncapi import Server

CONFIG = "config"

LOGINS = {
    "PLAIN": "plain",
    "SCRAM-SHA-256": "scramSha256",
    "SCRAM-SHA-512": "scramSha512",
    "OAUTHBEARER": "bearer",
}
"""Kafka's mechanisms in AsyncAPI's words."""


def schema(
    topic: Annotated[
        str | None,
        typer.Argument(metavar="TOPIC|config", help="Logical name, such as labels; or config."),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Print the JSON Schema (2020-12) of a topic's record, or of the configuration.

    Without a word it lists what there is. The schema of `samples` follows the section
    `samples` of the configuration; that of `dead-letters` is about their headers.

    `streamal schema label-requests > label-request.schema.json`
    """
    if topic is None:
        _list(json)
    elif topic == CONFIG:
        print_json(_configuration())
    else:
        print_json(_record(topic, settings_from(config)))


def _list(json: bool) -> None:
    from streamal.wire.meanings import ABOUT

    about = {**ABOUT, CONFIG: "The configuration, `streamal.yaml`."}
    if json:
        print_json({"schemas": about})
    else:
        print_table("Schemas", list(about.items()))


def _configuration() -> dict[str, Any]:
    from streamal.settings import schema as of_settings

    made = of_settings()
    return {"$schema": made["$schema"], "$id": "urn:streamal:schema:config", **made}


def _record(topic: str, settings: "Settings") -> dict[str, Any]:
    from streamal.app import mapping_of, topics_of
    from streamal.wire.schema import schema as of_topic

    topics = topics_of(settings)
    return of_topic(topics.logical(topics.resolve(topic)), mapping_of(settings))


def asyncapi(config: Config = None) -> None:
    """Print an AsyncAPI 3.0.0 document of all topics, as they are configured.

    Names, partitions and retention, keys, headers and records; `send` and `receive` are
    what streamal itself does. Servers come without users and secrets.

    `streamal asyncapi > asyncapi.json`
    """
    from streamal.app import mapping_of, topics_of
    from streamal.wire.asyncapi import document

    settings = settings_from(config)
    print_json(document(topics_of(settings), servers(settings), mapping_of(settings)))


def servers(settings: "Settings") -> "Iterator[Server]":
    """Yield where the configured topics live, without who logs in there."""
    from streamal.settings.broker import SqliteBroker
    from streamal.wire.asyncapi import Server

    found = settings.broker
    if isinstance(found, SqliteBroker):
        yield Server("localhost", "sqlite", "/" + found.path.lstrip("/"))
        return
    security = found.security
    login = LOGINS[security.mechanism] if security.mechanism else None
    for host in found.bootstrap_servers:
        yield Server(host, "kafka-secure" if security.is_encrypted else "kafka", login=login)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(schema)
    app.command()(asyncapi)
