"""What a sampler may be configured with, and what is said of the rest."""

from pathlib import Path
from typing import Any

import pytest
from river import linear_model, preprocessing

from streamal import Sampler
from streamal.core.records import Decision, Stamp
from streamal.errors import ConfigError, UsageError
from streamal.learners.bayes import NaiveBayes
from streamal.learners.committee import Bagged
from streamal.settings import Settings
from tests.runtime import tiny
from tests.sampler.play import samples

FILE = """
broker: {kind: kafka, bootstrap_servers: ["nowhere:9092"]}
topics: {prefix: x-}
http: {port: 1}
model: {preset: bayes, seed: 3}
budget: [{count: 9}]
requests: {max_ahead: 1}
"""


def test_a_file_a_mapping_and_settings_say_the_same(tmp_path: Path) -> None:
    """All three make one sampler; the sections of a service are left aside."""
    file = tmp_path / "streamal.yaml"
    file.write_text(FILE)
    tree = {"model": {"preset": "bayes", "seed": 3}, "budget": [{"count": 9}]}
    tree["requests"] = {"max_ahead": 1}
    texts = {
        given.save()
        for given in (
            Sampler(file),
            Sampler(str(file)),
            Sampler(tree),
            Sampler(Settings.model_validate(tree)),
            Sampler(budget=9, model="bayes", seed=3, requests={"max_ahead": 1}),
        )
    }
    assert len(texts) == 1


def test_nothing_waits_for_an_answer() -> None:
    """`max_ahead` holds a service back; here the caller decides when to go on."""
    sampler = Sampler(requests={"max_ahead": 1})
    for features, _ in samples(50):
        assert isinstance(sampler.decide(features), Decision)


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ({"budget": 0.2}, [{"rate": 0.2, "burst": 20}]),
        ({"budget": 0.2, "burst": 3}, [{"rate": 0.2, "burst": 3}]),
        ({"burst": 3}, [{"rate": 0.1, "burst": 3}]),
        ({"budget": 5}, [{"count": 5, "over": None}]),
        ({"budget": 5, "over": 70}, [{"count": 5, "over": 70}]),
        ({"budget": {"rate": 0.1, "burst": 1}}, [{"rate": 0.1, "burst": 1}]),
        ({"budget": [{"count": 1}, {"rate": 0.5}]}, [{"count": 1, "over": None}, None]),
    ],
)
def test_budgets_have_short_forms(sections: Any, expected: list[Any]) -> None:  # noqa: ANN401
    """A rate, a count, a count that is spread, one limit, several."""
    found = [limit.model_dump() for limit in Sampler(**sections).settings.budget]
    assert len(found) == len(expected)
    assert found[0] == expected[0]


def test_short_forms_lie_over_the_settings() -> None:
    """A keyword replaces what the mapping says, and keeps what it does not name."""
    tree = {"model": {"preset": "linear", "classes": ["a", "b"]}, "policy": {"utility": "entropy"}}
    found = Sampler(tree, model="bayes", seed=9, policy="random", auto_label=0.8).settings
    assert (found.model.preset, found.model.classes, found.model.seed) == ("bayes", ("a", "b"), 9)
    assert (found.policy.kind, found.policy.utility) == ("random", "entropy")
    assert found.auto_label.threshold == 0.8
    assert Sampler(auto_label=False).settings.auto_label.threshold is None
    assert Sampler(tree, class_weights=0.5).settings.model.class_weights == 0.5


@pytest.mark.parametrize(
    ("arguments", "sections", "message"),
    [
        ((), {"bugdet": 3}, r"bugdet: unknown keyword; did you mean budget\?"),
        ((), {"broker": {}}, "broker: a sampler works in this process and has no broker"),
        ((), {"budget": 1.5}, r"budget: is 1.5, must be a rate above 0 and at most 1.0"),
        ((), {"budget": 0}, r"budget\[0\].count: is 0, must be"),
        ((), {"budget": True}, "budget: is True, must be a rate such as 0.1, a count such as 500"),
        ((), {"budget": "10%"}, "budget: is '10%', must be a rate such as 0.1, a count such"),
        ((), {"budget": 5, "burst": 3}, "burst: goes with a rate, as in budget=0.1, burst=5"),
        ((), {"exploration": 0.1}, r"it is a key of policy, as in policy=\{'exploration': ...\}"),
        ((), {"novelty": 1}, r"it is a key of modifiers, as in modifiers=\{'novelty': ...\}"),
        ((), {"per_label": 1}, r"it is a key of a limit, as in budget=\{'per_label': ...\}"),
        ((), {"policy": "pool"}, "which a sampler does with `query"),
        ((), {"over": 5}, "over: goes with a count"),
        ((), {"budget": 0.1, "over": 5}, "over: goes with a count"),
        ((), {"model": "lineer"}, "model.preset: is 'lineer', must be"),
        ((), {"policy": "rnak"}, r"policy.kind: is 'rnak', unknown; did you mean rank\?"),
        (({"modle": {}},), {}, r"modle: unknown key; did you mean model\?"),
        ((7,), {}, "7: settings are a mapping of sections, a file, or"),
    ],
)
def test_what_is_configured_wrongly_is_told(
    arguments: tuple[Any, ...], sections: dict[str, Any], message: str
) -> None:
    """The key, what is wrong, what would be right."""
    with pytest.raises(ConfigError, match=message):
        Sampler(*arguments, **sections)


def test_a_file_that_is_not_there_is_told() -> None:
    """By its name."""
    with pytest.raises(UsageError, match=r"no\.yaml: cannot be read: No such file"):
        Sampler("no.yaml")


@pytest.mark.parametrize(
    "model",
    [
        tiny.Tiny(),
        tiny.Tiny,
        preprocessing.StandardScaler() | linear_model.LogisticRegression(),
        "tests.sampler.test_configuration:make",
    ],
)
def test_a_learner_may_be_handed_in(model: object) -> None:
    """An object, a function that makes one, or the name of such a function; river's too."""
    sampler = Sampler(model=model, budget=1.0)
    for x in (-1.0, 1.0, -0.9, 0.9, -2.0, 2.0):
        sampler.teach(sampler.decide({"x": x, "y": 0.0}), x > 0)
    assert sampler.predict([{"x": -1.0, "y": 0.0}, {"x": 1.0, "y": 0.0}]) == ["false", "true"]


def make() -> tiny.Tiny:
    """Return a learner."""
    return tiny.Tiny()


class Trained(tiny.Tiny):
    """Its clones share what they learn."""

    def clone(self) -> "Trained":
        return self


class Same:
    """What river asks of a classifier; but its clone is itself."""

    def learn_one(self, x: object, y: object) -> None:
        """Learn nothing."""

    def predict_proba_one(self, x: object) -> dict[object, float]:
        """Know nothing."""
        return {}

    def clone(self) -> "Same":
        return self


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (7, "^model: is 7, must be a preset such as 'linear', a 'module:make', a section"),
        (object(), "^model: is an object of type object, must be a preset"),
        (linear_model.LinearRegression(), "^model LinearRegression: has no predict_proba_one; a"),
        (lambda: 1 / 0, "<lambda>, called without arguments, raised ZeroDivisionError"),
        (Trained(), "^model Trained: (its clone\\(\\) is trained|.*answer differently)"),
        (Same(), r"^model Same: its clone\(\) returns itself"),
    ],
)
def test_what_is_no_learner_is_told(model: object, message: str) -> None:
    """Before anything is decided."""
    with pytest.raises(ConfigError, match=message):
        Sampler(model=model)


def test_a_learner_without_members_cannot_disagree() -> None:
    """Its class is named, and no preset that nobody asked for; one with members may."""
    message = "needs a learner with predict_members, and LogisticRegression has none"
    with pytest.raises(ConfigError, match=message):
        Sampler(model=linear_model.LogisticRegression(), utility="disagreement")
    with pytest.raises(ConfigError, match=r"which model\.preset bayes is not"):
        Sampler(model="bayes", utility="disagreement")
    committee = Bagged(tiny.Tiny(), seed=1, members=3)
    sampler = Sampler(model=committee, utility="disagreement")
    again = Sampler.load(sampler.save(), model=committee)
    assert again.decide({"x": 1.0}) == sampler.decide({"x": 1.0})


def test_a_learner_that_is_handed_in_is_weighted() -> None:
    """`class_weights` are for it, too."""
    found = []
    for class_weights in (0.0, 1.0):
        sampler = Sampler(model=NaiveBayes("bayes", {}), class_weights=class_weights)
        for size, label in [(1.0, "often"), (4.0, "rare"), *[(2.0, "often")] * 6, (3.0, "rare")]:
            sampler.teach({"size": size}, label)
        found.append(sampler.predict_proba({"size": 2.7})["rare"])
    assert found[0] < found[1]


def test_what_is_handed_in_stays_as_it_is() -> None:
    """Clones learn; the object does not."""
    learner = tiny.Tiny()
    Sampler(model=learner).teach({"x": 1.0}, "a")
    assert learner.classes == ()


def test_the_clock_counts_samples_or_is_another() -> None:
    """A sample lasts a second, unless somebody else tells the time."""
    counted = Sampler().decide_many([{"x": 1.0}] * 4)
    assert [one.decided_at for one in counted] == [0, 1000, 2000, 3000]
    assert Sampler(clock=lambda: 77).decide({"x": 1.0}).decided_at == 77
    assert Sampler(clock="wall").decide({"x": 1.0}).decided_at > 10**12
    with pytest.raises(UsageError, match="clock='sun': is 'samples', 'wall', or a function"):
        Sampler(clock="sun")  # type: ignore[arg-type]


def test_requests_expire_by_the_clock() -> None:
    """So many samples later, or so much time."""
    now = [0]
    sampler = Sampler(clock=lambda: now[0], requests={"expire_after": "10s"}, budget=1.0)
    sampler.decide({"x": 1.0})
    now[0] = 10_001
    decision = sampler.decide({"x": 2.0})
    assert [one.source.offset for one in sampler.requests] == [1]
    assert isinstance(decision.ledger, Stamp)
