"""The schemas say of real records, made ones and broken ones what the code says of them."""

import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from streamal.core.log import Record
from streamal.errors import Poison
from streamal.lab.row import Row
from streamal.wire.labels import decode_answer
from streamal.wire.meanings import MEANINGS
from streamal.wire.samples import SampleDecoder, SampleMapping
from streamal.wire.schema import schema
from streamal.wire.topics import DEAD_LETTERS, LABELS, LOGICAL, SAMPLES, STATE
from tests.lab.simulated import Simulated, rows, simulated

Schema = dict[str, Any]


@pytest.fixture(scope="module")
def run() -> Simulated:
    """A run with requests, auto-labels, abstentions and dead letters."""
    broken = (Row(300 + i, f"b-{i}", {}, "c0", raw=b"{") for i in range(3))
    return simulated(chain(rows(300), broken), is_tiny=False, auto_label={"threshold": 0.7})


def records(run: Simulated, logical: str) -> list[Any]:
    """Return what a topic's schema is about: values, and of dead letters the headers."""
    parts = range(run.broker.partitions()[logical])
    reader = run.broker.reader({(logical, part): 0 for part in parts})
    found = reader.poll(10_000, 0)
    if logical == DEAD_LETTERS:
        return [{name: value.decode() for name, value in one.headers} for one in found]
    return [json.loads(one.value) for one in found if one.value not in {None, b"{"}]


def is_valid(made: Schema, value: object) -> bool:
    """Return what the schema says."""
    return bool(Draft202012Validator(made).is_valid(value))


@pytest.mark.parametrize("logical", LOGICAL)
def test_real_records_are_valid(run: Simulated, logical: str) -> None:
    """Each record that a run writes or reads fits the schema of its topic."""
    validator = Draft202012Validator(schema(logical))
    found = records(run, logical)
    assert found
    for one in found:
        validator.validate(one)


def _broken(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a record without each of its fields, and with a value that none of them takes."""
    for name in value:
        yield {other: value[other] for other in value if other != name}
        yield {**value, name: [{}]}


OPTIONAL = {
    "auto-labels": {"certificate", "ledger"},
    "abstained": {"ledger"},
    "candidates": {"want", "threshold", "auto_label_threshold", "payload", "digest"}
    | {"certificate", "coin", "audited_from", "pace"},
    "updates": {"weight", "annotator", "predicted", "request_id", "reason", "propensity"}
    | {"model_version", "answer"},
}
"""Fields that a record is whole without."""


@pytest.mark.parametrize("logical", sorted(set(LOGICAL) - {SAMPLES, LABELS, STATE}))
def test_what_streamal_writes_is_whole_or_invalid(run: Simulated, logical: str) -> None:
    """A record that lacks a field, or has nonsense in one, is told from a real one."""
    validator = Draft202012Validator(schema(logical))
    passed = set()
    for one in {tuple(one): one for one in records(run, logical)}.values():
        for name, bad in zip([n for n in one for _ in range(2)], _broken(one), strict=True):
            if validator.is_valid(bad):
                passed.add((name, name in bad))
    assert {name for name, is_there in passed if not is_there} <= OPTIONAL.get(logical, set())
    assert {name for name, is_there in passed if is_there} <= {"payload"}


def test_a_broken_row_of_state_is_invalid(run: Simulated) -> None:
    """A row that lacks a field is no row of any kind."""
    validator = Draft202012Validator(schema(STATE))
    rows_of = [one for one in records(run, STATE) if isinstance(one, dict)]
    assert not any(validator.is_valid(bad) for one in rows_of[-2:] for bad in _broken_of(one))


def _broken_of(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    optional = {"attempt", "outcome", "label", "annotator", "closed_at", "refunded"}
    for name in row.keys() - optional:
        yield {other: row[other] for other in row if other != name}


@pytest.mark.parametrize("logical", LOGICAL)
def test_a_schema_is_one_and_says_what_it_is(logical: str) -> None:
    """Dialect, id, title and description are there, and each reference leads somewhere."""
    made = schema(logical)
    Draft202012Validator.check_schema(made)
    assert made["$schema"].endswith("2020-12/schema")
    assert (made["$id"], made["title"]) == (f"urn:streamal:schema:{logical}", logical)
    assert made["description"]
    wanted = {one["$ref"] for one in _inside(made) if "$ref" in one}
    assert wanted == {f"#/$defs/{name}" for name in made.get("$defs", {})}


def _inside(node: object) -> Iterator[Schema]:
    if isinstance(node, dict):
        yield node
    for below in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from _inside(below)


def _parts() -> Iterator[tuple[str, Schema]]:
    """Yield each record and each part of one, by its name."""
    for logical in sorted(set(LOGICAL) - {SAMPLES}):
        made = schema(logical)
        own = {LABELS: "Answer", DEAD_LETTERS: "DeadLetter"}.get(logical)
        yield from made.get("$defs", {own: made}).items()


def test_each_field_has_a_meaning() -> None:
    """No field of any record is left without a sentence."""
    for name, part in _parts():
        assert part["description"].endswith((".", ";")), name
        assert [f for f, one in part["properties"].items() if not one.get("description")] == [], (
            name
        )


def test_a_meaning_that_is_shared_is_of_one_form() -> None:
    """What several records say in one sentence is the same kind of value in each of them."""
    forms: dict[str, set[str]] = {}
    for name, part in _parts():
        for field, one in part["properties"].items():
            if f"{name}.{field}" not in MEANINGS:
                forms.setdefault(field, set()).add(_form(one))
    assert {field: form for field, form in forms.items() if len(form) > 1} == {}


def _form(found: Schema) -> str:
    """Return what tells kinds of fields apart: their types, and what lies in them."""
    kinds = {str(one["type"]) for one in _inside(found) if "type" in one} - {"null"}
    return " ".join(sorted(kinds))


TRUTHS = [
    (STATE, "EstimateState", "labels", "How many labels"),
    (STATE, "EstimateState", "right", "How many of those labels"),
    (STATE, "RequestRow", "label", "The answer that was learned last"),
    (STATE, "RequestRow", "n", "when it was asked"),
    (STATE, "RequestRow", "outcome", "null while it is open"),
    (STATE, "PartitionState", "seen", "Samples of this partition"),
    (STATE, "PartitionState", "kind", "Of the policy"),
    (STATE, "ArbiterState", "version", "last one written to `updates`"),
    (STATE, "LedgerState", "pace", "told last"),
    (STATE, "Charge", "amount", "Labels or money"),
    ("updates", "LimitSpec", "kind", "`rate`, `count`, `window` or `cost`"),
    ("updates", "Budget", "limits", "from here on"),
    ("updates", "Example", "model_version", "that asked"),
    ("updates", "Example", "source", "that nobody asked for, the answer"),
    ("candidates", "Digest", "version", "The model's"),
    ("candidates", "Candidate", "route", "if it is not granted"),
    ("candidates", "Candidate", "threshold", "The policy's own"),
    ("auto-labels", "Decision", "propensity", "upper bound"),
]


@pytest.mark.parametrize(("logical", "record", "field", "said"), TRUTHS)
def test_a_field_is_told_as_what_it_is_there(
    logical: str, record: str, field: str, said: str
) -> None:
    """A name that means something else in another record has a sentence of its own."""
    assert said in schema(logical)["$defs"][record]["properties"][field]["description"]


def test_no_meaning_is_left_over() -> None:
    """Each sentence is about a field that some schema has."""
    known = {f"{name}.{field}" for name, part in _parts() for field in part["properties"]}
    known |= {name.replace("DeadLetter.streamal-error-", "DeadLetter.") for name in known}
    bare = {name.rpartition(".")[2] for name in known} | {"id"}
    assert set(MEANINGS) - known - bare == set()


SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=2)
NESTED = SCALARS | st.lists(SCALARS, max_size=1)
MAPPINGS = [
    SampleMapping(),
    SampleMapping(id="key", exclude=("tags",)),
    SampleMapping(features=("x", "y"), payload=("text",)),
    SampleMapping(id="x", features=("features", "y")),
    SampleMapping(exclude=("features",), time="at"),
]
NAMES = st.sampled_from(["id", "time", "payload", "x", "y", "key", "tags", "text", "at"])
OBJECTS = st.dictionaries(NAMES, NESTED, max_size=4)
MESSAGES = st.builds(
    lambda flat, inner: flat if inner is None else {**flat, "features": inner},
    OBJECTS,
    st.none() | NESTED | OBJECTS,
)


def _accepts(decode: Callable[[], object]) -> bool:
    try:
        decode()
    except Poison:
        return False
    return True


@pytest.mark.parametrize("mapping", MAPPINGS, ids=str)
@given(value=MESSAGES)
def test_a_sample_is_valid_where_it_is_read(mapping: SampleMapping, value: Schema) -> None:
    """The schema and the decoder say the same, whatever the mapping."""
    record = Record("samples", 0, 0, 0, None, json.dumps(value).encode())
    accepted = _accepts(lambda: SampleDecoder(mapping).decode(record))
    assert is_valid(schema(SAMPLES, mapping), value) == accepted


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "request_id": NESTED,
        "sample_id": NESTED,
        "label": NESTED,
        "outcome": st.sampled_from(["labelled", "skipped", "expired", None]),
        "annotator": NESTED,
        "answered_at": NESTED,
        "features": SCALARS | st.dictionaries(st.sampled_from("xy"), NESTED, max_size=2),
        "more": NESTED,
    },
)


@given(ANSWERS)
def test_an_answer_is_valid_where_it_is_read(value: Schema) -> None:
    """The schema and the decoder say the same."""
    accepted = _accepts(lambda: decode_answer(json.dumps(value).encode()))
    assert is_valid(schema(LABELS), value) == accepted
