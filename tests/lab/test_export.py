"""The curated data set: what was learned and still stands."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from streamal.core.draw import draw
from streamal.errors import UsageError
from streamal.lab.export import HELD_OUT, labelled_by_itself, learned
from streamal.lab.files import META, flat, write
from tests.runtime.service import Service, numbers


def _asked(count: int = 6, **sections: Any) -> Service:  # noqa: ANN401 - a section's tree
    """Return a service that has asked about so many samples."""
    service = Service(**{"budget": [{"rate": 1.0}], **sections})
    service.send(*numbers(count))
    service.turn()
    return service


def _exported(service: Service) -> dict[str, str]:
    found = learned(service.broker, service.plan.topics, seed=7)
    return {line["sample_id"]: line["label"] for line in found}


def test_each_learned_label_is_one_line() -> None:
    """A line has the sample's id and features, its label, and where it came from."""
    service = _asked(1)
    service.answer(sample_id="s0", label="up", annotator="ann")
    service.turn()
    (line,) = learned(service.broker, service.plan.topics, seed=7)
    request = service.requests()[0]
    assert line == {
        "sample_id": "s0",
        "features": request.features,
        "label": "up",
        "by": "person",
        "weight": 1 / request.propensity,
        "reason": "cold_start",
        "model_version": request.model_version,
        "annotator": "ann",
        "split": "train" if draw(7, "split-export", "samples/0/0") >= HELD_OUT else "test",
    }


def test_weights_are_one_over_the_propensity() -> None:
    """A label that was asked for with probability 1/4 stands for four samples."""
    service = _asked(3, budget=[{"rate": 0.1}])
    service.answer_all()
    service.turn()
    service.send(*numbers(300, 3))
    service.turn()
    service.answer_all()
    service.turn()
    asked = {one.sample_id: one.propensity for one in service.requests()}
    lines = learned(service.broker, service.plan.topics, seed=7)
    assert [line["weight"] for line in lines] == [1 / asked[line["sample_id"]] for line in lines]
    assert max(line["weight"] for line in lines) > 1


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    """A corrected label is there once, as corrected."""
    service = _asked(2)
    for sample_id, label in (("s0", "up"), ("s1", "down"), ("s0", "down")):
        service.answer(sample_id=sample_id, label=label)
    service.turn()
    assert _exported(service) == {"s0": "down", "s1": "down"}


def test_a_retracted_label_is_gone() -> None:
    """A retracted label is no line, and given again it is one."""
    service = _asked(2)
    for answer in ({"label": "up"}, {"outcome": "retracted"}):
        service.answer(sample_id="s0", **answer)
    service.answer(sample_id="s1", label="down")
    service.turn()
    assert _exported(service) == {"s1": "down"}
    service.answer(sample_id="s0", label="down")
    service.turn()
    assert _exported(service) == {"s0": "down", "s1": "down"}


def test_what_could_not_be_learned_is_no_line() -> None:
    """A label that the model refused is not in the set, nor one that it corrects."""
    service = Service(budget=[{"rate": 1.0}])
    service.send({"x": 1.0, "bad_to_learn": 1.0}, {"x": 1.0})
    service.turn()
    for sample_id, label in (("s0", "up"), ("s1", "up"), ("s0", "down")):
        service.answer(sample_id=sample_id, label=label)
    service.turn()
    assert _exported(service) == {"s1": "up"}


def test_labels_nobody_asked_for_weigh_one() -> None:
    """An unsolicited label stands for itself."""
    service = Service(labels={"unsolicited": True})
    service.answer(sample_id="z", answer_id="1", label="up", features={"x": 1.0})
    service.answer(sample_id="z", answer_id="2", label="up", features={"x": 2.0})
    service.turn()
    lines = learned(service.broker, service.plan.topics, seed=7)
    assert [(one["weight"], one["reason"]) for one in lines] == [(1.0, "unsolicited")] * 2


def test_skipped_and_open_requests_are_no_lines() -> None:
    """Only labels are exported."""
    service = _asked(3)
    service.answer(sample_id="s0", outcome="skipped")
    service.turn()
    assert _exported(service) == {}


def test_auto_labels_come_with_the_features_of_their_samples() -> None:
    """Each auto-label is a line with the label and the features as they were sent."""
    service = _asked(20, auto_label={"threshold": 0.5}, budget=[{"rate": 0.2}])
    service.answer_all()
    service.turn()
    service.send(*numbers(50, 20))
    service.put("samples", b"{")
    service.turn()
    plan = service.plan
    lines = list(labelled_by_itself(service.broker, plan.topics, plan.mapping, seed=7))
    itself = {one.sample_id: one for one in service.decisions() if one.route == "auto_label"}
    assert lines
    assert {line["sample_id"] for line in lines} == itself.keys()
    for line in lines:
        assert (line["by"], line["weight"]) == ("model", 1.0)
        assert line["label"] == itself[line["sample_id"]].label
        assert line["features"] == numbers(1, int(line["sample_id"][1:]))[0]


LINES = [
    {"sample_id": "a", "label": "x", "features": {"f": 1.5, "label": "odd"}, "weight": 2.0},
    {"sample_id": "b", "label": "y", "features": {"g": "t", "f": "low"}, "weight": 1.0},
]


def test_columns_are_meta_then_features() -> None:
    """Each feature is a column; one that is called like ours gets a longer name."""
    head, rows = flat(LINES)
    assert head == [*META, "f", "feature.label", "g"]
    assert rows[1][-3:] == ["low", None, "t"]


def test_csv_has_an_empty_cell_for_what_is_absent(tmp_path: Path) -> None:
    """What a row does not have is empty, and text with commas comes back whole."""
    path = tmp_path / "out.csv"
    write(path, [{**LINES[0], "label": 'a,"b"\nc'}])
    with path.open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["label"], row["annotator"], row["feature.label"]) == ('a,"b"\nc', "", "odd")


def test_parquet_takes_columns_of_mixed_types(tmp_path: Path) -> None:
    """A feature that was a number here and text there becomes text, and nothing is lost."""
    import pyarrow.parquet as pq

    path = tmp_path / "out.parquet"
    write(path, LINES)
    rows = pq.read_table(path).to_pylist()
    assert [(row["f"], row["g"], row["weight"]) for row in rows] == [
        ("1.5", None, 2.0),
        ("low", "t", 1.0),
    ]


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv", "out.parquet"])
def test_nothing_learned_is_an_empty_file(tmp_path: Path, name: str) -> None:
    """Without a label the file is there, with no row in it."""
    write(tmp_path / name, [])
    assert (tmp_path / name).is_file()


def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path: Path) -> None:
    """What cannot be written as JSON breaks off, and the file that was there stays whole."""
    path = tmp_path / "out.jsonl"
    write(path, LINES)
    with pytest.raises(TypeError):
        write(path, [*LINES, {"features": {}, "label": object()}])
    assert [json.loads(line) for line in path.read_text().splitlines()] == LINES
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["out.xls", "out", "nowhere/out.csv"])
def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    """An ending that nobody knows and a folder that is not there are named."""
    with pytest.raises(UsageError, match=r"ends in none of|make it first"):
        write(tmp_path / name, LINES)
