"""Secrets: they come from the environment as they are, and nothing ever shows them."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from streamal.errors import ConfigError
from streamal.settings import Settings, dump, load, warnings
from streamal.settings.kafka import KafkaBroker
from streamal.settings.keys import keys
from streamal.settings.section import WrittenDown
from streamal.settings.security import SECRETS, Security
from streamal.settings.shape import root
from streamal.settings.yaml_text import flow
from tests.settings.trees import MASKED, write, wrong

SECRET = "hunter2-hunter2"
NAME = "STREAMAL_BROKER__SECURITY__"
LOGIN = {"protocol": "sasl_ssl", "mechanism": "PLAIN", "username": "app"}
BY_KEY = {
    "password": LOGIN,
    "client_secret": {
        "protocol": "sasl_ssl",
        "mechanism": "OAUTHBEARER",
        "token_endpoint": "https://login.example.org/token",
        "client_id": "app",
    },
    "key_password": {"protocol": "ssl", "key_file": __file__, "certificate_file": __file__},
}


def _tree(security: object) -> dict[str, object]:
    return {"broker": {"kind": "kafka", "security": security}}


def _security(settings: Settings) -> Security:
    assert isinstance(settings.broker, KafkaBroker)
    return settings.broker.security


def _password(path: Path | None, environ: dict[str, str]) -> SecretStr | None:
    login = {f"{NAME}{key.upper()}": value for key, value in LOGIN.items()}
    return _security(load(path, {"STREAMAL_BROKER__KIND": "kafka", **login, **environ})).password


def test_every_secret_is_known_as_one() -> None:
    """What the schema marks as secret is what errors hide and warnings name."""
    marked = [key.path[-1] for key in keys("broker") if root().at(key.path).is_secret]
    assert set(marked) == set(SECRETS) == set(BY_KEY)


@pytest.mark.parametrize(
    "text", ["123", "true", "null", "1e3", "[a]", "{a: b}", "# x", " x ", "'x'", "${x}", "ü"]
)
def test_a_secret_that_looks_like_yaml_is_text(tmp_path: Path, text: str) -> None:
    """A password is what it looks like, from a variable as from a file that one names."""
    path = write(tmp_path, f"{text}\n", "secret")
    for environ in ({f"{NAME}PASSWORD": text}, {f"{NAME}PASSWORD_FILE": str(path)}):
        assert _password(None, environ) == SecretStr(text)


@given(st.text(min_size=1))
def test_any_secret_is_text(text: str) -> None:
    """Whatever stands in the variable is the password."""
    assert _password(None, {f"{NAME}PASSWORD": text}) == SecretStr(text)


@pytest.mark.parametrize("key", SECRETS)
def test_a_secret_in_the_file_works_and_is_warned_of(tmp_path: Path, key: str) -> None:
    """What is written down is taken; the note names the key and the variable, not the value."""
    settings = load(write(tmp_path, flow(_tree({**BY_KEY[key], key: SECRET}))), {})
    assert getattr(_security(settings), key).get_secret_value() == SECRET
    (told,) = warnings(settings)
    assert told == (
        f"broker.security.{key}: is written down where others may read it; set "
        f"{NAME}{key.upper()}, or {NAME}{key.upper()}_FILE to a file that holds it"
    )


@pytest.mark.parametrize("key", SECRETS)
def test_a_secret_from_the_environment_is_not_warned_of(tmp_path: Path, key: str) -> None:
    """A variable, or a file that it names, is where a secret belongs; both mean the same."""
    bare = write(tmp_path, flow(_tree(BY_KEY[key])))
    written = load(write(tmp_path, flow(_tree({**BY_KEY[key], key: SECRET})), "written.yaml"), {})
    path = str(write(tmp_path, SECRET, "secret"))
    for name, value in ((key.upper(), SECRET), (f"{key.upper()}_FILE", path)):
        settings = load(bare, {f"{NAME}{name}": value})
        assert warnings(settings) == []
        assert settings == written
        assert written == settings
        assert hash(settings.broker) == hash(written.broker)


def test_another_secret_makes_another_configuration() -> None:
    """Two passwords are two, written down or not."""
    assert WrittenDown("a") != SecretStr("b")
    assert SecretStr("a") != WrittenDown("b")
    assert WrittenDown("a") != "a"


@pytest.mark.parametrize("key", SECRETS)
def test_nothing_shows_a_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture, key: str) -> None:
    """Neither a repr nor a dump, nor a line of log has more than stars."""
    settings = load(write(tmp_path, flow(_tree(BY_KEY[key]))), {f"{NAME}{key.upper()}": SECRET})
    logging.getLogger("x").warning("%s %r", settings, settings.broker)
    security = _security(settings)
    broker = dump(settings)["broker"]
    assert isinstance(broker, dict)
    assert broker["security"][key] == MASKED
    for shown in (caplog.text, repr(settings), str(security), settings.model_dump_json()):
        assert MASKED in shown
        assert SECRET not in shown
    assert SECRET not in str(dump(settings)) + str(security.model_dump())


@pytest.mark.parametrize("key", SECRETS)
@pytest.mark.parametrize(
    "shape", [lambda value: [value], lambda value: {value: value}, lambda value: {"x": [value]}]
)
def test_a_secret_of_the_wrong_sort_is_not_shown(key: str, shape: Callable[[str], object]) -> None:
    """An error says of what sort the value is, and not what it is."""
    value = shape(SECRET)
    sort = "a list" if isinstance(value, list) else "a map"
    assert wrong(_tree({**BY_KEY[key], key: value})) == [
        f"broker.security.{key}: is {sort}, must be text (secret) or null"
    ]


@pytest.mark.parametrize(("number", "sort"), [(8154711, "a number"), (True, "true or false")])
def test_a_number_is_no_secret(number: object, sort: str) -> None:
    """A file's `0123` and `123` would not be the same password as what was meant: quote it."""
    told = wrong(_tree({**LOGIN, "password": number}))
    assert told == [f"broker.security.password: is {sort}, must be text (secret) or null"]


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        (_tree(SECRET), "broker.security: is text, must be a map"),
        (_tree([{"password": SECRET}]), "broker.security: is a list, must be a map"),
        ({"broker": [_tree({"password": SECRET})]}, "broker: is a list, must be a map"),
        (
            _tree({**LOGIN, "pasword": SECRET, "password": SECRET}),
            "broker.security.pasword: unknown key; did you mean password?",
        ),
        (
            _tree(
                {
                    **BY_KEY["client_secret"],
                    "client_secret": SECRET,
                    "token_endpoint": f"https://a:{SECRET}@b/",
                }
            ),
            (
                "broker.security.token_endpoint: holds a user or a query; use client_id, "
                "client_secret and scope"
            ),
        ),
        (
            _tree(
                {
                    **BY_KEY["client_secret"],
                    "client_secret": SECRET,
                    "token_endpoint": f"https://a:{SECRET}@[b/",
                }
            ),
            "broker.security.token_endpoint: is no URL, must look like https://host/path",
        ),
        (
            {"broker": {"kind": "kafka", "bootstrap_servers": f"kafka://a:{SECRET}@b:9092"}},
            "broker.bootstrap_servers[0]: holds a user; who you are goes into broker.security",
        ),
    ],
)
def test_an_error_beside_a_secret_does_not_show_it(tree: dict[str, object], told: str) -> None:
    """A secret at the wrong place, or below one that is wrong, stays hidden too."""
    assert wrong(tree) == [told]


@pytest.mark.parametrize(
    "security",
    [
        {"password": SECRET},
        {**LOGIN, "password": [SECRET]},
        {**LOGIN, "password": SECRET, "username": 5},
        SECRET,
    ],
)
def test_not_even_an_errors_traceback_shows_a_secret(tmp_path: Path, security: object) -> None:
    """Pydantic's own error keeps its input to itself, and ours comes without it."""
    with pytest.raises(ValidationError) as inner:
        Settings.model_validate(_tree(security))
    assert SECRET not in str(inner.value) + repr(inner.value)
    with pytest.raises(ConfigError) as outer:
        load(write(tmp_path, flow(_tree(security))), {})
    assert SECRET not in "".join(traceback.format_exception(outer.value))


def test_a_secret_in_place_of_its_file_is_not_shown() -> None:
    """Who writes the password itself where its file belongs does not find it in the log."""
    with pytest.raises(ConfigError) as error:
        _password(None, {f"{NAME}PASSWORD_FILE": SECRET})
    first, *_ = str(error.value).splitlines()
    assert first == f"{NAME}PASSWORD_FILE: cannot read the file: No such file or directory"
    assert SECRET not in str(error.value)


@pytest.mark.parametrize("environ", [{f"{NAME}PASSWORD": ""}, {}])
def test_an_empty_secret_is_none(environ: dict[str, str]) -> None:
    """A variable that was set to another one that is not set is no password."""
    with pytest.raises(ConfigError, match=r"password: is missing, mechanism PLAIN needs it"):
        _password(None, environ)
    told = wrong(_tree({**LOGIN, "password": ""}))
    assert [line.partition(",")[0] for line in told] == ["broker.security.password: is missing"]
