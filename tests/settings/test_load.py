"""Loading: file, environment and options, and where each error came from."""

from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.errors import ConfigError, UsageError
from streamal.settings import Duration, Settings, dump, load
from streamal.settings.broker import SqliteBroker
from streamal.settings.load import checked
from streamal.settings.yaml_text import flow
from tests.settings.trees import TREES, as_variables, write


def _told(path: Path | None, environ: Mapping[str, str], **overrides: object) -> list[str]:
    """Return the lines of the error, the file's own name short."""
    with pytest.raises(ConfigError) as error:
        load(path, environ, {key.replace("__", "."): value for key, value in overrides.items()})
    return [line.replace(f"{path}: ", "streamal.yaml: ") for line in str(error.value).splitlines()]


def test_without_a_file_everything_has_a_default(tmp_path: Path) -> None:
    """In a folder without streamal.yaml the defaults hold."""
    with chdir(tmp_path):
        assert load(None, {}) == Settings()


def test_the_file_of_the_folder_is_read(tmp_path: Path) -> None:
    """streamal.yaml in the current folder is read where no file is named."""
    write(tmp_path, "http: {port: 9}")
    with chdir(tmp_path):
        assert load(None, {}).http.port == 9


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """A file that is named and missing, or a folder, is an error of usage."""
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(UsageError, match=f"{path}: cannot be read: "):
            load(path, {})


@pytest.mark.parametrize(
    "text", ["", "# nothing", "policy:\nmodel:\nhttp: ~\n", "\ufeffhttp: {}\n"]
)
def test_empty_sections_are_defaults(tmp_path: Path, text: str) -> None:
    """A section whose keys are all commented out, and a byte order mark, change nothing."""
    assert load(write(tmp_path, text), {}) == Settings()


def test_an_empty_budget_is_no_default(tmp_path: Path) -> None:
    """A budget that was begun and not written is an error: nobody means to spend unasked."""
    assert _told(write(tmp_path, "budget:\n"), {}) == [
        "streamal.yaml: budget: is null, must be a list"
    ]


@pytest.mark.parametrize("text", ["- 1", "hello", "3"])
def test_a_file_is_a_map(tmp_path: Path, text: str) -> None:
    """A file that is a list or a word is no configuration."""
    assert _told(write(tmp_path, text), {}) == [
        "streamal.yaml: must be a map of sections, such as `model: {preset: auto}`"
    ]


def test_a_file_is_utf_8(tmp_path: Path) -> None:
    """Other encodings are named with the first byte that shows it."""
    (tmp_path / "latin.yaml").write_bytes(b"http: {host: \xe9}")
    assert _told(tmp_path / "latin.yaml", {}) == ["streamal.yaml: byte 13 is not UTF-8"]


@given(TREES)
def test_a_dump_loads_back(tree: dict[str, object]) -> None:
    """Every configuration survives being dumped, and the dump names every key."""
    settings, wrong = checked(tree)
    assert wrong == []
    assert settings is not None
    again = dump(settings)
    assert checked(again) == (settings, [])
    assert list(again) == list(Settings.model_fields)


@given(tree=TREES)
def test_the_environment_says_what_a_file_can(tree: dict[str, object]) -> None:
    """Every leaf set by a variable gives the configuration that the same file gives."""
    settings, _ = checked(tree)
    assert load(None, as_variables(tree)) == settings


@given(below=TREES, above=TREES)
def test_a_later_layer_wins_whatever_was_below(
    below: dict[str, object], above: dict[str, object]
) -> None:
    """A full configuration as options hides any other one from the environment."""
    settings, _ = checked(above)
    assert settings is not None
    full = {key: value for key, value in dump(settings).items() if key not in {"samples"}}
    mixed = load(None, as_variables(below), full)
    assert dump(mixed) | {"samples": 0} == dump(settings) | {"samples": 0}


@given(st.dictionaries(st.text("ABCSTREAMAL_", max_size=12), st.text(max_size=4)))
def test_other_variables_are_left_alone(environ: dict[str, str]) -> None:
    """What has no double underscore after STREAMAL_ is somebody else's."""
    others = {
        name: value
        for name, value in environ.items()
        if "__" not in name.removeprefix("STREAMAL_") or not name.startswith("STREAMAL_")
    }
    assert (
        load(None, others | {"STREAMAL_TEST_CRASH_AT": "3", "STREAMAL_BUDGET": "x"}) == Settings()
    )


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    """One load reports every error, each with the file or variable it came from."""
    path = write(tmp_path, "budget: [{rate: 2.0}]\npolcy: {}\nhttp: {port: -1}\n")
    environ = {
        "STREAMAL_HTTP__PORT": "x",
        "STREAMAL_MODLE__SEED": "1",
        "STREAMAL_POLICY__KIND": "fixed",
        "STREAMAL_LABELS__AGREEMENT_FILE": "gone",
    }
    assert _told(path, environ, requests__refund=["lost"]) == [
        "STREAMAL_LABELS__AGREEMENT_FILE: cannot read gone: No such file or directory",
        "STREAMAL_POLICY__KIND: policy.threshold: is missing, must be between 0 and 1 (not 0)",
        "streamal.yaml: budget[0].rate: is 2.0, must be between 0 and 1 (not 0)",
        "command line: requests.refund[0]: is 'lost', must be one of "
        + ", ".join(["expired", "skipped", "rejected", "unknown", "retracted"]),
        "STREAMAL_HTTP__PORT: http.port: is 'x', must be a whole number between 0 and 65535",
        "streamal.yaml: polcy: unknown key; did you mean policy?",
        "STREAMAL_MODLE__SEED: unknown variable; did you mean STREAMAL_MODEL__SEED?",
    ]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("STREAMAL_HTTP__PROT", "unknown variable; did you mean STREAMAL_HTTP__PORT?"),
        ("STREAMAL_HTTP__PROT_FILE", "unknown variable; did you mean STREAMAL_HTTP__PORT_FILE?"),
        ("STREAMAL_BUGDET__0__COUNT", "unknown variable; did you mean STREAMAL_BUDGET__0__COUNT?"),
        (
            "STREAMAL_TOPICS__LABEL_REQUEST",
            "unknown variable; did you mean STREAMAL_TOPICS__LABEL_REQUESTS?",
        ),
        ("STREAMAL_ZZ__TOP", f"zz: unknown key; known keys: {', '.join(Settings.model_fields)}"),
        ("STREAMAL_HTTP__", "http.: unknown key; known keys: host, port"),
        ("STREAMAL_BUDGET__0__OVER", "budget[0].over: only goes with count or cost"),
    ],
)
def test_an_unknown_variable_is_told_the_nearest(tmp_path: Path, name: str, told: str) -> None:
    """A variable of our form that means nothing is an error with the nearest valid name."""
    value = write(tmp_path, "5", "value")
    told_all = _told(None, {name: str(value) if name.endswith("_FILE") else "5"})
    assert told_all == [f"{name}: {told}"]


@pytest.mark.parametrize(
    ("text", "variables", "budget"),
    [
        ("", {"0__COUNT": "9"}, [{"count": 9}]),
        ("", {"1__COUNT": "9"}, [{"rate": 0.1}, {"count": 9}]),
        ("", {"0__BURST": "5"}, [{"rate": 0.1, "burst": 5}]),
        ("[{count: 5, over: 50}]", {"0__COUNT": "6"}, [{"count": 6, "over": 50}]),
        (
            "[{count: 5, over: 50}]",
            {"0__RATE": "0.5", "0__BURST": "1"},
            [{"rate": 0.5, "burst": 1}],
        ),
        ("[{count: 5, over: 50}]", {"0": "{rate: 1}"}, [{"rate": 1}]),
        (
            "[{window: {count: 2, every: 1d}}]",
            {"0__WINDOW__COUNT": "3"},
            [{"window": {"count": 3, "every": "1d"}}],
        ),
        (
            "[{cost: 5, per_label: {a: 1, b: 2}}]",
            {"0__PER_LABEL__B": "3"},
            [{"cost": 5, "per_label": {"a": 1, "b": 3}}],
        ),
    ],
)
def test_items_of_the_budget_are_set_one_by_one(
    tmp_path: Path, text: str, variables: dict[str, str], budget: list[object]
) -> None:
    """A key goes into the item of its kind; another kind replaces the item; one more fits."""
    path = write(tmp_path, f"budget: {text}" if text else "")
    settings = load(path, {f"STREAMAL_BUDGET__{name}": value for name, value in variables.items()})
    assert settings == Settings.model_validate({"budget": budget})


def test_a_list_has_no_holes(tmp_path: Path) -> None:
    """An index beyond the next one is an error that names the next one."""
    path = write(tmp_path, "model: {classes: [a, b]}")
    environ = {"STREAMAL_BUDGET__2__COUNT": "9", "STREAMAL_MODEL__CLASSES__3": "c"}
    assert sorted(_told(path, environ)) == [
        "STREAMAL_BUDGET__2__COUNT: budget[2]: the next index of this list is 1",
        "STREAMAL_MODEL__CLASSES__3: model.classes[3]: the next index of this list is 2",
    ]


def test_two_kinds_in_one_item_are_an_error() -> None:
    """Where variables set two kinds of a limit, neither wins in silence."""
    environ = {"STREAMAL_BUDGET__0__COUNT": "9", "STREAMAL_BUDGET__0__RATE": "0.1"}
    assert _told(None, environ) == [
        "STREAMAL_BUDGET__0__RATE: budget[0]: must have exactly one of count, rate, window, cost"
    ]


def test_another_kind_drops_what_went_with_the_old_one(tmp_path: Path) -> None:
    """A policy by option keeps the common keys of the file, not the threshold."""
    path = write(tmp_path, "policy: {kind: fixed, threshold: 0.8, window: 5}")
    changed = load(path, {"STREAMAL_POLICY__EXPLORATION": "0.5"}, {"policy.kind": "random"})
    assert dump(changed)["policy"] == {
        "kind": "random",
        "utility": "margin",
        "exploration": 0.5,
        "window": 5,
    }


def test_preset_and_factory_replace_each_other(tmp_path: Path) -> None:
    """Choosing one in an upper layer drops the other from below."""
    path = write(tmp_path, "model: {factory: 'a.b:c', seed: 1}")
    assert load(path, {}, {"model.preset": "linear"}).model.factory is None
    path = write(tmp_path, "model: {preset: linear}")
    model = load(path, {"STREAMAL_MODEL__FACTORY": "a.b:c"}).model
    assert (model.preset, model.factory) == (None, "a.b:c")


def test_a_value_may_come_from_a_file(tmp_path: Path) -> None:
    """A variable with _FILE reads the value, without the line's end that editors add."""
    value = write(tmp_path, "other.db\n", "value")
    settings = load(None, {"STREAMAL_BROKER__PATH_FILE": str(value)})
    assert settings.broker == SqliteBroker(path="other.db")


def test_a_value_and_its_file_exclude_each_other(tmp_path: Path) -> None:
    """Two variables for one key are an error, and so is a file that is no text."""
    (tmp_path / "binary").write_bytes(b"\xff")
    path = str(tmp_path / "binary")
    assert _told(None, {"STREAMAL_HTTP__HOST": "a", "STREAMAL_HTTP__HOST_FILE": path}) == [
        "STREAMAL_HTTP__HOST_FILE: STREAMAL_HTTP__HOST is set too; keep one of them"
    ]
    assert _told(None, {"STREAMAL_HTTP__HOST_FILE": path}) == [
        f"STREAMAL_HTTP__HOST_FILE: {path} is not UTF-8 text"
    ]


def test_text_from_the_environment_stays_text() -> None:
    """Where only text can stand a number is text, and `null` is nothing where that can be."""
    environ = {
        "STREAMAL_TOPICS__PREFIX": "12",
        "STREAMAL_SAMPLES__FEATURES": "*",
        "STREAMAL_SAMPLES__TIME": "1e3",
        "STREAMAL_SAMPLES__ID": "null",
        "STREAMAL_SAMPLES__TYPES__0": "number",
        "STREAMAL_SAMPLES__TYPES__Age": "text",
        "STREAMAL_SAMPLES__TYPES__SEX": "category",
        "STREAMAL_AUTO_LABEL__THRESHOLD": "off",
        "STREAMAL_REQUESTS__EXPIRE_AFTER": "90",
        "STREAMAL_MODEL__CLASSES": "[no, 1]",
        "STREAMAL_MODEL__CLASSES__2": "yes",
    }
    settings = load(None, environ)
    assert settings.topics.prefix == "12"
    assert (settings.samples.features, settings.samples.time) == ("*", "1e3")
    assert settings.samples.id is None
    assert settings.samples.types == {"0": "number", "Age": "text", "sex": "category"}
    assert settings.auto_label.threshold is None
    assert settings.requests.expire_after == Duration.parse(90)
    assert settings.model.classes == ("no", "1", "yes")


def test_options_are_plain_values(tmp_path: Path) -> None:
    """An option replaces a list, goes into a map, and may name a section or a key in it."""
    path = write(tmp_path, flow({"budget": [{"count": 5}], "samples": {"types": {"a": "text"}}}))
    settings = load(
        path, {}, {"budget": [{"rate": 0.5}], "auto_label": "off", "samples.types.b": "number"}
    )
    assert dump(settings)["budget"] == [{"rate": 0.5, "burst": 20}]
    assert dump(settings)["auto_label"] == "off"
    assert settings.samples.types == {"a": "text", "b": "number"}
