"""Keyed draws: uniform, and a function of their arguments alone."""

from collections import Counter
from math import sqrt

from hypothesis import given
from hypothesis import strategies as st

from streamal.core.draw import draw, draws, rest_of

SEEDS = st.integers(-(2**63), 2**63)


@given(SEEDS, st.text(), st.integers(0, 2**40))
def test_a_draw_is_in_the_half_open_unit_interval(seed: int, purpose: str, offset: int) -> None:
    """No arguments give a number below 0 or one that reaches 1."""
    assert 0.0 <= draw(seed, purpose, f"samples/0/{offset}") < 1.0


def test_draws_are_uniform() -> None:
    """Over 20 seeds the chi-square statistic of 100 cells stays near its expectation, 99."""
    for seed in range(20):
        cells = Counter(int(100 * draw(seed, "ask", f"samples/0/{i}")) for i in range(5000))
        statistic = sum((cells[cell] - 50) ** 2 / 50 for cell in range(100))
        assert abs(statistic - 99) < 4 * sqrt(2 * 99)


def test_purposes_are_independent() -> None:
    """The draws of two purposes of the same samples do not correlate."""
    pairs = [(draw(7, "ask", str(i)), draw(7, "tie", str(i))) for i in range(5000)]
    covariance = sum((a - 0.5) * (b - 0.5) for a, b in pairs) / len(pairs)
    assert abs(covariance) * 12 < 4 / sqrt(len(pairs))


def test_a_draw_depends_on_each_argument() -> None:
    """Another seed, another purpose or another source give another number."""
    base = draw(7, "ask", "samples/0/1")
    others = [draw(8, "ask", "samples/0/1"), draw(7, "tie", "samples/0/1")]
    others += [draw(7, "ask", "samples/1/1"), draw(7, "ask", "samples/0/11")]
    assert len({base, *others}) == 5


@given(SEEDS, st.text(), st.text())
def test_a_beginning_that_is_shared_changes_nothing(seed: int, purpose: str, source: str) -> None:
    """One source after the other, drawn from one beginning, each has its own number."""
    begun = draws(seed, purpose)
    assert [begun(source), begun("a"), begun(source)] == [
        draw(seed, purpose, one) for one in (source, "a", source)
    ]


def test_the_rest_of_a_draw_is_another_one() -> None:
    """It is uniform, and does not go with the draw that it is left of."""
    drawn = [draw(7, "ask", str(i)) for i in range(5000)]
    rests = [rest_of(one) for one in drawn]
    cells = Counter(int(100 * rest) for rest in rests)
    assert abs(sum((cells[cell] - 50) ** 2 / 50 for cell in range(100)) - 99) < 4 * sqrt(2 * 99)
    covariance = sum((a - 0.5) * (b - 0.5) for a, b in zip(drawn, rests, strict=True)) / 5000
    assert abs(covariance) * 12 < 4 / sqrt(5000)


def test_a_draw_never_changes() -> None:
    """Logs of old versions can be recomputed: these numbers are fixed for ever."""
    assert draw(7, "ask", "samples/0/1") == 0.6714198368283588
