"""The comparison is fair: same rows, same answers, nobody sees a label early."""

import doctest
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

from benchmarks.selection.arms import DEFAULT, FULL, HEAD, RANDOM
from benchmarks.selection.cache import Cache
from benchmarks.selection.cell import Cell
from benchmarks.selection.grid import Size, at_its_spend
from benchmarks.selection.outcome import Outcome
from benchmarks.selection.page import BEGIN, END, between
from benchmarks.selection.parts import report, studied
from benchmarks.selection.run import run
from benchmarks.selection.stream import stream

ROWS = 300
RIVAL = "VariableUncertainty + 20"
CELL = Cell("synth_agrawal", "linear", DEFAULT, 0.1, ROWS)


def _as(arm: str, **fields: float) -> Cell:
    return msgspec.structs.replace(CELL, arm=arm, **fields)


def _untimed(outcome: Outcome) -> Outcome:
    return msgspec.structs.replace(outcome, micros=0.0)


@pytest.mark.parametrize("arm", [DEFAULT, RANDOM, RIVAL, "Split + 20", "EntropySampler(3) + 20"])
def test_a_run_repeats_to_the_last_bit(arm: str) -> None:
    """The same cell gives the same figures, whatever ran before it."""
    cell = _as(arm, never=0.1, delay=10)
    assert _untimed(run(cell)) == _untimed(run(cell))


@pytest.mark.parametrize("arm", [DEFAULT, RIVAL, FULL])
def test_no_label_comes_before_its_time(arm: str) -> None:
    """Where labels come after the end of the stream, nothing is ever predicted."""
    assert run(_as(arm, delay=ROWS)).accuracy[0] == 0.0


@pytest.mark.parametrize("arm", [DEFAULT, RIVAL])
def test_what_is_never_answered_is_never_learned(arm: str) -> None:
    """A contender whose requests nobody answers knows nothing, and has spent all the same."""
    outcome = run(_as(arm, never=1.0))
    assert (outcome.accuracy[0], outcome.spent >= HEAD) == (0.0, True)


def test_a_delay_costs() -> None:
    """Labels that come a hundred rows late leave the first hundred rows without any."""
    late, prompt = run(_as(FULL, delay=100)), run(_as(FULL))
    assert late.blocks[:6] == [0.0] * 6
    assert prompt.blocks[5] > 0.0


@pytest.mark.parametrize("budget", [0.01, 0.1, 0.2])
def test_ours_holds_the_budget_at_every_prefix(budget: float) -> None:
    """No prefix has more requests than burst + rate * n."""
    outcome = run(_as(DEFAULT, budget=budget))
    assert outcome.over_burst == 0.0
    assert outcome.spent > HEAD


def test_the_burst_of_a_rival_is_asked_first() -> None:
    """What is named + 20 asks about the first 20 rows, as many as ours may ask ahead."""
    warm, cold = run(_as(RIVAL)), run(_as(RIVAL.removesuffix(" + 20")))
    assert warm.first == 0
    assert warm.over_line >= HEAD * (1 - 0.1)
    assert cold.over_line < HEAD * (1 - 0.1)


@pytest.mark.parametrize("arm", [RIVAL, "FixedUncertainty + 20", "EntropySampler(3) + 20"])
def test_ours_beside_a_rival_spends_no_more(arm: str) -> None:
    """Ours at a rival's spend never has a label more than it."""
    cell = _as(arm)
    outcome = run(cell)
    assert run(at_its_spend(cell, outcome)).spent <= outcome.spent


def test_junk_is_a_tenth_and_the_same_for_everyone() -> None:
    """Junk comes at the same places with the same values, has no label, and is no row of truth."""
    mixed, clean = stream(CELL.stream, ROWS, 0.1, 3), stream(CELL.stream, ROWS)
    share = mixed.labels.count(None) / len(mixed.labels)
    assert 0.05 < share < 0.15
    assert [label for label in mixed.labels if label is not None] == clean.labels
    stream.cache_clear()
    assert stream(CELL.stream, ROWS, 0.1, 3) == mixed


def test_junk_is_rejected_and_counts() -> None:
    """Requests for junk are spent; accuracy is over what has a label."""
    outcome = run(_as(RANDOM, junk=0.1, budget=0.5))
    assert 0.0 < outcome.junk < 0.3
    assert outcome.rows > ROWS


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    """What is in the cache is not run again, and a contender without dice only once."""
    cells = [_as(FULL, seed=seed, budget=budget) for seed in (0, 1) for budget in (0.1, 0.2)]
    first = Cache(tmp_path, 1).run(cells)
    kept = (tmp_path / "outcomes.jsonl").read_bytes()
    assert len(kept.splitlines()) == 1
    assert Cache(tmp_path, 1).run(cells) == first
    assert (tmp_path / "outcomes.jsonl").read_bytes() == kept


def test_the_short_run_reports_every_bar() -> None:
    """A run in small says of each bar what was seen, and holds the budget."""
    size = Size(("synth_led",), (), ROWS // 2, ROWS // 2, 1, 1, is_short=True)
    study = studied(size, Cache(None, 1), lambda _: None)
    sections = list(report(study))
    assert study.gates()[0].is_met
    assert all(bar.asks in sections[0] for bar in study.gates())
    assert len(study.gates()) > 10


@pytest.mark.parametrize(
    "module", ["area", "compare", "matrix", "moa", "page", "paired", "product", "score", "tables"]
)
def test_examples_run(module: str) -> None:
    """The examples in the comparison's own docstrings give what they say."""
    found = doctest.testmod(import_module(f"benchmarks.selection.{module}"))
    assert (found.failed, found.attempted > 0) == (0, True)


def test_the_page_has_a_place_for_the_report() -> None:
    """docs/selection.md has both markers, once and in order, and nothing else is touched."""
    page = Path(__file__).resolve().parents[2] / "docs" / "selection.md"
    text = page.read_text(encoding="utf-8")
    assert (text.count(BEGIN), text.count(END)) == (1, 1)
    made = between(text, "new")
    assert made.split(BEGIN)[0] == text.split(BEGIN)[0]
    assert made.split(END)[1] == text.split(END)[1]
