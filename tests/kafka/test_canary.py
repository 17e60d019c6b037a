"""A secret in the configuration is shown nowhere: no log, page, metric, trace or `--json`."""

import json
import traceback
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from streamal.errors import StreamalError
from streamal.settings import load
from tests.cli import conftest
from tests.cli.shell import Shell
from tests.kafka.access import Access, access
from tests.kafka.cluster import Cluster
from tests.kafka.process import Service
from tests.kafka.secure import USERS

shell = conftest.shell

PASSWORD = USERS["app"]
KEY = "canary-of-a-key"
EVERYTHING = ("ALL TOPIC *", "ALL GROUP *", "ALL TRANSACTIONAL_ID *")
PAGES = ("/", "/metrics", "/livez", "/readyz", "/status")
COMMANDS = (
    "validate --json",
    "topics create --json",
    "topics check --json",
    "topics check --acls --json",
    "status --json",
    "verify --json",
    "dlq list --json",
    "tail updates",
    "explain nobody --json",
    "schema config",
    "asyncapi",
    "healthcheck --json",
)


@pytest.fixture
def way(secure_cluster: Cluster, tmp_path: Path) -> Iterator[Access]:
    """How `app`, who may do everything, gets in with a password."""
    secure_cluster.grant("User:app", *EVERYTHING)
    yield access(secure_cluster, "SECURE SCRAM-SHA-512", tmp_path)
    secure_cluster.revoke("User:app")


def _pages(service: Service) -> str:
    """Return all that the pages say, with their headers."""
    (listening,) = service.wait("listening")
    host, _, port = listening["address"].rpartition(":")
    found = []
    for page in PAGES:
        with closing(HTTPConnection(host, int(port), timeout=20)) as connection:
            connection.request("GET", page)
            answer = connection.getresponse()
            found += [str(answer.headers), answer.read().decode()]
    return "\n".join(found)


@pytest.mark.parametrize("written", ["in the file", "in the environment", "in a file of its own"])
def test_a_password_that_works_is_shown_nowhere(shell: Shell, way: Access, written: str) -> None:
    """A service at work and every command that tells of it keep the password to themselves."""
    changes = {}
    if written == "in the environment":
        changes["STREAMAL_BROKER__SECURITY__PASSWORD"] = PASSWORD
    elif written == "in a file of its own":
        file = shell.made("word", PASSWORD + "\n")
        changes["STREAMAL_BROKER__SECURITY__PASSWORD_FILE"] = str(file)
    entry = way if written == "in the file" else way.but(password=None)
    shell.configured(broker=entry.section(), topics={"prefix": f"canary-{shell.folder.name}-"})
    said = []
    with pytest.MonkeyPatch.context() as patch:
        for name, value in changes.items():
            patch.setenv(name, value)
        shell.good("topics", "create")
        with closing(Service(shell.folder, **changes)) as service:
            service.wait("started")
            said.append(_pages(service))
            for command in COMMANDS:
                ran = shell(*command.split())
                said += [ran.out, ran.err]
            assert service.end(20) == 0
    said += service.lines
    text = "\n".join(said)
    assert "SCRAM-SHA-512" in text, "the configuration is shown somewhere, but for the secret"
    assert PASSWORD not in text


def test_a_password_that_does_not_work_is_shown_nowhere(shell: Shell, way: Access) -> None:
    """Neither the log of a service that nobody lets in, nor its pages, have it."""
    shell.configured(broker=way.but(password="canary-of-a-password").section())
    with closing(Service(shell.folder)) as service:
        service.wait("waiting")
        said = _pages(service)
        service.end(20)
    assert "canary-of-a" not in said + "".join(service.lines)


def test_a_wrong_configuration_does_not_show_its_secrets(shell: Shell, way: Access) -> None:
    """Errors, and the traces that lead to them, name keys and never values of secrets."""
    faults = ({"password": [KEY]}, {"key_password": KEY}, {"pasword": KEY}, {"client_secret": 7})
    for fault in faults:
        shell.configured(broker=way.but(**fault).section())
        ran = shell("validate", "--json")
        assert ran.code == 78
        assert KEY not in ran.out + ran.err, json.dumps(fault)
        with pytest.raises(StreamalError) as error:
            load(shell.folder / "streamal.yaml", {}, {})
        trace = "".join(traceback.format_exception(error.value))
        assert KEY not in trace
        assert PASSWORD not in ran.out + ran.err + trace
