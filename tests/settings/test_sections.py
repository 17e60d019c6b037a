"""The sections: what each takes, and what the core gets of it."""

import pytest
from pydantic import ValidationError

from streamal.core.ledger import Ledger, names
from streamal.core.limits import LimitSpec
from streamal.core.policies import POLICIES, PolicySpec, policy
from streamal.settings import Settings, dump, load, warnings
from streamal.settings.broker import SqliteBroker
from streamal.settings.topics import KEPT, LOGICAL
from tests.settings.trees import wrong


def _made(**sections: object) -> Settings:
    return Settings.model_validate(sections)


@pytest.mark.parametrize("topic", KEPT)
def test_what_laws_need_is_kept_for_ever(topic: str) -> None:
    """Requests, updates and state can have no retention, and have none."""
    assert wrong({"topics": {"retention": {topic: "7d"}}}) == [
        f"topics.retention: {topic} is kept for ever: it can have no retention"
    ]
    assert Settings().topics.retention_ms(topic) is None


def test_retention_has_defaults_and_can_be_lifted() -> None:
    """What comes and goes is kept a week, dead letters a month, labels for ever."""
    day = 86_400_000
    topics = Settings().topics
    assert {name: topics.retention_ms(name) for name in LOGICAL if topics.retention_ms(name)} == {
        "samples": 7 * day,
        "auto-labels": 7 * day,
        "abstained": 7 * day,
        "candidates": 7 * day,
        "dead-letters": 30 * day,
    }
    kept = _made(topics={"retention": {"samples": None, "labels": "1d"}}).topics
    assert (kept.retention_ms("samples"), kept.retention_ms("labels")) == (None, day)


def test_every_topic_has_its_name() -> None:
    """A topic is called as its logical name, unless renamed, after the prefix."""
    topics = _made(topics={"prefix": "shop.", "label-requests": "ask"}).topics
    assert topics.name("label-requests") == "shop.ask"
    assert topics.name("dead-letters") == "shop.dead-letters"
    assert tuple(topics.names()) == LOGICAL
    with pytest.raises(KeyError):
        topics.name("label_requests")


def test_swapped_names_do_not_collide() -> None:
    """Only names that end up the same collide: two topics may swap theirs."""
    topics = _made(topics={"samples": "labels", "labels": "samples"}).topics
    assert (topics.name("samples"), topics.name("labels")) == ("labels", "samples")


@pytest.mark.parametrize("off", ["off", False, {"threshold": "off"}, {"threshold": None}])
def test_auto_labels_can_be_off(off: object) -> None:
    """However it is written, off is no threshold, and is shown as off."""
    settings = _made(auto_label=off)
    assert settings.auto_label.threshold is None
    assert dump(settings)["auto_label"] == "off"


def test_classes_are_canonical() -> None:
    """Labels are strings whatever they are written as, in the order given."""
    classes = _made(model={"classes": [1, True, "b", 0.5, 2.0]}).model.classes
    assert classes == ("1", "true", "b", "0.5", "2")


@pytest.mark.parametrize("kind", list(POLICIES))
def test_each_policy_of_the_core_can_be_configured(kind: str) -> None:
    """Every kind of policy there is can be named, and the core takes what comes out."""
    needed = {"threshold": 0.8} if kind == "fixed" else {}
    spec = _made(policy={"kind": kind, **needed}).policy.spec()
    assert spec == PolicySpec(kind=kind)
    assert policy(spec, seed=7) is not None


def test_a_policy_reaches_the_core_whole() -> None:
    """What is configured is what the core gets."""
    split = {"kind": "split", "step": 0.5, "random_share": 0.3, "window": 9, "utility": "entropy"}
    expected = PolicySpec("split", "entropy", 0.15, 9, step=0.5, random_share=0.3)
    assert _made(policy=split).policy.spec() == expected
    assert _made(policy={"kind": "randomised", "spread": 2.0}).policy.spec().spread == 2.0


def test_a_budget_reaches_the_core_whole() -> None:
    """Each kind of limit becomes the core's, times in milliseconds, prices by annotator."""
    settings = _made(
        budget=[
            {"count": 1000, "over": 100_000},
            {"rate": 0.1, "burst": 5},
            {"window": {"count": 200, "every": "1d"}},
            {"cost": 50, "per_label": 0.08},
            {"cost": 9, "per_label": {"person": 0.08, "llm": 0.0}, "over": 7},
        ]
    )
    assert settings.limits() == (
        LimitSpec("count", 1000, over=100_000),
        LimitSpec("rate", 0.1, burst=5),
        LimitSpec("window", 200, every_ms=86_400_000),
        LimitSpec("cost", 50, prices={"*": 0.08}),
        LimitSpec("cost", 9, prices={"person": 0.08, "llm": 0.0}, over=7),
    )
    assert names(settings.limits()) == ["count", "rate", "window", "cost", "cost_2"]
    assert Ledger(settings.limits()).refusing() == []


def test_a_limit_without_a_horizon_is_warned_of() -> None:
    """A count or a cost that nothing spreads is allowed, and told."""
    settings = _made(
        budget=[{"count": 5}, {"count": 5, "over": 50}, {"cost": 5, "per_label": 1}, {"rate": 1}]
    )
    told = warnings(settings)
    assert [line.split(" without")[0] for line in told] == [
        "budget[0]: a count",
        "budget[2]: a cost",
    ]
    assert warnings(Settings()) == []


def test_large_round_numbers_may_be_written_with_an_exponent() -> None:
    """1e5 is the whole number 100000."""
    settings = _made(budget=[{"count": 1e3, "over": 1e5}])
    assert settings.limits() == (LimitSpec("count", 1000, over=100_000),)


def test_settings_are_frozen() -> None:
    """Nobody changes a configuration that others have read."""
    with pytest.raises(ValidationError, match="frozen"):
        Settings().http.port = 1


def test_the_options_of_simulate_fit() -> None:
    """What a command turns its options into loads over an empty environment."""
    overrides = {
        "budget": [{"count": 500, "over": 300}],
        "policy.kind": "fixed",
        "policy.threshold": 0.8,
        "model.preset": "bayes",
        "auto_label.threshold": 0.9,
        "broker.path": ":memory:",
    }
    settings = load(None, {}, overrides)
    assert settings.limits() == (LimitSpec("count", 500, over=300),)
    assert settings.broker == SqliteBroker(path=":memory:")
