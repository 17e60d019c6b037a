"""The ledger under a million random orders of events, each step counted again.

    make bench BENCH=labels                        # 20,000 orders
    python -m benchmarks.labels --orders 1000000 --write    # into docs/labels.md
    python -m benchmarks.labels --from 4711 --orders 1

An order is made of its number alone: some requests under one to three limits, with one
to three annotators each, refunds, prices and second attempts; answers come late, twice,
otherwise, out of order, from the wrong people or never. Independent books in whole
numbers (tests/core/books.py) are compared at each step. An order that does not add up is
named, and the exit code is 1.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import process_time

from benchmarks.report import machine, table
from tests.core.orders import run

ANSWERS = ("learned", "voted", "corrected", "skipped", "unknown", "rejected", "retracted")
OTHERS = ("disagreed", "expired", "refunded", "restored")
REFUSED = ("duplicate", "late", "unmatched", "unsolicited", "invalid")
KINDS = ("rate", "count", "window", "cost", "1 annotators", "2 annotators", "3 annotators")
EVERY = 50_000
PAGE = Path(__file__).resolve().parents[1] / "docs" / "labels.md"
BEGIN, END = "<!-- orders: begin -->", "<!-- orders: end -->"


def arguments(given: Sequence[str]) -> Namespace:
    """Return what was asked for."""
    parser = ArgumentParser(prog="benchmarks.labels")
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    return parser.parse_args(given)


def wrong(number: int, counts: Counter[str]) -> str | None:
    """Run one order; return what does not add up."""
    try:
        run(number, counts)
    except (AssertionError, LookupError) as error:
        return f"order {number}: {type(error).__name__} {error}"
    return None


def report(counts: Counter[str], orders: int, seconds: float) -> str:
    """Return what happened in all orders."""
    groups = (("answers", ANSWERS), ("requests", OTHERS), ("refused", REFUSED), ("orders", KINDS))
    rows = [
        (title, ", ".join(f"{name} {counts[name]:,}" for name in names)) for title, names in groups
    ]
    head = f"{orders:,} orders, {counts['events']:,} events, {counts['steps']:,} steps"
    took = f"{seconds:.0f} s of one core ({machine().strip()})"
    return f"{table(('what', 'how many'), rows)}\n\n{head}, {took}."


def write(text: str) -> None:
    """Put the report between the markers of docs/labels.md."""
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def main(given: Sequence[str] = ()) -> int:
    """Run orders; print what they came to."""
    asked, counts, faults = arguments(given), Counter[str](), list[str]()
    began = process_time()
    for done in range(asked.orders):
        fault = wrong(asked.first + done, counts)
        if fault:
            faults.append(fault)
            print(fault, flush=True)
        if done % EVERY == EVERY - 1:
            print(f"{done + 1:,} orders, {len(faults)} wrong", file=sys.stderr, flush=True)
    verdict = (
        f"**{len(faults)} orders do not add up.**"
        if faults
        else "Charged is at most allowed at every step; at the end it is what was settled and "
        "what was given back; nothing is held, nothing is kept: 0 leaks."
    )
    text = f"{report(counts, asked.orders, process_time() - began)} {verdict}"
    print(text)
    if asked.write:
        write(text)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
