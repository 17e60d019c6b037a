"""The certificate: earned by audits, held by them, lost by them."""

from math import exp, log

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.core.audits import Audits, rounded
from streamal.core.breaker import FIRES, Breaker
from streamal.core.certifier import (
    ALERT,
    DELTA,
    WINDOW,
    Certifier,
    CertifierState,
    TargetSpec,
)
from streamal.core.draw import draw
from streamal.core.estimate import bin_of
from streamal.core.evidence import evidence, missing, surplus_target, wilson
from streamal.core.tally import BARS, Tally
from streamal.core.terms import EVERY, Terms

CONFIDENCES = st.floats(0.0, 1.0)


def _certifier(target: float = 0.95, strict: bool = False) -> Certifier:
    found = Certifier(TargetSpec(target, strict=strict), CertifierState(), ["a"])
    found.due(0.1, 1)
    return found


def _feed(certifier: Certifier, labels: int, right: bool = True, since: int = 0) -> list[str]:
    """Give it uniform labels of one confidence; return why terms were told."""
    told = []
    for i in range(labels):
        certifier.see(bin_of(0.98), 10, 0.1)
        in_force = certifier.state.terms.bar("a") <= 0.98
        certifier.answer(0.98, 0.0, right, 0, in_force)
        found = certifier.due(0.1, since + i + 2)
        if found is not None:
            told.append(found.why)
    return told


def _prob(successes: int, n: int, p: float) -> float:
    """Return the binomial probability."""
    found = 1.0
    for i in range(successes):
        found *= (n - i) / (i + 1) * p
    return found * (1.0 - p) ** (n - successes)


@pytest.mark.parametrize("target", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("n", [1, 7, 60])
def test_evidence_is_worth_one_while_the_precision_is_on_target(target: float, n: int) -> None:
    """Over all outcomes at precision on target the mean of E is exactly 1: a fair bet."""
    errors = np.arange(n + 1.0)
    worth = np.exp(evidence(np.full(n + 1, float(n)), errors, target))
    mean = sum(_prob(int(e), n, 1.0 - target) * worth[int(e)] for e in errors)
    assert mean == pytest.approx(1.0, abs=1e-9)


def test_evidence_seldom_says_so_when_it_is_not() -> None:
    """However often one looks, E comes to 1/δ in at most δ of the streams on target."""
    found = 0
    for stream in range(300):
        errors = 0.0
        for n in range(1, 301):
            errors += draw(3, "error", f"{stream}/{n}") < 0.05
            if evidence(np.array([float(n)]), np.array([errors]), 0.95)[0] >= log(10.0):
                found += 1
                break
    assert 0 < found <= 0.1 * 300


@given(st.integers(0, 300), st.integers(0, 20), st.sampled_from([0.9, 0.95, 0.99]))
def test_what_is_missing_is_exactly_enough(audits: int, errors: int, target: float) -> None:
    """With so many more right audits there is a certificate, with one fewer there is none."""
    errors = min(errors, audits)
    lack = missing(audits, errors, target, log(10.0))

    def worth(more: int) -> float:
        pair = np.array([float(audits + more)]), np.array([float(errors)])
        return float(evidence(*pair, target)[0])

    assert worth(lack) >= log(10.0)
    assert lack == 0 or worth(lack - 1) < log(10.0)


@given(st.integers(1, 500), st.floats(0.0, 1.0), st.floats(0.1, 3.0))
def test_wilson_lies_around_the_share(total: int, part: float, z: float) -> None:
    """The interval is inside [0, 1], holds the share, and narrows with more labels."""
    right = float(round(part * total))
    low, high = wilson(right, float(total), z)
    assert -1e-9 <= low <= right / total + 1e-9
    assert right / total - 1e-9 <= high <= 1.0 + 1e-9
    low_more, high_more = wilson(4.0 * right, 4.0 * total, z)
    assert high_more - low_more <= high - low + 1e-12


@given(CONFIDENCES, CONFIDENCES)
def test_a_rounded_confidence_is_above_a_bar_exactly_where_it_is(one: float, bar: float) -> None:
    """Bars are rounded: a sample is at or above one where its rounded confidence is."""
    assert rounded(one) <= one
    assert (one >= rounded(bar)) == (rounded(one) >= rounded(bar))


@given(st.lists(st.tuples(CONFIDENCES, CONFIDENCES, st.booleans()), max_size=30))
def test_a_saved_window_counts_as_the_one_that_was_saved(
    labels: list[tuple[float, float, bool]],
) -> None:
    """Nothing of what is counted is lost by saving it."""
    audits = Audits(20)
    for confidence, drawn_from, right in labels:
        audits.add(confidence, drawn_from, right, 1)
    again = Audits(20, audits.save())
    bars = np.append(audits.grid(), 0.5)
    assert again.grid().tolist() == audits.grid().tolist()
    for one, other in zip(again.counts(bars), audits.counts(bars), strict=True):
        assert one.tolist() == other.tolist()
    assert len(again) == min(20, len(labels))


@given(
    st.lists(st.tuples(st.floats(0.01, 1.0), CONFIDENCES, st.booleans()), max_size=40),
    CONFIDENCES,
)
def test_a_label_speaks_only_where_it_was_drawn_uniformly(
    labels: list[tuple[float, float, bool]], bar: float
) -> None:
    """Counts are those of labels at or above a bar that were drawn from there or below."""
    audits, bar = Audits(100), rounded(bar)
    for confidence, drawn_from, right in labels:
        audits.add(confidence, drawn_from, right, 0)
    counted = [right for c, start, right in labels if rounded(start) <= bar <= rounded(c)]
    n, e = audits.counts(np.array([bar]))
    assert (n[0], e[0]) == (len(counted), counted.count(False))


def test_sixty_right_audits_earn_a_certificate() -> None:
    """At .95 and without an error the sixtieth uniform label earns it, and it says so."""
    certifier = _certifier()
    assert _feed(certifier, 59).count("earned") == 0
    assert not certifier.state.terms.bars
    assert _feed(certifier, 1, since=100) == ["earned"]
    assert certifier.state.terms.bar("any class") == rounded(0.98)
    assert certifier.state.terms.certificate == 102


def test_errors_lose_it() -> None:
    """A held certificate is lost once its lower bound falls under what is asked."""
    certifier = _certifier()
    _feed(certifier, 80)
    told = _feed(certifier, 6, right=False, since=200)
    assert "lost" in told or "breaker" in told
    assert not certifier.state.terms.bars


def test_the_breaker_fires_where_audits_contradict() -> None:
    """A collapse after a long good time fires within few audits, and all evidence is gone."""
    certifier = _certifier(0.9)
    certifier.state.audits, certifier.state.right = 1000, 1000  # a surplus keeps it in force
    _feed(certifier, WINDOW)
    fired = 0
    for _ in range(12):
        fired += certifier.answer(0.98, 0.0, False, 0, certifier.state.terms.bar("a") <= 0.98)
        if fired:
            break
        certifier.due(0.1, 9)
    assert fired == 1
    found = certifier.due(0.1, 10)
    assert found is not None
    assert (found.why, found.terms.bars, found.audits) == ("breaker", {}, 0)
    assert len(certifier.state.window) == 0


@pytest.mark.parametrize("target", [0.9, 0.95])
def test_a_breaker_is_a_fair_bet(target: float) -> None:
    """On target its fortune has no drift: it fires in a small part of long streams."""
    fired = 0
    for stream in range(40):
        breaker = Breaker(target, [0.0, 0.0, 0.0])
        fired += any(breaker.take(draw(5, "right", f"{stream}/{n}") < target) for n in range(1000))
    assert fired <= 8


def test_fortunes_that_were_left_go_on() -> None:
    """A breaker that is built on the fortunes of another fires where that one would have."""
    fortunes = [0.0, 0.0, 0.0]
    for _ in range(3):
        assert not Breaker(0.95, fortunes).take(right=False)
    assert Breaker(0.95, fortunes).take(right=False)
    assert sum(map(exp, fortunes)) / 3 >= FIRES


def test_audits_are_spread_by_the_coin() -> None:
    """The coin is the audits' part of the budget over the part of the samples audited."""
    certifier = _certifier()
    _feed(certifier, 30)
    assert certifier.mass(certifier.state.terms.audits_from("a")) == 1.0
    assert certifier.state.terms.coin == pytest.approx(0.2 * 0.1)


def test_an_error_in_force_raises_the_coin_for_some_audits() -> None:
    """After an error audits come eight times as often, until eight were drawn."""
    certifier = _certifier(0.9)
    _feed(certifier, 200)
    calm = certifier.state.terms.coin
    _feed(certifier, 1, right=False, since=300)
    assert certifier.state.terms.coin == pytest.approx(8 * calm)
    for _ in range(ALERT):
        certifier.pay()
    certifier.due(0.1, 999)
    assert certifier.state.terms.coin == pytest.approx(calm)


def test_spent_audits_are_not_drawn() -> None:
    """The bucket pays for each audit; while it is empty the coin is 0."""
    certifier = _certifier()
    drawn = 0
    while certifier.coin(0.5):
        certifier.pay()
        drawn += 1
    assert drawn == 5
    certifier.see(bin_of(0.98), 50, 0.1)
    assert certifier.coin(0.5) == 0.5


def test_saved_state_goes_on_as_the_one_that_was_saved() -> None:
    """A certifier that is built on another's state tells the same from then on."""
    one = _certifier(0.9)
    _feed(one, 45)
    one.see(bin_of(0.98), 700, 0.1)  # what moved since, and was too little to be told
    state = msgspec.json.decode(msgspec.json.encode(one.state), type=CertifierState)
    other = Certifier(TargetSpec(0.9), state, ["a"])
    assert one.due(0.1, 50) == other.due(0.1, 50)
    assert _feed(one, 40, since=50) == _feed(other, 40, since=50)
    assert one.state == other.state


@pytest.mark.parametrize("lead", [-30.0, 0.0, 30.0])
def test_a_debt_is_paid_back_and_a_surplus_spent(lead: float) -> None:
    """What is asked for is above the target after errors and below it after a good time."""
    asked = surplus_target(0.95, lead)
    assert 0.9 < asked < 1.0
    assert (asked > 0.95) == (lead < 0.0)


def test_strict_needs_more_and_forgets_nothing() -> None:
    """The union over thresholds needs more audits than one; none falls out of a window."""
    certifier, needed = _certifier(strict=True), missing(0, 0, 0.95, log(len(BARS) / DELTA))
    assert _feed(certifier, needed - 1).count("earned") == 0
    assert _feed(certifier, 1, since=500) == ["earned"]
    assert certifier.state.terms.bars[EVERY] in BARS.tolist()
    _feed(certifier, 2 * WINDOW, since=1000)
    assert Tally(certifier.state.window).counts(BARS)[0][0] == needed + 2 * WINDOW


def test_a_class_that_is_right_is_certified_by_itself() -> None:
    """Where one class is always right and the other a coin, only the one is labelled."""
    certifier = Certifier(TargetSpec(0.9), CertifierState(), ["ham", "spam"])
    for i in range(300):
        certifier.see(bin_of(0.98), 10, 0.1)
        label = i % 2
        certifier.answer(0.98, 0.0, label == 0 or i % 4 == 1, label, in_force=False)
        certifier.due(0.1, i + 2)
    terms = certifier.state.terms
    assert terms.bars == {"ham": rounded(0.98)}
    assert terms.bar("spam") == float("inf")


def test_terms_are_told_by_class() -> None:
    """A class that is named has its own bar, all others share one, and none is infinite."""
    terms = Terms({"spam": 0.99, EVERY: 0.9})
    assert (terms.bar("spam"), terms.bar("ham")) == (0.99, 0.9)
    assert terms.bar(None) == terms.audits_from("spam") == float("inf")
