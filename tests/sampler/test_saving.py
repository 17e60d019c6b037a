"""What is saved and loaded goes on as if it had never been away."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal import Sampler
from streamal.errors import ConfigMismatch, UsageError
from tests.runtime import tiny
from tests.sampler.play import STEPS, Step, played, samples

SETTINGS: list[dict[str, Any]] = [
    {"budget": 0.3, "model": "bayes"},
    {"budget": 30, "over": 200, "model": "bayes", "utility": "entropy"},
    {"budget": {"window": {"count": 5, "every": "30s"}}, "policy": "variable"},
    {
        "budget": {"cost": 2.0, "per_label": {"person": 0.1, "llm": 0.02}},
        "model": "bayes",
        "requests": {"expire_after": "20s", "refund": ["expired"], "ask_again": 1},
    },
]
steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 50)), max_size=25)


@given(st.sampled_from(SETTINGS), steps, steps)
def test_a_loaded_sampler_goes_on(
    sections: dict[str, Any], before: list[Step], after: list[Step]
) -> None:
    """Whatever came before, the loaded one answers every later step as the other does."""
    sampler = Sampler(**sections)
    played(sampler, [("unasked", 3), ("unasked", 8), *before])
    loaded = Sampler.load(sampler.save())
    assert loaded.save() == sampler.save()
    assert played(loaded, after) == played(sampler, after)
    assert loaded.save() == sampler.save()


def test_a_file_holds_what_the_text_holds(tmp_path: Path) -> None:
    """Saved to a file and loaded from it, by a path or its name."""
    sampler = Sampler()
    sampler.decide({"x": 1.0})
    file = tmp_path / "sampler.json"
    text = sampler.save(file)
    assert file.read_text() == text
    assert Sampler.load(str(file)).save() == Sampler.load(file).save() == text
    assert [one.name for one in tmp_path.iterdir()] == ["sampler.json"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "its format is none"),
        ('{"format": "streamal.sampler/9", "version": "7.0"}', "9 .written by streamal 7.0"),
        ('{"format": "streamal.sampler/1"}', "is damaged"),
        ("{", "is no saved sampler"),
        ("there/is/none.json", "cannot be read: No such file"),
    ],
)
def test_what_is_no_saved_sampler_is_refused(text: str, message: str) -> None:
    """Another format, a damaged one, none at all: each is told."""
    with pytest.raises(UsageError, match=message):
        Sampler.load(text)


def test_updates_that_are_missing_are_noticed() -> None:
    """A saved sampler whose model would be another one is damaged."""
    sampler = Sampler()
    sampler.teach({"x": 1.0}, "a")
    tree = msgspec.json.decode(sampler.save())
    tree["updates"].pop()
    with pytest.raises(UsageError, match="updates end at 3, the ledger at 4"):
        Sampler.load(msgspec.json.encode(tree).decode())


def test_a_model_of_another_make_is_refused() -> None:
    """The version of the learning library, the preset: what differs is named."""
    tree = msgspec.json.decode(Sampler(model="linear").save())
    tree["updates"][0]["library"] = "0.1"
    with pytest.raises(ConfigMismatch, match=r"model.river is .* here and '0.1' in what was saved"):
        Sampler.load(msgspec.json.encode(tree).decode())
    tree["settings"]["model"]["preset"] = "bayes"
    with pytest.raises(ConfigMismatch, match=r"model\.preset is 'bayes' here and 'linear'"):
        Sampler.load(msgspec.json.encode(tree).decode())


def test_a_learner_is_handed_in_again() -> None:
    """With the learner that it had, a sampler goes on; without one it says so."""
    sampler = Sampler(model=tiny.Tiny())
    for features, label in samples(30):
        sampler.teach(features, label)
    text = sampler.save()
    with pytest.raises(UsageError, match="was made with a Tiny; hand one in again"):
        Sampler.load(text)
    loaded = Sampler.load(text, model=tiny.Tiny())
    rows = [features for features, _ in samples(20, seed=4)]
    assert loaded.predict_proba(rows) == sampler.predict_proba(rows)
    with pytest.raises(UsageError, match="leave `model` out"):
        Sampler.load(Sampler().save(), model=tiny.Tiny())


def test_a_clock_is_handed_in_again() -> None:
    """A function cannot be saved, so it is asked for."""
    text = Sampler(clock=lambda: 5000).save()
    with pytest.raises(UsageError, match="clock of its own; hand it in"):
        Sampler.load(text)
    assert Sampler.load(text, clock=lambda: 9000).decide({"x": 1}).decided_at == 9000
