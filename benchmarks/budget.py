"""The whole grid of the budget's law, as tables of docs/budget.md.

Every budget with every shape of utilities, 1, 4 and 12 partitions, batches of 1, 64
and 500: for `rank` all of it, for the other policies three cuts of the stream. Run it
by hand: `python -m benchmarks.budget` prints the tables, `--write` puts them into
docs/budget.md. It takes a few minutes and exits 1 if any prefix is overspent.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from time import process_time
from typing import NamedTuple

from benchmarks.report import machine
from streamal.core.policies import POLICIES, PolicySpec
from tests.core.harness import BATCHES, BUDGETS, PARTITIONS, SHAPES, Case, Run, run

PAGE = Path(__file__).resolve().parents[1] / "docs" / "budget.md"
BEGIN, END = "<!-- grid: begin -->", "<!-- grid: end -->"

CUTS = list(product(PARTITIONS, BATCHES))
FEW_CUTS = [(1, 1), (4, 64), (12, 500)]
RANK_HEAD = (
    "| budget (allowed) | least spent / allowed | labels short at most | misses (of 63) "
    "| falling: misses (of 9), short at most | candidates a label: uniform, most "
    "| pace records at most | worst prefix excess |"
)
OTHERS_HEAD = "| policy | worst prefix excess | spent / allowed: least, median |"


class Cell(NamedTuple):
    """One case and what came of it."""

    case: Case
    result: Run


def cells(kind: str, budget: str, cuts: Sequence[tuple[int, int]]) -> list[Cell]:
    """Run a policy and a budget with every shape and cut."""
    policy = PolicySpec(kind=kind)
    cases = [Case(budget, shape, *cut, policy) for shape, cut in product(SHAPES, cuts)]
    return [Cell(case, run(case)) for case in cases]


def rank_row(budget: str, found: Sequence[Cell]) -> str:
    """Return a budget's row of the table of `rank`."""
    steady = [cell.result for cell in found if cell.case.shape != "falling"]
    falling = [cell.result for cell in found if cell.case.shape == "falling"]
    narrow = [cell for cell in found if (cell.case.partitions, cell.case.batch) == (1, 1)]
    uniform = next(cell.result for cell in narrow if cell.case.shape == "uniform")
    most = max(_candidates(cell.result) for cell in narrow)
    paces = max(cell.result.paces for cell in narrow)
    return (
        f"| {budget} ({uniform.allowed}) | {min(one.part for one in steady):.3f} "
        f"| {max(one.short for one in steady)} | {_misses(steady)} "
        f"| {_misses(falling)}, {max(one.short for one in falling)} "
        f"| {_candidates(uniform):.1f}, {most:.1f} | {paces} | {_excess(found)} |"
    )


def _misses(results: Sequence[Run]) -> int:
    return sum(not one.is_spent for one in results)


def _candidates(result: Run) -> float:
    return result.candidates / max(len(result.requests), 1)


def _excess(found: Sequence[Cell]) -> str:
    worst = max(cell.result.excess for cell in found)
    return "0" if worst <= 0 else f"**{float(worst):g}**"


def others_row(kind: str, found: Sequence[Cell]) -> str:
    """Return a policy's row of the table of the other policies."""
    parts = sorted(cell.result.part for cell in found)
    return f"| `{kind}` | {_excess(found)} | {parts[0]:.2f}, {parts[len(parts) // 2]:.2f} |"


def report() -> Iterator[str]:
    """Yield the lines of both tables, each as soon as it is known."""
    began, count, is_held = process_time(), 0, True
    yield from (RANK_HEAD, _rule(RANK_HEAD))
    for budget in BUDGETS:
        found = cells("rank", budget, CUTS)
        count, is_held = count + len(found), is_held and _excess(found) == "0"
        yield rank_row(budget, found)
    yield from ("", OTHERS_HEAD, _rule(OTHERS_HEAD))
    for kind in POLICIES:
        found = [cell for budget in BUDGETS for cell in cells(kind, budget, FEW_CUTS)]
        count, is_held = count + len(found), is_held and _excess(found) == "0"
        yield others_row(kind, found)
    yield from ("", _signed(count, process_time() - began, is_held))


def _rule(head: str) -> str:
    return "|---" * (head.count("|") - 1) + "|"


def _signed(count: int, seconds: float, is_held: bool) -> str:
    verdict = "No prefix of any run was overspent" if is_held else "**A prefix was overspent**"
    return f"{verdict}: {count} runs in {seconds:.0f} s of one core ({machine().strip()})."


def write(lines: Sequence[str]) -> None:
    """Put the tables between the markers of docs/budget.md."""
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text("\n".join([head + BEGIN, *lines, END + tail]), encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Print the tables; with `--write` put them into the page."""
    lines = []
    for line in report():
        print(line, flush=True)
        lines.append(line)
    if "--write" in arguments:
        write(lines)
    return int(any("**" in line for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
