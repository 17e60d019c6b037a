"""Encryption and login: what goes together, and what the error says where it does not."""

from pathlib import Path

import pytest

from streamal.errors import ConfigError
from streamal.settings import Settings, load
from streamal.settings.kafka import KafkaBroker
from streamal.settings.security import FILES, Security
from streamal.settings.yaml_text import flow
from tests.settings.trees import write, wrong

BELOW = "broker.security."
NAME = "STREAMAL_BROKER__SECURITY__"
PLAIN = {"protocol": "sasl_ssl", "mechanism": "PLAIN", "username": "app", "password": "s3cret"}
TOKEN = {"protocol": "sasl_ssl", "mechanism": "OAUTHBEARER"}
CLIENT = {"client_id": "app", "client_secret": "s3cret"}
URL = "https://login.example.org/token"
SASL = "protocol sasl_ssl or sasl_plaintext"


def _security(settings: Settings) -> Security:
    assert isinstance(settings.broker, KafkaBroker)
    return settings.broker.security


def _tree(keys: object) -> dict[str, object]:
    return {"broker": {"kind": "kafka", "security": keys}}


def _made(**keys: object) -> Security:
    return _security(Settings.model_validate(_tree(keys)))


def _loaded(environ: dict[str, str], path: Path | None = None, **keys: str) -> Security:
    """Return the security of a file, with variables of its own and some more."""
    every = {f"{NAME}{key.upper()}": value for key, value in keys.items()}
    return _security(load(path, {"STREAMAL_BROKER__KIND": "kafka", **every, **environ}))


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"protocol": "PLAINTEXT", "allow_plaintext": True},
        {"protocol": "SSL", "ca_file": "a", "check_hostname": False},
        {"protocol": "ssl", "certificate_file": "a", "key_file": "b", "key_password": "c"},
        PLAIN,
        PLAIN | {"protocol": "SASL_PLAINTEXT", "allow_plaintext": True},
        PLAIN | {"mechanism": "SCRAM-SHA-512", "ca_file": "a"},
        TOKEN | {"token_file": "a"},
        TOKEN | CLIENT | {"token_endpoint": URL, "scope": "kafka"},
        TOKEN | CLIENT | {"token_endpoint": "http://localhost:1/t", "allow_plaintext": True},
    ],
)
def test_what_goes_together_is_taken(keys: dict[str, object]) -> None:
    """Each way to log in and to encrypt can be configured; capitals of a protocol are Kafka's."""
    assert wrong(_tree(keys)) == []
    assert _made(**keys).protocol == str(keys.get("protocol", "plaintext")).lower()


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (
            {"protocol": "tls"},
            ["protocol: is 'tls', must be one of plaintext, ssl, sasl_ssl, sasl_plaintext"],
        ),
        (
            {"protocol": "sasl_ssl"},
            [
                (
                    "mechanism: is missing, must be one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, "
                    "OAUTHBEARER with protocol sasl_ssl"
                )
            ],
        ),
        (
            {"protocol": "ssl", "mechanism": "PLAIN", "username": "a", "password": "b"},
            [f"{key}: only goes with {SASL}" for key in ("mechanism", "username", "password")],
        ),
        (CLIENT, [f"{key}: only goes with {SASL}" for key in CLIENT]),
        (
            {"protocol": "sasl_ssl", "mechanism": "SCRAM-SHA-256"},
            [
                "username: is missing, mechanism SCRAM-SHA-256 needs it",
                (
                    f"password: is missing, mechanism SCRAM-SHA-256 needs it; set {NAME}PASSWORD, "
                    f"or {NAME}PASSWORD_FILE to a file that holds it"
                ),
            ],
        ),
        (PLAIN | {"token_file": "a"}, ["token_file: only goes with mechanism OAUTHBEARER"]),
        (
            TOKEN | {"token_file": "a", "username": "b"},
            ["username: only goes with mechanism PLAIN or SCRAM-…"],
        ),
        (
            TOKEN,
            ["token_file: is missing, must be a file with a token, unless there is token_endpoint"],
        ),
        (
            TOKEN | CLIENT | {"token_file": "a", "token_endpoint": URL},
            ["token_file: only goes with no token_endpoint: keep one of them"],
        ),
        (
            TOKEN | {"token_file": "a", "scope": "b"},
            ["scope: only goes with token_endpoint"],
        ),
        (
            TOKEN | {"token_endpoint": URL, "client_secret": "a"},
            ["client_id: is missing, token_endpoint needs it"],
        ),
        (
            TOKEN | CLIENT | {"token_endpoint": "http://localhost/t"},
            ["token_endpoint: is not encrypted, must be https, unless allow_plaintext is true"],
        ),
        (
            PLAIN | {"protocol": "SASL_PLAINTEXT"},
            [
                (
                    "protocol: is 'SASL_PLAINTEXT', must be sasl_ssl, or allow_plaintext true: "
                    "the login is not encrypted"
                )
            ],
        ),
        (
            {"ca_file": "a", "key_password": "b", "check_hostname": False},
            [
                f"{key}: only goes with protocol ssl or sasl_ssl"
                for key in ("ca_file", "key_password", "check_hostname")
            ],
        ),
        (
            {"protocol": "ssl", "certificate_file": "a"},
            ["key_file: is missing, must be the private key's file: certificate_file is set"],
        ),
        (
            {"protocol": "ssl", "key_file": "a"},
            ["certificate_file: is missing, must be the certificate's file: key_file is set"],
        ),
        (
            {"protocol": "ssl", "key_password": "a"},
            ["key_password: only goes with key_file"],
        ),
    ],
)
def test_what_does_not_go_together_is_refused(keys: dict[str, object], told: list[str]) -> None:
    """Each key that is wrong is told by itself, with what it needs or goes with."""
    assert wrong(_tree(keys)) == [BELOW + line for line in told]


def test_a_missing_key_is_told_with_the_variable_that_needs_it() -> None:
    """Where a variable chose the protocol, the error begins with its name."""
    with pytest.raises(ConfigError) as error:
        _loaded({}, protocol="sasl_ssl")
    assert str(error.value).startswith(f"{NAME}PROTOCOL: {BELOW}mechanism: is missing, must be")


@pytest.mark.parametrize("key", FILES)
def test_a_key_that_ends_like_a_file_is_a_key(tmp_path: Path, key: str) -> None:
    """The variable of `ca_file` holds its path, and is not read as the file of a key `ca`."""
    path = str(write(tmp_path, "a certificate", "some.pem"))
    paths = dict.fromkeys(FILES, path) | {key: str(write(tmp_path, "another", "other.pem"))}
    config = write(tmp_path, flow(_tree(TOKEN | paths)))
    indirect = str(write(tmp_path, f"{path}\n", "indirect"))
    for name, value in ((key.upper(), path), (f"{key.upper()}_FILE", indirect)):
        assert getattr(_loaded({f"{NAME}{name}": value}, config), key) == path


@pytest.mark.parametrize("key", FILES)
def test_a_file_must_be_there(tmp_path: Path, key: str) -> None:
    """A file that is missing, or a folder, is told at the start and not by a broken connection."""
    paths = dict.fromkeys(FILES, str(write(tmp_path, "a certificate", "some.pem")))
    config = write(tmp_path, flow(_tree(TOKEN | paths)))
    for path, why in (
        (tmp_path / "gone", "No such file or directory"),
        (tmp_path, "Is a directory"),
    ):
        with pytest.raises(ConfigError) as error:
            _loaded({}, config, **{key: str(path)})
        name = f"{NAME}{key.upper()}"
        assert str(error.value) == f"{name}: {BELOW}{key}: is '{path}', which cannot be read: {why}"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CERTIFICATE_FIEL", "CERTIFICATE_FILE"),
        ("CERTIFCATE_FILE", "CERTIFICATE_FILE"),
        ("PASWORD", "PASSWORD"),
        ("PASWORD_FILE", "PASSWORD_FILE"),
    ],
)
def test_a_misspelt_variable_is_told_the_nearest(name: str, meant: str) -> None:
    """The ending of a file is neither lost nor doubled, and nothing is read for no key."""
    with pytest.raises(ConfigError) as error:
        _loaded({f"{NAME}{name}": "gone"})
    assert str(error.value) == f"{NAME}{name}: unknown variable; did you mean {NAME}{meant}?"
