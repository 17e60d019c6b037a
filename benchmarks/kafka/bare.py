"""The bare loop, a process: what is left when the service is taken away.

It polls at most 500 samples, decodes each, encodes one result, and commits results and
offsets in one transaction; for ever. It checks nothing and survives no error.
"""

import sys
from collections.abc import Callable
from typing import Any

import msgspec

from streamal.brokers.kafka.options import Client, KafkaOptions

BATCH = 500
WAIT_S = 0.1
READY = "ready"

Headers = list[tuple[str, str | bytes | None]]
Result = tuple[bytes, bytes, Headers]
"""Key, value and headers."""

Make = Callable[[int, int, bytes], Result]
"""Makes the result of the sample at a partition and an offset."""


class Template(msgspec.Struct, frozen=True):
    """A decision as the service wrote it."""

    value: str
    headers: list[tuple[str, str]]


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What to read and write; with a template results are as large as it."""

    servers: tuple[str, ...]
    client: Client
    group: str
    samples: str
    results: str
    template: Template | None = None

    @property
    def options(self) -> KafkaOptions:
        """The service's own, by its defaults."""
        return KafkaOptions(servers=self.servers, client=self.client)


class _Sample(msgspec.Struct):
    id: str
    features: dict[str, float]


_decode = msgspec.json.Decoder(_Sample).decode
_encode = msgspec.json.Encoder().encode


def plain(topic: str) -> Make:
    """Return what makes results of about 250 bytes, without headers."""

    def make(partition: int, offset: int, value: bytes) -> Result:
        sample = _decode(value)
        score = sample.features["feature_0"]
        result = {
            "sample_id": sample.id,
            "route": "auto_label",
            "label": "up",
            "probabilities": {"down": 0.0123456789012345, "up": 0.9876543210987655},
            "confidence": 0.9876543210987655,
            "utility": score,
            "model_version": 1500,
            "source": {"topic": topic, "partition": partition, "offset": offset},
        }
        return sample.id.encode(), _encode(result), []

    return make


def same(topic: str, template: Template) -> Make:
    """Return what makes results of a decision's size, headers included."""
    fields: dict[str, Any] = msgspec.json.decode(template.value)
    heads: Headers = [(name, value.encode()) for name, value in template.headers if name != "ce_id"]

    def make(partition: int, offset: int, value: bytes) -> Result:
        sample = _decode(value)
        source = {"topic": topic, "partition": partition, "offset": offset}
        result = {**fields, "sample_id": sample.id, "source": source}
        headers: Headers = [*heads, ("ce_id", f"{topic}/{partition}/{offset}".encode())]
        return sample.id.encode(), _encode(result), headers

    return make


def main() -> None:
    """Work until killed."""
    work = msgspec.json.decode(sys.argv[1], type=Work)
    make = same(work.samples, work.template) if work.template else plain(work.samples)
    if work.client == "confluent":
        from benchmarks.kafka.bareconfluent import loop
    else:
        from benchmarks.kafka.barepython import loop
    loop(work, make)


if __name__ == "__main__":
    main()
