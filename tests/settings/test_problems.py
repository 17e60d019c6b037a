"""What is wrong with a configuration is told in plain words."""

import pytest

from tests.settings.trees import wrong

NAME = "name of letters, digits, dots, dashes and underscores"
AUTO_KEYS = "threshold, target_precision, audit, strict"
TOO_HIGH = (
    "above 0.98 only with `strict: true`: the 400 audits that are looked back at can prove no more"
)
UNPROMISED = "needs auto_label.target_precision, for there are no audits without a promise"
RANGE = "must be between 0 and 1 (not 0)"


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        ({"polcy": {}}, "polcy: unknown key; did you mean policy?"),
        (
            {"broker": {"kind": "kafak", "client": "x"}},
            "broker.kind: is 'kafak', unknown; did you mean kafka?",
        ),
        (
            {"broker": {"kind": "rabbit"}},
            "broker.kind: is 'rabbit', unknown; known kinds: sqlite, kafka",
        ),
        ({"broker": {"path": ""}}, "broker.path: is '', must be text"),
        (
            {"topics": {"labels": "samples"}},
            "topics: samples and labels cannot both be the topic samples",
        ),
        (
            {"topics": {"prefix": "a/"}},
            "topics.prefix: is 'a/', must be a " + NAME,
        ),
        (
            {"topics": {"prefix": "x" * 245}},
            "topics: samples with its prefix is longer than 249 characters",
        ),
        (
            {"topics": {"partitions": 0}},
            "topics.partitions: is 0, must be a whole number, at least 1",
        ),
        (
            {"samples": {"features": ["a"], "exclude": ["b"]}},
            'samples: exclude is only for features: "*"; leave the field out of the list',
        ),
        (
            {"samples": {"types": {"a": "string"}}},
            "samples.types.a: is 'string', must be one of number, category, text",
        ),
        (
            {"model": {"preset": "lineal"}},
            (
                "model.preset: is 'lineal', must be one of auto, linear, bayes, tree, "
                "forest, committee, ensemble, text or null"
            ),
        ),
        (
            {"model": {"preset": "auto", "factory": "a:b"}},
            "model: needs a preset or a factory, and not both",
        ),
        ({"model": {"preset": None}}, "model: needs a preset or a factory, and not both"),
        (
            {"model": {"factory": "a.b"}},
            "model.factory: is 'a.b', must be a place like package.module:make or null",
        ),
        (
            {"model": {"classes": [1, "1"]}},
            "model: classes has 1 twice ('1' and 1 are one class)",
        ),
        ({"model": {"classes": ["a"]}}, "model.classes: must have at least 2 items"),
        (
            {"model": {"classes": ["a", None]}},
            "model.classes[1]: null cannot be a label; a string, a number or a boolean can",
        ),
        (
            {"model": {"seed": -1}},
            "model.seed: is -1, must be a whole number between 0 and 4294967295",
        ),
        (
            {"policy": {"kind": "bandit"}},
            (
                "policy.kind: is 'bandit', unknown; known kinds: rank, auto, fixed, variable, "
                "randomised, split, random, periodic, pool"
            ),
        ),
        ({"policy": {"kind": "fixd"}}, "policy.kind: is 'fixd', unknown; did you mean fixed?"),
        ({"policy": {"kind": "fixed"}}, f"policy.threshold: is missing, {RANGE}"),
        ({"policy": {"threshold": 0.8}}, "policy.threshold: only goes with fixed"),
        (
            {"policy": {"kind": "fixed", "threshold": 0.5, "treshold": 1}},
            "policy.treshold: unknown key; did you mean threshold?",
        ),
        (
            {"policy": {"utility": "disagreement"}},
            (
                "policy.utility: disagreement needs a model with several members, which "
                "model.preset auto is not; committee and ensemble are"
            ),
        ),
        (
            {"policy": {"exploration": True}},
            "policy.exploration: is true, must be between 0 and 1",
        ),
        (
            {"policy": {"exploration": float("nan")}},
            "policy.exploration: is .nan, must be between 0 and 1",
        ),
        ({"policy": {"window": 0}}, "policy.window: is 0, must be a whole number, at least 1"),
        ({"policy": []}, "policy: is [], must be a map"),
        (
            {"auto_label": {"target": 0.95}},
            f"auto_label.target: unknown key; known keys: {AUTO_KEYS}",
        ),
        (
            {"auto_label": {"target_precision": 1.0}},
            "auto_label.target_precision: is 1.0, must be between 0.5 and 0.999 (not 0.5) or null",
        ),
        (
            {"auto_label": {"target_precision": 0.985}},
            f"auto_label.target_precision: {TOO_HIGH}",
        ),
        (
            {"auto_label": {"strict": True}},
            f"auto_label.strict: {UNPROMISED}",
        ),
        (
            {"auto_label": {"threshold": 0}},
            f"auto_label.threshold: is 0, {RANGE} or off or null",
        ),
        ({"auto_label": "on"}, "auto_label: is 'on', must be a map or off"),
        ({"budget": []}, "budget: must have at least 1 item"),
        ({"budget": {"rate": 0.1}}, "budget: is {rate: 0.1}, must be a list"),
        ({"budget": [{"rate": 2.0}]}, f"budget[0].rate: is 2.0, {RANGE}"),
        (
            {"budget": [{"rate": 0.1, "count": 5}]},
            "budget[0]: must have exactly one of count, rate, window, cost",
        ),
        ({"budget": [{}]}, "budget[0]: must have exactly one of count, rate, window, cost"),
        ({"budget": [5]}, "budget[0]: is 5, must be a map"),
        ({"budget": [{"rate": 0.1, "over": 5}]}, "budget[0].over: only goes with count or cost"),
        (
            {"budget": [{"count": 1.5}]},
            "budget[0].count: is 1.5, must be a whole number, at least 1",
        ),
        (
            {"budget": [{"cost": 1, "per_label": 2}]},
            "budget[0]: cost is 1.0, less than one label at 2.0",
        ),
        (
            {"budget": [{"cost": 1, "per_label": {"a": 0}}]},
            "budget[0]: per_label needs a price above 0",
        ),
        (
            {"budget": [{"cost": 1, "per_label": {"a": -1}}]},
            "budget[0].per_label.a: is -1, must be a number, at least 0",
        ),
        (
            {"budget": [{"window": {"count": 1, "every": "daily"}}]},
            (
                "budget[0].window.every: is 'daily', must be a duration such as 30d, 12h, "
                "30s, 1500ms, or a number of seconds"
            ),
        ),
        (
            {"requests": {"refund": ["late"]}},
            (
                "requests.refund[0]: is 'late', must be one of expired, skipped, rejected, "
                "unknown, retracted"
            ),
        ),
        (
            {"requests": {"max_ahead": 0}},
            "requests.max_ahead: is 0, must be a whole number, at least 1 or null",
        ),
        ({"labels": {"unsolicited": "yes"}}, "labels.unsolicited: is 'yes', must be true or false"),
        (
            {"http": {"port": 70_000}},
            "http.port: is 70000, must be a whole number between 0 and 65535",
        ),
    ],
)
def test_what_cannot_work_is_refused_in_plain_words(tree: dict[str, object], told: str) -> None:
    """Each error is one line: the key, what is wrong with it, and what would be right."""
    assert wrong(tree) == [told]


def test_a_long_value_is_cut_in_a_message() -> None:
    """A message stays readable when the value is not."""
    (told,) = wrong({"broker": {"path": ["x" * 1000]}})
    assert told.startswith("broker.path: is [xxx")
    assert len(told) < 110
