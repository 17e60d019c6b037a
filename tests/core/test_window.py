"""The window ranks like a plain list of its last entries."""

from array import array
from binascii import a2b_base64

from hypothesis import given
from hypothesis import strategies as st

from streamal.core.window import Window
from tests.strategies import SHARES

TIED = st.sampled_from([0.0, 0.1, 0.1 + 1e-12, 0.5, 1.0])
ENTRIES = st.lists(st.tuples(SHARES | TIED, SHARES | TIED), max_size=60)
CAPACITIES = st.integers(1, 12)


def _rounded(entry: tuple[float, float]) -> tuple[float, ...]:
    return tuple(array("f", entry))


def _naive(entries: list[tuple[float, float]], capacity: int) -> list[float]:
    """Ranks by counting, with nothing kept but the list."""
    ranks, kept = [], [_rounded(entry) for entry in entries]
    for i, entry in enumerate(kept):
        last = kept[max(0, i - capacity) : i]
        ranks.append(sum(other > entry for other in last) / len(last) if last else 0.0)
    return ranks


@given(ENTRIES, CAPACITIES)
def test_a_rank_is_the_share_of_recent_entries_above(
    entries: list[tuple[float, float]], capacity: int
) -> None:
    """The sorted window gives what counting over the last W entries gives."""
    window = Window(capacity)
    assert [window.rank_and_insert(*entry) for entry in entries] == _naive(entries, capacity)
    assert len(window) == min(len(entries), capacity)


@given(ENTRIES, ENTRIES, CAPACITIES)
def test_a_saved_window_goes_on_as_if_nothing_had_happened(
    before: list[tuple[float, float]], after: list[tuple[float, float]], capacity: int
) -> None:
    """Saved and loaded, at any point, a window gives the ranks that it would have given."""
    window = Window(capacity)
    for entry in before:
        window.rank_and_insert(*entry)
    saved = window.save()
    loaded = Window.load(capacity, saved)
    assert loaded.save() == saved
    ranks = [window.rank_and_insert(*entry) for entry in after]
    assert [loaded.rank_and_insert(*entry) for entry in after] == ranks


@given(ENTRIES, CAPACITIES, CAPACITIES)
def test_a_smaller_window_keeps_the_newest(
    entries: list[tuple[float, float]], capacity: int, smaller: int
) -> None:
    """Loaded into another capacity, what is kept are the newest entries."""
    window, tail = Window(capacity), Window(smaller)
    for entry in entries:
        window.rank_and_insert(*entry)
    for entry in entries[-capacity:]:
        tail.rank_and_insert(*entry)
    assert Window.load(smaller, window.save()).save() == tail.save()


def test_equal_utilities_rank_by_their_tie() -> None:
    """Among equals the larger draw is better, and equal pairs are not above each other."""
    window = Window(4)
    ranks = [window.rank_and_insert(0.5, tie) for tie in (0.2, 0.8, 0.2, 0.5)]
    assert ranks == [0.0, 0.0, 0.5, 1 / 3]


@given(ENTRIES, CAPACITIES)
def test_a_saved_window_is_pairs_of_float32(
    entries: list[tuple[float, float]], capacity: int
) -> None:
    """What is saved are the last entries as they came, oldest first, in eight bytes each."""
    window = Window(capacity)
    for entry in entries:
        window.rank_and_insert(*entry)
    numbers = [number for entry in entries[-capacity:] for number in entry]
    assert a2b_base64(window.save()) == array("f", numbers).tobytes()
