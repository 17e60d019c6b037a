"""Every way into a secure cluster works, and a refused one says where, why, and no secret."""

import gc
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from streamal.brokers.kafka import KafkaBroker, KafkaOptions, Security
from streamal.brokers.kafka.options import Client
from streamal.errors import BrokerUnavailable
from streamal.settings import load
from tests.cli import conftest
from tests.cli.shell import Ran, Shell, ended
from tests.contracts.site import after, gather, make_topic, messages, numbers, put, read, unique
from tests.kafka.access import CLIENTS, WAYS, Access, access
from tests.kafka.cluster import Cluster
from tests.kafka.endpoint import Endpoint
from tests.kafka.process import Child, killed, started
from tests.kafka.secure import USERS

shell = conftest.shell

EVERYTHING = ("ALL TOPIC *", "ALL GROUP *", "ALL TRANSACTIONAL_ID *")
SECRET = "correct-horse-battery-staple"
CAUSES = (
    "not running",
    "not to be reached",
    "user name",
    "password",
    "token",
    "ca_file",
    "check_hostname",
    "security.protocol",
    "mechanism",
)


@pytest.fixture(scope="module", autouse=True)
def rights(secure_cluster: Cluster) -> Iterator[None]:
    """Here `app` may do everything: this is about who comes in."""
    secure_cluster.grant("User:app", *EVERYTHING)
    yield
    secure_cluster.revoke("User:app")


@pytest.fixture(scope="module", autouse=True)
def commands(
    secure_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Child]]:
    """Commands that nobody lets in; they try for half a minute, beside the other tests."""
    folder = tmp_path_factory.mktemp("refused")
    ways = _refused(secure_cluster, folder)
    children = {what: _asked(folder, what, way) for what, (way, _) in ways.items()}
    yield children
    killed(children)


def _asked(folder: Path, what: str, way: Access) -> Child:
    """Start a command that does one thing; the password comes by the environment."""
    file, password = f"{what.replace(' ', '-')}.yaml", way.security.get("password")
    section = way.but(password=None).section()
    (folder / file).write_bytes(msgspec.json.encode({"broker": section}))
    secret = {} if password is None else {"STREAMAL_BROKER__SECURITY__PASSWORD": str(password)}
    return started(folder, "topics", "check", "-c", file, **secret)


def _options(way: Access, client: Client = "kafka-python", **words: object) -> KafkaOptions:
    known = {key: word for key, word in way.security.items() if key != "allow_plaintext"}
    options = KafkaOptions(
        servers=tuple(way.servers),
        client=client,
        security=msgspec.convert(known, Security),
        replication_factor=1,
        session_timeout_ms=6_000,
        patience_s=30.0,
    )
    return msgspec.structs.replace(options, **words)


def _go_round(options: KafkaOptions) -> None:
    """Make topics, write, take over in a group with an answer in the same commit, read."""
    broker = KafkaBroker(options)
    try:
        source, sink, group = make_topic(broker), make_topic(broker), unique("group")
        put(broker, messages(source, range(3)))
        consumer = broker.subscribe(group, source, unique("member"))
        records = gather(consumer, 3)
        writer = broker.writer(unique("writer"))
        writer.commit(messages(sink, numbers(records)), consumer, after(records))
        assert numbers(read(broker, sink, 3)) == [0, 1, 2]
        assert broker.committed(group, source) == after(records)
    finally:
        broker.close()


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("way", WAYS)
def test_every_way_in_works(
    secure_cluster: Cluster, tmp_path: Path, way: str, client: Client
) -> None:
    """Records go round by each protocol and mechanism, with each client."""
    _go_round(_options(access(secure_cluster, way, tmp_path), client))


def _by_endpoint(cluster: Cluster, folder: Path, endpoint: Endpoint, secret: str) -> Access:
    return access(cluster, "SECURE OAUTHBEARER", folder).but(
        token_file=None,
        token_endpoint=endpoint.url,
        client_id="streamal",
        client_secret=secret,
        scope="kafka",
    )


@pytest.mark.parametrize("client", CLIENTS)
def test_an_endpoint_gives_tokens(secure_cluster: Cluster, tmp_path: Path, client: Client) -> None:
    """Tokens come by the client credentials grant, with the scope that was asked for."""
    with Endpoint("streamal", SECRET, "kafka") as endpoint:
        _go_round(_options(_by_endpoint(secure_cluster, tmp_path, endpoint, SECRET), client))
        assert (endpoint.given > 0, endpoint.refused) == (True, 0)


def _elsewhere(way: Access) -> Access:
    """The same listener by a name of this host that no certificate has."""
    return Access([server.replace("127.0.0.1", "127.1") for server in way.servers], way.security)


def test_the_host_may_go_unchecked(secure_cluster: Cluster, tmp_path: Path) -> None:
    """Without `check_hostname` a certificate for another host will do."""
    way = _elsewhere(access(secure_cluster, "SECURE PLAIN", tmp_path)).but(check_hostname=False)
    broker = KafkaBroker(_options(way))
    broker.partitions()
    broker.close()


def _refused(cluster: Cluster, folder: Path) -> dict[str, tuple[Access, str]]:
    """Ways that lead nowhere, by what is wrong; and what the client is to say of it."""
    scram = access(cluster, "SECURE SCRAM-SHA-512", folder).but(password=SECRET)
    mutual, files = access(cluster, "MUTUAL", folder), cluster.certificates
    strange = {"certificate_file": files.stranger_file, "key_file": files.stranger_key_file}
    clear = {"protocol": "SASL_PLAINTEXT", "ca_file": None, "allow_plaintext": True}
    return {
        "wrong password": (scram, ""),
        "unknown authority": (scram.but(ca_file=str(files.other_ca_file)), "verify failed"),
        "another host": (_elsewhere(scram.but(password=USERS["app"])), "Hostname mismatch"),
        # It may hang up, or send the alert of TLS (RFC 8446), which is no frame of Kafka.
        "clear text to a TLS port": (scram.but(**clear), ""),
        "strange certificate": (
            mutual.but(**{key: str(path) for key, path in strange.items()}),
            "certificate",
        ),
        "nobody there": (Access(["127.0.0.1:1"], scram.security), "REFUSED"),
    }


REFUSED = (
    "wrong password",
    "unknown authority",
    "another host",
    "clear text to a TLS port",
    "strange certificate",
    "nobody there",
)


def _chain(error: BaseException | None) -> Iterator[str]:
    """All that a traceback would show of an error and of what led to it."""
    while error is not None:
        yield f"{error!s} {error!r}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_names_the_address_and_the_causes(
    secure_cluster: Cluster, tmp_path: Path, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    """Who is not let in learns where, all that may be wrong, and what the client saw of it."""
    way, reason = _refused(secure_cluster, tmp_path)[what]
    options = _options(way, patience_s=3.0)
    broker = KafkaBroker(options)
    with caplog.at_level(logging.INFO), pytest.raises(BrokerUnavailable) as refusal:
        broker.partitions()
    broker.close()
    told = str(refusal.value)
    assert [word for word in (way.servers[0], reason, *CAUSES) if word not in told] == []
    said = " ".join([*_chain(refusal.value), caplog.text, repr(options), repr(options.security)])
    assert (SECRET in said, USERS["app"] in said) == (False, False)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_refused_writer_tells_no_secret(
    secure_cluster: Cluster, tmp_path: Path, caplog: pytest.LogCaptureFixture, client: Client
) -> None:
    """A writer that is not let in says where it knocked; no log has the password."""
    way = access(secure_cluster, "SECURE PLAIN", tmp_path).but(password=SECRET)
    broker = KafkaBroker(_options(way, client, patience_s=1.5, call_timeout_s=4.0))
    with caplog.at_level(logging.INFO), pytest.raises(BrokerUnavailable) as refusal:
        broker.writer("nobody")
    broker.close()
    assert way.servers[0] in str(refusal.value)
    assert SECRET not in " ".join([*_chain(refusal.value), caplog.text])


def test_a_refused_token_is_told(secure_cluster: Cluster, tmp_path: Path) -> None:
    """An endpoint that gives no token is named, with its answer and without the secret."""
    with Endpoint("streamal", "another", "kafka") as endpoint:
        way = _by_endpoint(secure_cluster, tmp_path, endpoint, SECRET)
        broker = KafkaBroker(_options(way, patience_s=1.5))
        with pytest.raises(BrokerUnavailable) as refusal:
            broker.partitions()
        broker.close()
        gc.collect()
    assert endpoint.refused
    assert f"token endpoint {endpoint.url}" in str(refusal.value)
    assert "401" in str(refusal.value)
    assert SECRET not in " ".join(_chain(refusal.value))


def test_a_token_file_that_went_is_told(secure_cluster: Cluster, tmp_path: Path) -> None:
    """A token file that cannot be read at a connection is named."""
    way = access(secure_cluster, "SECURE OAUTHBEARER", tmp_path)
    (tmp_path / "token").unlink()
    broker = KafkaBroker(_options(way, patience_s=1.5))
    with pytest.raises(BrokerUnavailable, match=r"token file .*token: No such file"):
        broker.partitions()
    broker.close()


@pytest.mark.parametrize("what", REFUSED)
def test_a_command_gives_up_with_exit_69(commands: Mapping[str, Child], what: str) -> None:
    """Whatever keeps it out, a command ends by itself, says so in one line and exits 69."""
    ran = ended(commands[what])
    assert _faults(ran) == [], ran


def _faults(ran: Ran) -> list[str]:
    found = [] if ran.code == 69 else [f"exit {ran.code}"]
    found += [] if ran.err.count("\n") == 1 else ["more than a line"]
    found += [word for word in ("answers at 127", *CAUSES) if word not in ran.err]
    return found + [word for word in (SECRET, USERS["app"]) if word in ran.out + ran.err]


def test_settings_hide_secrets(
    secure_cluster: Cluster, tmp_path: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither loaded settings nor what is made of them show a password."""
    way = access(secure_cluster, "SECURE SCRAM-SHA-512", tmp_path).but(password=None)
    shell.configured(broker=way.section(), topics={"prefix": f"{uuid4().hex}."})
    monkeypatch.setenv("STREAMAL_BROKER__SECURITY__PASSWORD", USERS["app"])
    settings = load(None, {"STREAMAL_BROKER__SECURITY__PASSWORD": USERS["app"]}, {})
    shown = [repr(settings), str(settings), settings.model_dump_json()]
    shown += [ran.out + ran.err for ran in (shell("topics", "create"), shell("validate", "--json"))]
    assert [text for text in shown if USERS["app"] in text] == []
