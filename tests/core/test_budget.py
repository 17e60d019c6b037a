"""The budget's law: no prefix is overspent, and what is affordable is spent.

A spread sample of the grid of docs/budget.md; `benchmarks/budget.py` runs all of it.
"""

from collections.abc import Iterator
from itertools import cycle, product

import pytest

from streamal.core.policies import PolicySpec
from tests.core.harness import BATCHES, BUDGETS, PARTITIONS, SHAPES, Case, run

CUTS = list(product(PARTITIONS, BATCHES))
OTHERS = ("fixed", "variable", "randomised", "split", "random", "periodic")
# Where laws that were tried before this one missed: few labels, long lulls, wide rounds.
HARD = [
    Case(f"rate {rate}", shape, 12, 64)
    for rate in (".005", ".01", ".02")
    for shape in ("bimodal", "bursty")
]
STEADY = sorted(set(SHAPES) - {"falling"})


def _rank_cases() -> list[Case]:
    """Every budget with every shape, each time cut in another way."""
    cuts = cycle([*CUTS, CUTS[4]])
    spread = [Case(budget, shape, *next(cuts)) for budget, shape in product(BUDGETS, STEADY)]
    return [*spread, *(case for case in HARD if case not in spread)]


def _falling_cases() -> Iterator[Case]:
    cuts = cycle(CUTS[::2])
    for budget in BUDGETS:
        yield Case(budget, "falling", *next(cuts))


def _other_cases() -> Iterator[Case]:
    """Every other policy with every budget, each time another shape and cut."""
    shapes, cuts = cycle(SHAPES), cycle(CUTS)
    for kind, budget in product(OTHERS, BUDGETS):
        yield Case(budget, next(shapes), *next(cuts), PolicySpec(kind=kind))


def _name(case: Case) -> str:
    budget = case.budget.replace(" ", "-").replace(",", "")
    return f"{case.policy.kind}-{budget}-{case.shape}-{case.partitions}x{case.batch}"


@pytest.mark.parametrize("case", _rank_cases(), ids=_name)
def test_rank_spends_the_budget_and_never_more(case: Case) -> None:
    """No prefix is overspent, and 98.5 % of the labels, or all but one, are asked for."""
    result = run(case)
    assert result.excess <= 0
    assert result.is_spent, f"{len(result.requests)} of {result.allowed}"


@pytest.mark.parametrize("case", [*_falling_cases()], ids=_name)
def test_falling_utilities_are_never_overspent(case: Case) -> None:
    """Where every sample is the worst so far, uniform draws still spend nearly all."""
    result = run(case)
    assert result.excess <= 0
    assert result.part >= 0.94


@pytest.mark.parametrize("case", [*_other_cases()], ids=_name)
def test_no_policy_overspends(case: Case) -> None:
    """Whatever a policy wants, no prefix of the requests is above any limit."""
    result = run(case)
    assert result.excess <= 0
    assert result.requests


@pytest.mark.parametrize("budget", ["rate .1", "count 500 over"])
@pytest.mark.parametrize("kind", ["random", "periodic"])
def test_policies_that_ask_evenly_spend_the_budget(kind: str, budget: str) -> None:
    """Uniform and periodic asking follow the pace, so they spend what is affordable."""
    result = run(Case(budget, "uniform", 4, 64, PolicySpec(kind=kind)))
    assert result.part >= 0.97


def test_the_same_stream_gives_the_same_requests() -> None:
    """Nothing but the arguments decides: two runs of one case write the same."""
    case = Case("rate .02", "bursty", 4, 64)
    assert run(case).requests == run(case).requests
