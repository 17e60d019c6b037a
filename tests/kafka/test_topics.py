"""`topics create` makes what the laws need, and `topics check` names each difference."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from streamal.settings.topics import LOGICAL
from tests.cli import conftest
from tests.cli.shell import Shell
from tests.kafka.client import admin

shell = conftest.shell

DAY = 24 * 60 * 60 * 1000
PARTITIONS = {"samples": 3, "state": 4}
HEADROOM = 64 * 1024
MADE_LARGER = 4_000_000


class Place:
    """Topics with a prefix of their own, and an administrator who looks at them."""

    def __init__(self, shell: Shell, bootstrap: list[str], client: KafkaAdminClient) -> None:
        self.prefix = f"made-{uuid4().hex[:8]}."
        self.client = client
        self._shell, self._bootstrap = shell, bootstrap
        self.configure()

    def configure(self, **retention: str) -> None:
        """Write the settings."""
        self._shell.configured(
            broker={
                "kind": "kafka",
                "bootstrap_servers": self._bootstrap,
                "replication_factor": 1,
                "min_insync_replicas": 1,
            },
            topics={"prefix": self.prefix, "partitions": 3, "retention": retention},
        )

    def copies(self) -> dict[str, list[int]]:
        """Return of each topic how many copies its partitions have."""
        return {
            topic["name"].removeprefix(self.prefix): [
                len(partition["replica_nodes"]) for partition in topic["partitions"]
            ]
            for topic in self.client.describe_topics([self.prefix + name for name in LOGICAL])
        }

    def configs(self) -> dict[str, dict[str, str]]:
        """Return how each topic is configured."""
        asked = [self._resource(name) for name in LOGICAL]
        found = self.client.describe_configs(asked, config_filter="all")["topic"]
        return {
            name: {key: entry["value"] for key, entry in found[self.prefix + name].items()}
            for name in LOGICAL
        }

    def change(self, topic: str, **words: str) -> None:
        """Configure a topic otherwise; an underscore stands for a dot."""
        config = {key.replace("_", "."): word for key, word in words.items()}
        self.client.alter_configs([self._resource(topic, config)])

    def _resource(self, topic: str, config: Mapping[str, str] | None = None) -> ConfigResource:
        return ConfigResource(ConfigResourceType.TOPIC, self.prefix + topic, configs=config)


@pytest.fixture
def place(shell: Shell, bootstrap: list[str]) -> Iterator[Place]:
    """A cluster without topics of ours."""
    with closing(admin(bootstrap)) as client:
        yield Place(shell, bootstrap, client)


def _each(configs: Mapping[str, Mapping[str, str]], key: str) -> dict[str, str]:
    return {name: config[key] for name, config in configs.items()}


def test_topics_are_made_as_they_must_be(shell: Shell, place: Place) -> None:
    """Partitions, copies and every setting that a law rests on; a second time changes nothing."""
    made = shell.good("topics", "create", "--json").document
    assert sorted(made["created"]) == sorted(place.prefix + name for name in LOGICAL)
    assert place.copies() == {name: [1] * PARTITIONS.get(name, 1) for name in LOGICAL}
    configs = place.configs()
    assert set(_each(configs, "message.timestamp.type").values()) == {"LogAppendTime"}
    assert set(_each(configs, "min.insync.replicas").values()) == {"1"}
    policies = _each(configs, "cleanup.policy")
    assert policies == {name: "compact" if name == "state" else "delete" for name in LOGICAL}
    kept, largest = _each(configs, "retention.ms"), _each(configs, "max.message.bytes")
    assert (kept["samples"], kept["dead-letters"]) == (str(7 * DAY), str(30 * DAY))
    assert {kept[name] for name in ("labels", "label-requests", "updates")} == {"-1"}
    assert int(largest["dead-letters"]) == int(largest["samples"]) + HEADROOM
    assert shell.good("topics", "create", "--json").document["created"] == []
    assert "all topics are there" in shell.good("topics", "create").err
    assert place.configs() == configs
    assert shell.good("topics", "check", "--json").document["problems"] == []


def test_a_check_names_each_difference(shell: Shell, place: Place) -> None:
    """What somebody changed is named by topic, setting and what is needed; the exit code is 1."""
    shell.good("topics", "create")
    place.client.delete_topics([f"{place.prefix}abstained"])
    place.client.create_partitions({f"{place.prefix}candidates": 2})
    place.change("state", cleanup_policy="delete")
    place.change("candidates", message_timestamp_type="CreateTime")
    place.change("updates", retention_ms=str(DAY))
    place.change("label-requests", retention_bytes="1000")
    place.change("samples", max_message_bytes=str(MADE_LARGER))
    place.configure(samples="8d")
    ran = shell("topics", "check", "--json")
    assert ran.code == 1
    tight = (
        f"has max.message.bytes=1114124, {MADE_LARGER + HEADROOM} is needed: {HEADROOM} more than "
        "the largest of the others"
    )
    found = [line.replace(f"topic {place.prefix}", "") for line in ran.document["problems"]]
    assert [line for line in found if "abstained" not in line] == [
        "candidates has 2 partition(s), 1 are needed",
        f"samples has retention.ms={7 * DAY}, {8 * DAY} is needed",
        "label-requests has retention.bytes=1000, -1 is needed",
        "candidates has message.timestamp.type=CreateTime, LogAppendTime is needed",
        f"updates has retention.ms={DAY}, -1 is needed",
        "state has cleanup.policy=delete, compact is needed",
        f"dead-letters {tight}",
    ]
    assert any(line.startswith("abstained is missing") for line in found)
    assert all(line in ran.err for line in ran.document["problems"])
    assert shell("validate").code == 1


def test_what_is_kept_longer_is_no_difference(shell: Shell, place: Place) -> None:
    """Records may be kept longer than configured, and dead letters be larger than they need."""
    shell.good("topics", "create")
    place.change("samples", retention_ms="-1")
    place.change("dead-letters", max_message_bytes=str(MADE_LARGER))
    shell.good("topics", "check")


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--until-idle", 0),
        ("send", "t.csv"),
        ("status",),
        ("tail", "labels"),
        ("annotate", "--truth", "t.csv", "--label-column", "y"),
    ],
)
def test_missing_topics_are_a_matter_of_configuration(
    shell: Shell, place: Place, words: tuple[object, ...]
) -> None:
    """Without topics a command exits 78, names one, and says how they are made."""
    shell.made("t.csv", "x,y\n1,a\n")
    ran = shell(*words)
    assert (ran.code, ran.out) == (78, "")
    assert place.prefix in ran.err
    assert "`streamal topics create`" in ran.err
