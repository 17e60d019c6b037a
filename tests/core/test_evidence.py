"""What audits are evidence of: a fair bet, honest bounds, and each label only where it speaks."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamal.core.audits import Audits, rounded
from streamal.core.draw import draw
from streamal.core.evidence import evidence, missing, wilson

CONFIDENCES = st.floats(0.0, 1.0)


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
