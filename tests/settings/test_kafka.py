"""The Kafka broker's settings: what is read, from where, and what is refused."""

from pathlib import Path

import pytest

from streamal.settings import Duration, Settings, dump, load, template, warnings
from streamal.settings.broker import SqliteBroker
from streamal.settings.kafka import KafkaBroker
from tests.settings.trees import write, wrong

SERVERS = "broker.bootstrap_servers"


def _kafka(**keys: object) -> KafkaBroker:
    broker = Settings.model_validate({"broker": {"kind": "kafka", **keys}}).broker
    assert isinstance(broker, KafkaBroker)
    return broker


def _refused(**keys: object) -> list[str]:
    return wrong({"broker": {"kind": "kafka", **keys}})


def test_the_defaults_are_those_that_were_measured() -> None:
    """Without a word more than its kind, Kafka is the one on this machine, and strict."""
    broker = dump(Settings(broker=_kafka()))["broker"]
    assert isinstance(broker, dict)
    assert broker.pop("security")["protocol"] == "plaintext"
    assert broker == {
        "kind": "kafka",
        "client": "kafka-python",
        "bootstrap_servers": ["localhost:9092"],
        "replication_factor": None,
        "min_insync_replicas": None,
        "compression": "lz4",
        "session_timeout": "10s",
        "transaction_timeout": "15s",
        "call_timeout": "20s",
        "static_membership": True,
        "on_missing_offsets": "fail",
    }


def test_without_a_kind_the_broker_is_embedded() -> None:
    """A configuration from before there was Kafka means what it meant."""
    settings = Settings.model_validate({"broker": {"path": "a.db"}})
    assert settings.broker == SqliteBroker(path="a.db")
    assert Settings().broker == SqliteBroker()


@pytest.mark.parametrize(
    "servers", ["a:1,[::1]:2", " a:1 , [::1]:2,", ["a:1", "[::1]:2"], ("a:1", "[::1]:2")]
)
def test_servers_are_a_list_or_one_text(servers: object) -> None:
    """A list and one text with commas name the same brokers."""
    assert _kafka(bootstrap_servers=servers).bootstrap_servers == ("a:1", "[::1]:2")


@pytest.mark.parametrize("text", ["a:1,b-2.x_y:65535", "[::1]:9092,[fe80::2]:1", "[a:1, b:2]"])
def test_servers_fit_into_a_variable(text: str) -> None:
    """One variable names all brokers, those with brackets too."""
    environ = {"STREAMAL_BROKER__KIND": "kafka", "STREAMAL_BROKER__BOOTSTRAP_SERVERS": text}
    broker = load(None, environ).broker
    assert isinstance(broker, KafkaBroker)
    assert len(broker.bootstrap_servers) == 2


@pytest.mark.parametrize(
    ("server", "told"),
    [
        ("localhost", "did you mean localhost:9092?"),
        ("localhost:", "did you mean localhost:9092?"),
        ("kafka://a:9093/", "did you mean a:9093?"),
        ("SASL_SSL://a", "did you mean a:9092?"),
        ("::1", "did you mean [::1]:9092?"),
        ("::1:9092", "did you mean [::1]:9092?"),
        ("[::1]", "did you mean [::1]:9092?"),
    ],
)
def test_a_server_that_is_none_is_told_the_nearest(server: str, told: str) -> None:
    """A scheme too many, brackets or a port too few: the error says what was meant."""
    line = f"{SERVERS}[1]: is {server!r}, must be host:port; {told}"
    assert _refused(bootstrap_servers=["a:1", server]) == [line]
    assert _refused(bootstrap_servers=f"a:1,{server}") == [line]


@pytest.mark.parametrize("server", ["a:0", "a:65536", "a:b", "a b:1", "[::g]:1", "", ":1"])
def test_a_server_beyond_repair_is_told_the_rule(server: str) -> None:
    """Where nothing is near, the error says what a server looks like."""
    told = f"is {server!r}, must be host:port with a port from 1 to 65535, as in x:9092"
    assert _refused(bootstrap_servers=[server]) == [f"{SERVERS}[0]: {told}"]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"bootstrap_servers": []}, f"{SERVERS}: must have at least 1 item"),
        ({"bootstrap_servers": " , "}, f"{SERVERS}: must have at least 1 item"),
        (
            {"bootstrap_servers": 9092},
            (
                f"{SERVERS}: is 9092, must be a list (each item: a host:port) or a text with "
                "commas between them"
            ),
        ),
        ({"client": "java"}, "broker.client: is 'java', must be one of kafka-python, confluent"),
        ({"path": "a.db"}, "broker.path: only goes with sqlite"),
        (
            {"sesion_timeout": 9},
            "broker.sesion_timeout: unknown key; did you mean session_timeout?",
        ),
        (
            {"session_timeout": "5s"},
            "broker.session_timeout: is '5s', must be at least 6s: brokers take no shorter session",
        ),
        (
            {"transaction_timeout": "1ms"},
            "broker.transaction_timeout: is '1ms', must be at least 1s",
        ),
        ({"call_timeout": 0.5}, "broker.call_timeout: is 0.5, must be at least 1s"),
        (
            {"compression": "brotli"},
            "broker.compression: is 'brotli', must be one of none, gzip, snappy, lz4, zstd",
        ),
        (
            {"replication_factor": 0},
            "broker.replication_factor: is 0, must be a whole number between 1 and 32767 or null",
        ),
        (
            {"replication_factor": 2, "min_insync_replicas": 3},
            (
                "broker.min_insync_replicas: is 3, must be at most replication_factor, 2: nothing "
                "could write"
            ),
        ),
        (
            {"on_missing_offsets": "latest"},
            "broker.on_missing_offsets: is 'latest', must be one of fail, earliest",
        ),
    ],
)
def test_what_no_broker_could_do_is_refused(keys: dict[str, object], told: str) -> None:
    """Each error names the key, what is wrong with it, and what would be right."""
    assert _refused(**keys) == [told]


def test_keys_of_kafka_need_its_kind() -> None:
    """Servers or a login without `kind: kafka` would silently write to a file."""
    assert wrong({"broker": {"security": {}, "bootstrap_servers": "a:1"}}) == [
        "broker.security: only goes with kafka",
        "broker.bootstrap_servers: only goes with kafka",
    ]


def test_the_least_that_is_taken() -> None:
    """The shortest times and as many copies in step as there are: just right."""
    broker = _kafka(
        session_timeout="6s",
        transaction_timeout=1,
        call_timeout="1s",
        replication_factor=3,
        min_insync_replicas=3,
    )
    assert broker.session_timeout == Duration(6000)
    assert (broker.replication_factor, broker.min_insync_replicas) == (3, 3)


def test_another_kind_drops_what_went_with_the_old_one(tmp_path: Path) -> None:
    """A variable that changes the broker leaves no key behind that the new one refuses."""
    embedded = write(tmp_path, "broker: {path: a.db}")
    assert load(embedded, {"STREAMAL_BROKER__KIND": "kafka"}).broker == KafkaBroker(kind="kafka")
    kafka = write(tmp_path, "broker: {kind: kafka, security: {protocol: ssl}, call_timeout: 9s}")
    assert load(kafka, {"STREAMAL_BROKER__KIND": "sqlite"}).broker == SqliteBroker()


def test_the_templates_kafka_works(tmp_path: Path) -> None:
    """The template without its embedded broker and with Kafka's comments undone is Kafka."""
    lines = []
    for line in template().replace("kind: sqlite", "kind: kafka").splitlines():
        key = line.strip(" #").partition(":")[0]
        if key in {"security", *KafkaBroker.model_fields, *_security_keys()}:
            line = line.replace("# ", "", 1)  # noqa: PLW2901 - the same line, undone
        if key != "path":
            lines.append(line)
    assert load(write(tmp_path, "\n".join(lines)), {}).broker == KafkaBroker(kind="kafka")


def _security_keys() -> list[str]:
    return list(type(KafkaBroker(kind="kafka").security).model_fields)


def test_the_template_shows_the_default_as_it_is() -> None:
    """What goes with the default kind only is no comment; what goes with another one is."""
    lines = template().splitlines()
    assert {"  path: streamal.db", "  # client: kafka-python", "  # security:"} <= set(lines)


def test_the_template_leaves_the_names_of_mechanisms_alone() -> None:
    """A mechanism in small letters, copied from a comment, would be refused."""
    assert "One of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or null." in template()


def test_only_what_is_doubtful_is_warned_of() -> None:
    """Kafka as it is has no warning."""
    assert warnings(Settings(broker=_kafka())) == []
