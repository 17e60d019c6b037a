"""What is generated from the models: schema, page and template say what the code does."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from streamal.settings import SCHEMA_FILE, Settings, load, schema, template
from streamal.settings.docs import page
from streamal.settings.keys import keys, sections
from streamal.settings.load import checked
from streamal.settings.modifiers import Pending, Quota, Thinning
from streamal.settings.shape import DIALECT
from tests.house.source import ROOT
from tests.settings.trees import write

HOW = 'python -c "from streamal.settings.docs import page; print(page(), end=str())" > '


def test_the_page_of_settings_is_the_codes() -> None:
    """docs/settings.md is what the code would write now."""
    path = ROOT / "docs" / "settings.md"
    assert path.read_text(encoding="utf-8") == page(), f"make it anew: {HOW}docs/settings.md"


def test_the_page_names_every_key() -> None:
    """Each section has a heading and each key a row that tells its default."""
    text = page()
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == list(sections())
    rows = [key for name in sections() for key in keys(name)]
    assert all(f"\n| `{key.name}` | {key.expected} | " in text for key in rows)
    assert len(rows) == len([line for line in text.splitlines() if line.startswith("| `")])


def test_the_page_names_the_keys_of_maps_that_are_off() -> None:
    """What stands in a map that is null by default, or in a list's items, has rows too."""
    names = [key.name for key in keys("modifiers")]
    assert [name for name in names if name.startswith(("thinning.", "pending."))] == [
        "thinning.most",
        "thinning.digits",
        "thinning.within",
        "pending.most",
        "pending.near",
    ]
    assert [name for name in names if name.startswith("quotas[].")] == [
        f"quotas[].{key}" for key in ("feature", "value", "min", "max")
    ]


def test_the_template_says_the_defaults(tmp_path: Path) -> None:
    """The file that is written first loads to what holds without it."""
    assert load(write(tmp_path, template()), {}) == Settings()


def test_the_template_points_to_its_schema() -> None:
    """Its first line tells editors where the schema is."""
    assert template().splitlines()[0] == f"# yaml-language-server: $schema={SCHEMA_FILE}"


def test_the_template_holds_every_key() -> None:
    """Every key is there, as it is or commented out, below what it is for."""
    lines = [line.strip(" #-{") for line in template().splitlines()]
    for key in (key for name in sections() if name != "budget" for key in keys(name)):
        if not key.is_inner:
            assert any(line.startswith(f"{key.path[-1]}:") for line in lines), key


@pytest.mark.parametrize("kind", ["count", "rate", "window", "cost"])
def test_the_templates_limits_work(tmp_path: Path, kind: str) -> None:
    """Each limit of the template works alone once it is no comment."""
    lines = template().splitlines()
    (limit,) = (line for line in lines if f"- {{{kind}: " in line)
    settings = load(write(tmp_path, f"budget:\n{limit.replace('# ', '')}"), {})
    assert [spec.kind for spec in settings.limits()] == [kind]


def test_the_templates_modifiers_work(tmp_path: Path) -> None:
    """What is off by default has an example that works once it is no comment."""
    text = template()
    for line in (
        "  # thinning: {most: 3, digits: 3, within: 1000}\n",
        "  # pending: {most: 2, near: 0.05}\n",
        "  # quotas:\n  # - {value: fraud, min: 0.3}\n",
    ):
        assert line in text
        text = text.replace(line, line.replace("# ", ""))
    modifiers = load(write(tmp_path, text), {}).modifiers
    assert modifiers.thinning == Thinning(most=3, digits=3, within=1000)
    assert modifiers.pending == Pending(most=2, near=0.05)
    assert modifiers.quotas == (Quota(value="fraud", min=0.3),)


def test_the_templates_other_policies_work(tmp_path: Path) -> None:
    """Keys of other policies work once they are no comment and the kind is theirs."""
    text = (
        template()
        .replace("kind: rank", "kind: fixed")
        .replace("# threshold: 0.8", "threshold: 0.8")
    )
    assert load(write(tmp_path, text), {}).policy.spec().threshold == 0.8


def test_every_key_has_a_description() -> None:
    """The schema tells what each section and key is for."""
    bare = [name for name, node in _properties(schema()) if not _told(node)]
    assert bare == []


def test_the_schema_is_of_the_right_dialect() -> None:
    """It is JSON Schema 2020-12, refuses unknown keys, and shows defaults as they are written."""
    made = schema()
    assert made["$schema"] == DIALECT == "https://json-schema.org/draft/2020-12/schema"
    assert all(
        node["additionalProperties"] is False
        for node in [made, *made["$defs"].values()]
        if "properties" in node
    )
    assert made["properties"]["requests"]["default"]["expire_after"] == "1d"
    assert made["$defs"]["Requests"]["properties"]["remember"]["default"] == "30d"


def test_the_schemas_defaults_hold() -> None:
    """A file of all the schema's defaults is a file of none."""
    defaults = {name: node["default"] for name, node in schema()["properties"].items()}
    assert checked(defaults) == (Settings(), [])


def _properties(made: Mapping[str, dict[str, dict[str, object]]]) -> Iterator[tuple[str, object]]:
    for name, node in made["properties"].items():
        yield name, _resolved(node, made)
    for title, section in made["$defs"].items():
        properties = section.get("properties", {})
        assert isinstance(properties, dict)
        for name, node in properties.items():
            yield f"{title}.{name}", _resolved(node, made)


def _resolved(node: dict[str, object], made: Mapping[str, dict[str, dict[str, object]]]) -> object:
    name = str(node.get("$ref", "")).rpartition("/")[2]
    return made["$defs"][name] | node if name else node


def _told(node: object) -> bool:
    return isinstance(node, dict) and str(node.get("description", "")).endswith((".", "`"))
