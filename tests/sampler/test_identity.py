"""Ids: of samples as they are handed in, in their fields, and of labels."""

from typing import Any

import msgspec
import numpy as np
import pytest

from streamal import Sampler, Unusable
from streamal.core.log import Record
from streamal.core.updates import Example
from streamal.errors import Poison
from streamal.sampler.features import FeatureReader
from streamal.wire.samples import SampleDecoder, SampleMapping

MAPPINGS = [
    SampleMapping(),
    SampleMapping(id="key"),
    SampleMapping(time="at", exclude=("row",)),
    SampleMapping(features=("id", "size")),
]
SAMPLES: list[dict[str, Any]] = [
    {"id": 17, "size": 1.0},
    {"id": "a", "time": 5, "size": 1.0, "at": 3, "row": 1},
    {"id": 1.5, "key": "k", "size": 1.0},
    {"id": 17.0, "size": 2.0},
    {"id": "", "size": 2.0},
    {"id": None, "size": 2.0},
    {"id": True, "size": 2.0},
    {"id": 3},
    {"size": 2.0},
]


@pytest.mark.parametrize("given", [17, np.int64(17), np.uint8(17), "17", np.str_("17")])
def test_whole_numbers_are_ids(given: Any) -> None:  # noqa: ANN401 - several kinds of numbers
    """An id is a text, however it was handed in; by each form it is found again, also later."""
    sampler = Sampler()
    assert sampler.decide({"x": 1.0}, id=given).sample_id == "17"
    again = Sampler.load(sampler.save())
    assert again.explain(given) == sampler.explain("17")
    found = again.teach(given, "a")
    assert isinstance(found, Example)
    assert (found.sample_id, again.requests) == ("17", [])


def test_nought_is_an_id() -> None:
    """Not none."""
    assert Sampler().decide({"x": 1.0}, id=0).sample_id == "0"
    assert Sampler(samples={"id": "key"}).decide({"x": 1.0, "key": 0}).sample_id == "0"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "an id is empty; leave it out"),
        (True, "id True is a bool; a string or an integer is needed"),
        (np.bool_(1), "is a bool"),
        (1.5, "id 1.5 is a float"),
        (("a",), "is a tuple"),
    ],
)
def test_what_is_no_id_is_told(given: Any, message: str) -> None:  # noqa: ANN401 - anything
    """And nothing is decided."""
    sampler = Sampler()
    before = sampler.save()
    with pytest.raises(Unusable, match=message):
        sampler.decide({"x": 1.0}, id=given)
    with pytest.raises(Unusable, match=f"sample 1: .*{message}"):
        sampler.decide_many([{"x": 1.0}, {"x": 2.0}], ids=["a", given])
    with pytest.raises(Unusable):
        sampler.explain(given)
    with pytest.raises(Unusable):
        sampler.teach(given, "a")
    assert sampler.save() == before


@pytest.mark.parametrize("mapping", MAPPINGS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_fields_are_what_they_are_to_the_service(
    mapping: SampleMapping, sample: dict[str, Any]
) -> None:
    """The same id, the same features, the same refusal as of a flat object on its topic."""
    assert by_sampler(mapping, sample) == by_service(mapping, sample)


def by_service(mapping: SampleMapping, sample: dict[str, Any]) -> tuple[object, object]:
    """Return id and features, or why there are none."""
    record = Record("samples", 0, 0, 0, None, msgspec.json.encode(sample))
    try:
        found = SampleDecoder(mapping).decode(record)
    except Poison as poison:
        return poison.reason, str(poison)[:25]
    return found.id, found.features


def by_sampler(mapping: SampleMapping, sample: dict[str, Any]) -> tuple[object, object]:
    """Return the same of what is handed in."""
    reader = FeatureReader(mapping)
    try:
        name = reader.id_of(sample)
        return "samples/0/0" if name is None else name, reader.one(sample)
    except Unusable as error:
        return error.reason, str(error)[:25]


def test_a_field_id_is_no_feature() -> None:
    """It names the sample; in the argument another name wins."""
    sampler = Sampler()
    first = sampler.decide({"id": 17, "size": 1.0})
    second = sampler.decide({"id": 17, "size": 1.0}, id="other")
    assert (first.sample_id, second.sample_id) == ("17", "other")
    assert sampler.requests[0].features == {"size": 1.0}
    with pytest.raises(Unusable, match="'id' must be an id: a string, a number or null"):
        sampler.decide({"id": True, "size": 1.0})
    with pytest.raises(Unusable, match="sample 1: field 'id' must be an id"):
        sampler.decide_many([{"size": 1.0}, {"id": True, "size": 1.0}])


def test_of_equal_samples_the_one_of_that_id_is_settled() -> None:
    """The id in a sample's field says which of the two is meant."""
    sampler = Sampler()
    sampler.decide_many([{"id": 1, "size": 1.0}, {"id": 2, "size": 1.0}])
    sampler.teach({"id": 2, "size": 1.0}, "a")
    assert [one.sample_id for one in sampler.requests] == ["1"]


def test_several_have_ids() -> None:
    """As many as samples; None leaves one as it is."""
    sampler = Sampler()
    rows: list[dict[str, object]] = [{"x": 1.0}, {"x": 2.0, "id": "own"}, {"x": 3.0}]
    found = sampler.decide_many(rows, ids=[7, None, None])
    assert [one.sample_id for one in found] == ["7", "own", "samples/0/2"]
    named = sampler.decide_many(np.zeros((2, 2)), ids=np.array([8, 9]))
    assert [one.sample_id for one in named] == ["8", "9"]
    with pytest.raises(Unusable, match="there are 1 ids for 3 samples"):
        sampler.decide_many(rows, ids=["a"])
    with pytest.raises(Unusable, match="ids is 'abc'; a list of 3 ids"):
        sampler.decide_many(rows, ids="abc")


@pytest.mark.parametrize("ids", [[1, 2], ["1", "2"], np.array([1, 2]), np.array(["1", "2"])])
def test_several_labels_are_for_several_ids(ids: Any) -> None:  # noqa: ANN401 - lists and arrays
    """Whole numbers with a list of labels are ids; with one label they are a sample."""
    sampler = Sampler()
    sampler.decide_many([{"x": 1.0}, {"x": 2.0}], ids=[1, 2])
    found = sampler.teach(ids, ["a", "b"])
    assert [one.sample_id for one in found] == ["1", "2"]
    assert sampler.requests == []
    learned = Sampler().teach([1, 2], "a")
    assert isinstance(learned, Example)
    assert learned.features == {"x0": 1.0, "x1": 2.0}
