"""Sections `modifiers` and `committee`, and what goes together with what."""

from typing import Any

import pytest

from streamal.app.plans import model_config_of, model_of, plan_of
from streamal.core.quotas import QuotaSpec
from streamal.core.repeats import ThinningSpec
from streamal.core.surroundings import ModifierSpec
from streamal.errors import ConfigError
from streamal.settings import Settings, load, warnings
from tests.settings.trees import wrong


def _load(**keys: object) -> Settings:
    return load(None, {}, {name.replace("__", "."): value for name, value in keys.items()})


def _refused(**keys: object) -> str:
    with pytest.raises(ConfigError) as error:
        _load(**keys)
    return str(error.value)


def test_all_but_the_guard_is_off_by_default() -> None:
    """Nobody who configures none of it is thinned, held back or weighed by more than the guard."""
    plan = plan_of(_load(), {})
    assert plan.scorer.modifiers == ModifierSpec(guard=1.0)
    assert (plan.scorer.quotas, plan.arbiter.quotas, plan.arbiter.thinning) == ((), (), None)
    assert model_config_of(_load()).keys() == {"preset", "factory", "classes", "seed", "types"}


def test_modifiers_reach_both_roles_whole() -> None:
    """What is configured is what scorers and arbiter get, declared types included."""
    quotas = [{"feature": "country", "value": 3, "min": 0.1, "max": 0.5}]
    modifiers = {"guard": 2, "thinning": {"most": 2, "within": 100}, "quotas": quotas}
    settings = Settings.model_validate(
        {"modifiers": modifiers, "samples": {"types": {"country": "category"}}}
    )
    plan = plan_of(settings, {})
    assert plan.scorer.modifiers == ModifierSpec(guard=2.0, types={"country": "category"})
    assert plan.scorer.quotas == plan.arbiter.quotas == (QuotaSpec("country", "3", 0.1, 0.5),)
    assert plan.arbiter.thinning == ThinningSpec(2, 3, 100)


def test_an_arm_switches_its_modifier_on() -> None:
    """`auto` can only try novelty where somebody computes it."""
    spec = plan_of(_load(policy__kind="auto"), {}).scorer.modifiers
    assert (spec.novelty, spec.density, spec.guard) == (1.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("modifiers__guard", -1, "modifiers.guard"),
        ("modifiers__thinning__most", 0, "modifiers.thinning.most"),
        ("modifiers__thinning__digits", 99, "modifiers.thinning.digits"),
        ("modifiers__quotas", [{"value": "a", "min": 0.5, "max": 0.2}], "above max 0.2"),
        ("modifiers__quotas", [{"value": "a", "min": 0.1}] * 2, "the class a twice"),
        ("modifiers__quotas", [{"value": "a"}], "quotas[0]: needs min, max or both"),
        (
            "modifiers__quotas",
            [{"feature": "x", "value": 1, "min": 0, "max": 1}],
            "quotas[0]: needs min, max or both",
        ),
        (
            "modifiers__quotas",
            [{"value": "a", "min": 0.6}, {"value": "b", "min": 0.6}],
            "more than 1",
        ),
        ("committee__members", 1, "committee.members"),
        ("committee__of", "auto", "committee.of"),
        ("model__class_weights", 2, "model.class_weights"),
        ("policy__utility", "disagreement", "policy.utility: disagreement needs"),
    ],
)
def test_what_cannot_be_is_refused(key: str, value: object, said: str) -> None:
    """The error names the key, and what would be right."""
    assert said in _refused(**{key: value})


def test_a_quota_for_no_declared_class_is_refused() -> None:
    """A class that can never be predicted is told with its place; a segment may be anything."""
    model = {"classes": ["fine", "fraud"]}
    quotas = [
        {"value": "fine", "max": 0.5},
        {"value": "fruad", "min": 0.3},
        {"feature": "country", "value": "de", "max": 0.5},
    ]
    assert wrong({"model": model, "modifiers": {"quotas": quotas}}) == [
        "modifiers.quotas[1].value: is 'fruad', none of model.classes; did you mean fraud?"
    ]
    assert wrong({"modifiers": {"quotas": quotas}}) == []


def test_all_that_does_not_go_together_is_told_at_once() -> None:
    """One fault across sections does not hide another."""
    found = wrong(
        {
            "model": {"classes": ["a", "b"]},
            "policy": {"utility": "disagreement"},
            "modifiers": {"quotas": [{"value": "x", "min": 0.3}]},
        }
    )
    assert [line.split(":")[0] for line in found] == [
        "policy.utility",
        "modifiers.quotas[0].value",
    ]


IDLE = [
    pytest.param({"committee": {"members": 7}}, ["committee.members"], id="members"),
    pytest.param(
        {"committee": {"of": "tree", "measure": "kl"}, "model": {"preset": "ensemble"}},
        ["committee.of", "committee.measure"],
        id="ensemble",
    ),
    pytest.param(
        {"committee": {"of": "tree", "measure": "kl"}, "model": {"preset": "committee"}},
        ["committee.measure"],
        id="measure",
    ),
    pytest.param(
        {
            "committee": {"measure": "kl"},
            "model": {"preset": "ensemble"},
            "policy": {"kind": "auto", "arms": ["margin", "disagreement"]},
        },
        [],
        id="arm",
    ),
    pytest.param({"committee": {"of": "linear", "members": 5}}, [], id="defaults"),
]


@pytest.mark.parametrize(("tree", "keys"), IDLE)
def test_a_committee_that_nobody_asks_is_warned_of(tree: dict[str, Any], keys: list[str]) -> None:
    """What is set and changes nothing is told, key by key."""
    told = warnings(Settings.model_validate(tree))
    assert [line.split(":")[0] for line in told] == keys


def test_an_arm_twice_is_refused() -> None:
    """A bandit with one arm twice would never see a difference."""
    said = _refused(policy__kind="auto", policy__arms=["margin", "margin"])
    assert "arms has margin twice" in said


@pytest.mark.parametrize("preset", ["committee", "ensemble"])
def test_members_may_disagree(preset: str) -> None:
    """Both presets with members take disagreement as their utility."""
    settings = _load(model__preset=preset, policy__utility="disagreement", committee__measure="kl")
    assert plan_of(settings, {}).scorer.policy.disagreement == "kl"
    model = model_of(settings)()
    for x, label in ((1.0, "low"), (5.0, "high"), (1.5, "low"), (5.5, "high")):
        assert model.learn({"x": x}, label) is None
    ((answer, apart),) = model.predict_apart([{"x": 3.0}], lambda members: [float(len(members))])
    assert len(answer) == 2  # type: ignore[arg-type]
    assert apart >= 2


def test_what_only_some_models_are_made_of_is_recorded() -> None:
    """Members and class weights change every score, so `updates` has to say them."""
    weighted = _load(model__preset="committee", committee__members=7, model__class_weights=0.5)
    config = model_config_of(weighted)
    assert config["committee"] == {"of": "linear", "members": 7}
    assert config["class_weights"] == 0.5
    assert "committee of 7" in model_of(weighted)().describe() or model_of(weighted)().describe()
