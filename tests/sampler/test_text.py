"""Strings that cannot be written down are refused where they come in, not when all is saved."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from streamal import Sampler, Unusable
from streamal.errors import ConfigError

HALF = "\ud800"
Use = Callable[[Sampler], object]


@pytest.mark.parametrize(
    "use",
    [
        lambda one: one.decide({"x": 1.0, "b": HALF}),
        lambda one: one.decide({"x": 1.0, "b": np.str_(HALF)}),
        lambda one: one.decide({HALF: 1.0}),
        lambda one: one.predict([{"x": 1.0, HALF: 1.0}]),
        lambda one: one.decide({"x": 1.0}, id=HALF),
        lambda one: one.decide({"x": 1.0, "id": HALF}),
        lambda one: one.decide_many([{"x": 1.0}], ids=[HALF]),
        lambda one: one.teach({"x": 1.0}, HALF),
        lambda one: one.teach({"x": 1.0}, np.str_(HALF)),
        lambda one: one.teach([{"x": 1.0}], [HALF]),
        lambda one: one.teach({"x": 1.0}, "a", annotator=HALF),
        lambda one: one.teach([{"x": 1.0}], ["a"], annotator=HALF),
    ],
)
def test_half_of_a_surrogate_pair_is_refused(use: Use) -> None:
    """In a value, a name, an id, a label, an annotator; the sampler is as it was."""
    sampler = Sampler()
    before = sampler.save()
    with pytest.raises(Unusable, match=r"'\\ud800' holds half of a surrogate pair") as caught:
        use(sampler)
    assert caught.value.reason == "invalid"
    assert sampler.save() == before


def test_a_class_is_a_text() -> None:
    """Settings are saved too."""
    with pytest.raises(ConfigError, match=r"model: holds .* half of a surrogate pair"):
        Sampler(classes=[HALF, "b"])


def test_other_texts_are_kept() -> None:
    """Whatever alphabet they are of, and whatever class of strings."""
    sampler = Sampler()
    request = sampler.decide({"größe": 1.0, np.str_("色"): np.str_("赤")}, id="ключ")
    sampler.teach(request, np.str_("été"), annotator="😀")
    again = Sampler.load(sampler.save())
    assert again.classes == ("été",)
    assert again.save() == sampler.save()


@pytest.mark.parametrize(
    ("given", "kept"), [(5, "5"), (np.int64(5), "5"), (np.str_("ann"), "ann"), ("", "")]
)
def test_an_annotator_is_a_text(given: Any, kept: str) -> None:  # noqa: ANN401 - several kinds
    """However it was handed in, for one label and for several; so it can be loaded again."""
    sampler = Sampler()
    sampler.teach(sampler.decide({"x": 1.0}), "a", annotator=given)
    found = sampler.teach([{"x": 2.0}], ["b"], annotator=given)
    assert [one.annotator for one in found] == [kept]
    assert Sampler.load(sampler.save()).save() == sampler.save()


@pytest.mark.parametrize("given", [1.5, True, b"ann", ["ann"]])
def test_what_is_no_annotator_is_told(given: Any) -> None:  # noqa: ANN401 - anything
    """And nothing is learned."""
    sampler = Sampler()
    for target, label in (({"x": 1.0}, "a"), ([{"x": 1.0}], ["a"])):
        with pytest.raises(Unusable, match=r"annotator .* a string or an integer is needed"):
            sampler.teach(target, label, annotator=given)
    assert sampler.classes == ()


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda one: one.predict(None), "a list or a table, not a NoneType"),
        (lambda one: one.predict_proba(5), "a list or a table, not a int"),
        (lambda one: one.decide_many(None), "a list or a table, not a NoneType"),
        (lambda one: one.decide_many([{"x": 1.0}], ids=5), "ids is 5; a list of 1 ids"),
        (lambda one: one.explain(5), "'5' is the id of no request"),
        (lambda one: one.explain(None), "id None is a NoneType"),
        (lambda one: one.explain(10**5000), "thousands of digits"),
        (lambda one: one.decide({"x": 1.0, "id": 10**5000}), "thousands of digits"),
        (lambda one: one.query([{"x": 1.0}], np.array([1, 2])), r"n is array\(\[1, 2\]\)"),
        (lambda one: one.query([{"x": 1.0}], -(10**5000)), "n is far below 0"),
        (lambda one: one.query([{"x": 1.0}], True), "n is True"),
        (lambda one: one.query([{"x": 1.0}], 1.5), "n is 1.5"),
    ],
)
def test_what_is_of_no_use_is_told(use: Callable[[Any], object], message: str) -> None:
    """By an error of streamal, never one of Python."""
    with pytest.raises(Unusable, match=message):
        use(Sampler())


def test_more_rows_than_there_are_is_all_of_them() -> None:
    """Whatever the number."""
    assert Sampler().query([{"x": 1.0}], 10**5000) == [0]
