"""What a sampler may be configured with, and what is said of the rest."""

from pathlib import Path
from typing import Any

import pytest
from river import linear_model, preprocessing

from streamal import Sampler
from streamal.core.records import Decision, Stamp
from streamal.errors import ConfigError, UsageError
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


@pytest.mark.parametrize(
    ("arguments", "sections", "message"),
    [
        ((), {"bugdet": 3}, r"bugdet: unknown keyword; did you mean budget\?"),
        ((), {"broker": {}}, "broker: a sampler works in this process and has no broker"),
        ((), {"budget": 1.5}, r"budget: is 1.5, must be a rate above 0 and at most 1.0"),
        ((), {"budget": 0}, r"budget\[0\].count: is 0, must be"),
        ((), {"budget": True}, "budget: is true, must be"),
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


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (7, r"returned a int without learn_one"),
        (lambda: 1 / 0, "called without arguments, raised ZeroDivisionError"),
        (Trained(), "its clone\\(\\) is trained|answer differently"),
    ],
)
def test_what_is_no_learner_is_told(model: object, message: str) -> None:
    """Before anything is decided."""
    with pytest.raises(ConfigError, match=message):
        Sampler(model=model)


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
