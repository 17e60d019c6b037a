"""Section `broker.security`: encryption, and who this service is to a Kafka broker."""

from collections.abc import Iterable, Iterator
from pathlib import Path as File
from typing import Annotated, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from streamal.settings.section import Secret, Section, Text, WrittenDown, refuse

Fault = tuple[str, str]
"""A key, and what is wrong with it."""

_Lower = Literal["plaintext", "ssl", "sasl_ssl", "sasl_plaintext"]
_Upper = Literal["PLAINTEXT", "SSL", "SASL_SSL", "SASL_PLAINTEXT"]


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) and value.isupper() else value


Protocol = Annotated[_Lower, BeforeValidator(_lower, json_schema_input_type=_Lower | _Upper)]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]


def _endpoint(text: str) -> str:
    """Refuse what is no URL, without showing it: a pasted one may hold a password."""
    try:
        url = urlsplit(text)
        is_url = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:  # whose text repeats a part of the URL
        is_url = False
    if not is_url:
        raise ValueError("is no URL, must look like https://host/path")
    if "@" in text or "?" in text:
        raise ValueError("holds a user or a query; use client_id, client_secret and scope")
    return text


Endpoint = Annotated[Text, AfterValidator(_endpoint)]

FILES = ("ca_file", "certificate_file", "key_file", "token_file")
SECRETS = ("password", "client_secret", "key_password")
_TLS = ("ca_file", "certificate_file", "key_file", "key_password")
_USER = ("username", "password")
_CLIENT = ("client_id", "client_secret")
_TOKEN = ("token_file", "token_endpoint", *_CLIENT, "scope")


class Security(Section):
    """Encryption and login. Secrets are never shown: not in logs, dumps or errors."""

    protocol: Protocol = Field(
        default="plaintext",
        description="`ssl` encrypts, `sasl_ssl` also logs in, `sasl_plaintext` only logs in; "
        "Kafka's capitals are taken too.",
    )
    mechanism: Mechanism | None = Field(
        default=None, description="How to log in; needed with `sasl_ssl` and `sasl_plaintext`."
    )
    username: Text | None = Field(default=None, description="User, for `PLAIN` and `SCRAM-…`.")
    password: Secret = Field(default=None, description="The user's password.")
    token_file: Text | None = Field(
        default=None,
        description="File with a bearer token, for `OAUTHBEARER`; read anew whenever one is "
        "needed.",
    )
    token_endpoint: Endpoint | None = Field(
        default=None,
        description="URL that gives a bearer token for client credentials, in place of a "
        "`token_file`.",
    )
    client_id: Text | None = Field(default=None, description="Client at the `token_endpoint`.")
    client_secret: Secret = Field(default=None, description="The client's secret.")
    scope: Text | None = Field(default=None, description="What to ask the `token_endpoint` for.")
    ca_file: Text | None = Field(
        default=None,
        description="PEM file of the authorities to trust, with `ssl` and `sasl_ssl`; null: the "
        "system's.",
    )
    certificate_file: Text | None = Field(
        default=None, description="PEM file of this client's certificate; needs a `key_file`."
    )
    key_file: Text | None = Field(default=None, description="PEM file of its private key.")
    key_password: Secret = Field(default=None, description="Password of that key.")
    check_hostname: bool = Field(
        default=True, description="The broker's certificate must be for the host that was called."
    )
    allow_plaintext: bool = Field(
        default=False,
        description="Log in without encryption, by `sasl_plaintext` or at an `http:` endpoint.",
    )

    @property
    def is_encrypted(self) -> bool:
        """Is what is sent encrypted?"""
        return self.protocol in {"ssl", "sasl_ssl"}

    @property
    def is_authenticated(self) -> bool:
        """Does this service log in?"""
        return self.protocol in {"sasl_ssl", "sasl_plaintext"}

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        refuse([*_open(self), *_tls(self), *_login(self)])
        return self


def _open(security: Security) -> Iterator[Fault]:
    """What would show a password to everyone on the way."""
    if security.allow_plaintext:
        return
    if security.protocol == "sasl_plaintext":
        yield "protocol", "must be sasl_ssl, or allow_plaintext true: the login is not encrypted"
    if security.token_endpoint and security.token_endpoint.lower().startswith("http:"):
        yield "token_endpoint", "is not encrypted, must be https, unless allow_plaintext is true"


def _tls(security: Security) -> Iterator[Fault]:
    if not security.is_encrypted:
        off = () if security.check_hostname else ("check_hostname",)
        yield from _only(security, (*_TLS, *off), "protocol ssl or sasl_ssl")
        return
    if security.certificate_file and not security.key_file:
        yield "key_file", "is missing, must be the private key's file: certificate_file is set"
    if security.key_file and not security.certificate_file:
        yield "certificate_file", "is missing, must be the certificate's file: key_file is set"
    if not security.key_file:
        yield from _only(security, ("key_password",), "key_file")


def _login(security: Security) -> Iterator[Fault]:
    if not security.is_authenticated:
        every = ("mechanism", *_USER, *_TOKEN)
        yield from _only(security, every, "protocol sasl_ssl or sasl_plaintext")
    elif security.mechanism is None:
        known = ", ".join(get_args(Mechanism))
        yield "mechanism", f"is missing, must be one of {known} with protocol {security.protocol}"
    elif security.mechanism == "OAUTHBEARER":
        yield from _only(security, _USER, "mechanism PLAIN or SCRAM-…")
        yield from _token(security)
    else:
        yield from _needed(security, _USER, f"mechanism {security.mechanism}")
        yield from _only(security, _TOKEN, "mechanism OAUTHBEARER")


def _token(security: Security) -> Iterator[Fault]:
    if security.token_endpoint:
        yield from _only(security, ("token_file",), "no token_endpoint: keep one of them")
        yield from _needed(security, _CLIENT, "token_endpoint")
        return
    yield from _only(security, (*_CLIENT, "scope"), "token_endpoint")
    if not security.token_file:
        yield (
            "token_file",
            "is missing, must be a file with a token, unless there is token_endpoint",
        )


def _only(security: Security, keys: Iterable[str], what: str) -> Iterator[Fault]:
    """Say of each key that is set what it goes with."""
    defaults = Security.model_fields
    for key in keys:
        if getattr(security, key) != defaults[key].default:
            yield key, f"only goes with {what}"


def _needed(security: Security, keys: Iterable[str], what: str) -> Iterator[Fault]:
    for key in keys:
        if getattr(security, key) is None:
            yield key, f"is missing, {what} needs it{_by(key)}"


def _by(key: str) -> str:
    """Return how best to set a key, where it is a secret."""
    name = f"STREAMAL_BROKER__SECURITY__{key.upper()}"
    return f"; set {name}, or {name}_FILE to a file that holds it" if key in SECRETS else ""


def unreadable(security: Security) -> Iterator[Fault]:
    """Yield each file that is named and cannot be read now."""
    for key in FILES:
        path = getattr(security, key)
        try:
            if path is not None:
                File(path).open("rb").close()
        except OSError as error:
            yield key, f"is {path!r}, which cannot be read: {error.strerror}"


def doubtful(security: Security) -> Iterator[Fault]:
    """Yield what works but is rarely meant."""
    for key in SECRETS:
        if isinstance(getattr(security, key), WrittenDown):
            yield key, f"is written down where others may read it{_by(key)}"
    if security.is_encrypted and not security.check_hostname:
        yield "check_hostname", "is false: any holder of a trusted certificate can pose as broker"
