"""The certificate: earned by audits, held by them, lost by them."""

from math import exp, log

import msgspec
import pytest
from hypothesis import strategies as st

from streamal.core.audits import rounded
from streamal.core.breaker import FIRES, Breaker
from streamal.core.certifier import (
    ALERT,
    DELTA,
    WINDOW,
    Certifier,
    CertifierState,
)
from streamal.core.draw import draw
from streamal.core.estimate import bin_of
from streamal.core.evidence import missing, surplus_target
from streamal.core.tally import BARS, Tally
from streamal.core.target import TargetSpec
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


@pytest.mark.parametrize("meanwhile", [None, 0.8, "strict"])
def test_what_was_counted_under_another_promise_proves_nothing(meanwhile: object) -> None:
    """After another target, or none, all has to be earned anew, and no bar is held."""
    certifier = _certifier(0.9)
    _feed(certifier, 100)
    assert certifier.state.terms.bars
    state = certifier.state
    if meanwhile is None:
        state.target = None
    else:
        spec = TargetSpec(0.8) if meanwhile == 0.8 else TargetSpec(0.9, strict=True)
        state = Certifier(spec, state, ["a"]).state
    found = Certifier(TargetSpec(0.9), state, ["a"]).due(0.1, 500)
    assert found is not None
    assert (found.terms.bars, found.audits) == ({}, 0)


def test_a_threshold_that_was_configured_is_no_certificate() -> None:
    """A bar without the record that earned it is not held, whatever the labels say."""
    certifier = _certifier(0.9)
    certifier.state.terms = Terms({EVERY: 0.5})
    for i in range(20):
        certifier.answer(0.98, 0.0, True, 0, in_force=True)
        certifier.due(0.1, i + 2)
    assert not certifier.state.terms.bars


def test_a_class_that_is_called_like_all_others_has_no_bar_of_its_own() -> None:
    """A bar of the class ``*`` would hold for every class."""
    certifier = Certifier(TargetSpec(0.9), CertifierState(), ["*", "b"])
    for i in range(300):
        certifier.see(bin_of(0.98), 10, 0.1)
        certifier.answer(0.98, 0.0, i % 2 == 0, i % 2, in_force=False)
        certifier.due(0.1, i + 2)
    assert not certifier.state.terms.bars


def test_terms_are_told_by_class() -> None:
    """A class that is named has its own bar, all others share one, and none is infinite."""
    terms = Terms({"spam": 0.99, EVERY: 0.9})
    assert (terms.bar("spam"), terms.bar("ham")) == (0.99, 0.9)
    assert terms.bar(None) == terms.audits_from("spam") == float("inf")
