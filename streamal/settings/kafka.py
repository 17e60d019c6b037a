"""Section `broker` of kind `kafka`: how to reach it, and how long to wait for it."""

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from streamal.settings.duration import Duration, Length
from streamal.settings.section import WHOLE, Section, refuse
from streamal.settings.security import Security

PORT = 9092
"""What Kafka listens on where nothing else is said."""

_SERVER = re.compile(r"(?:\[(?P<v6>[^\]]*)\]|[A-Za-z0-9._-]+):(?P<port>[0-9]{1,5})")


def _is_server(text: str) -> bool:
    match = _SERVER.fullmatch(text)
    if match is None or not 1 <= int(match["port"]) <= 65_535:
        return False
    return match["v6"] is None or _is_v6(match["v6"])


def _is_v6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True


def _server(text: str) -> str:
    if _is_server(text):
        return text
    if "@" in text:  # what is before it may be a password, so it is not shown
        raise ValueError("holds a user; who you are goes into broker.security")
    meant = next(filter(_is_server, _readings(text)), None)
    asked = f"; did you mean {meant}?" if meant else f" with a port from 1 to 65535, as in x:{PORT}"
    raise ValueError(f"is {text!r}, must be host:port{asked}")


def _readings(text: str) -> Iterator[str]:
    """Yield what may have been meant: without a scheme, with brackets, with a port."""
    bare = text.strip().rpartition("//")[2].strip("/").removesuffix(":")
    host, _, port = bare.rpartition(":")
    yield from (bare, f"[{host}]:{port}", f"{bare}:{PORT}", f"[{bare}]:{PORT}")


def _split(value: object) -> object:
    """Read one text with commas as a list: the usual form, and what fits into a variable."""
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


Server = Annotated[
    str,
    AfterValidator(_server),
    Field(json_schema_extra={"title": "host:port", "pattern": r"^\S+:[0-9]{1,5}$"}),
]
_Joined = Annotated[str, Field(json_schema_extra={"title": "text with commas between them"})]
Servers = Annotated[
    tuple[Server, ...],
    Field(strict=False, min_length=1),
    BeforeValidator(_split, json_schema_input_type=list[Server] | _Joined),
]

SHORTEST_SESSION = Duration.parse("6s")
"""A broker takes no shorter one, unless it is told to: `group.min.session.timeout.ms`."""

SHORTEST_CALL = Duration.parse("1s")
"""Below this an ordinary commit on a busy disk looks like a dead broker."""


def _session(value: Duration) -> Duration:
    if value < SHORTEST_SESSION:
        raise ValueError(f"must be at least {SHORTEST_SESSION}: brokers take no shorter session")
    return value


def _call(value: Duration) -> Duration:
    if value < SHORTEST_CALL:
        raise ValueError(f"must be at least {SHORTEST_CALL}")
    return value


def _long(least: Duration) -> dict[str, str]:
    return {"title": f"duration of at least {least}"}


SessionLength = Annotated[
    Length, AfterValidator(_session), Field(json_schema_extra={**_long(SHORTEST_SESSION)})
]
CallLength = Annotated[
    Length, AfterValidator(_call), Field(json_schema_extra={**_long(SHORTEST_CALL)})
]
Copies = Annotated[int, Field(ge=1, le=32_767), WHOLE]


class KafkaBroker(Section):
    """Apache Kafka, or what speaks its protocol."""

    kind: Literal["kafka"] = Field(description="Which broker.")
    client: Literal["kafka-python", "confluent"] = Field(
        default="kafka-python",
        description="Library that speaks to it; `confluent` needs the extra `streamal[confluent]`.",
    )
    bootstrap_servers: Servers = Field(
        default=(f"localhost:{PORT}",),
        description="Brokers to ask first; one that is up is enough to find the others.",
    )
    security: Security = Field(
        default=Security(), description="Encryption, and who this service is."
    )
    replication_factor: Copies | None = Field(
        default=None, description="Copies of each topic it creates; null: the broker's default."
    )
    min_insync_replicas: Copies | None = Field(
        default=None,
        description="Copies that must hold a record before it counts as written, on topics it "
        "creates; null: 2 where `replication_factor` is 3 or more, else the broker's default.",
    )
    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = Field(
        default="lz4", description="How batches of records are packed."
    )
    session_timeout: SessionLength = Field(
        default=Duration.parse("10s"),
        description="Silence after which a worker counts as dead and another takes over.",
    )
    transaction_timeout: CallLength = Field(
        default=Duration.parse("15s"),
        description="After this the broker aborts a transaction that nobody ends.",
    )
    call_timeout: CallLength = Field(
        default=Duration.parse("20s"),
        description="A call of a transaction that takes longer ends the process with exit code "
        "70, to be started again; a failover takes about 14 s.",
    )
    static_membership: bool = Field(
        default=True,
        description="The instance's name is its member id in the group, so that a restart within "
        "the session moves no partition.",
    )
    on_missing_offsets: Literal["fail", "earliest"] = Field(
        default="fail",
        description="When retention dropped records that were not read yet: stop, or go on with "
        "the earliest there is, counting and logging the gap.",
    )

    @model_validator(mode="after")
    def _writable(self) -> Self:
        copies, needed = self.replication_factor, self.min_insync_replicas
        if copies is not None and needed is not None and needed > copies:
            told = f"is {needed}, must be at most replication_factor, {copies}: nothing could write"
            refuse([("min_insync_replicas", told)])
        return self
