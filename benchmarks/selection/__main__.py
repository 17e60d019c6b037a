"""Ours against the field: budgets held, accuracy won, what a decision costs.

    make bench-selection                       # the streams that river brings along and makes
    make bench-selection DATA=FOLDER           # and every CSV of a folder
    python -m benchmarks.selection --short     # a minute: what CI runs
    python -m benchmarks.selection --cache FOLDER --write   # goes on where it was stopped

Prints tables in Markdown; `--write` puts them and the curves into docs/selection.md. It
exits 1 where a prefix of ours is overspent, and with `--strict` where any bar is missed.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.report import machine
from benchmarks.selection.cache import Cache
from benchmarks.selection.grid import Size
from benchmarks.selection.moa import compared, jars
from benchmarks.selection.page import write
from benchmarks.selection.parts import Study, report, studied
from benchmarks.selection.stream import names, stream

PEEK = 2
SHORT_ROWS = 800
SHORT_STREAMS = ("bananas", "synth_agrawal", "synth_led")


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser("benchmarks.selection", description=__doc__)
    parser.add_argument("--short", action="store_true", help="three streams, a minute")
    parser.add_argument("--write", action="store_true", help="put it into docs/selection.md")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a bar is missed")
    parser.add_argument("--rows", type=int, default=6_000, help="the first so many of each stream")
    parser.add_argument("--seeds", type=int, default=5, help="seeds of ours and random")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--cache", type=Path, help="a folder that keeps outcomes")
    parser.add_argument("--moa", type=Path, help="a folder for MOA's jars; needs Java and Maven")
    parser.add_argument("--streams", nargs="*", help="only these")
    return parser.parse_args(arguments)


def size_of(asked: argparse.Namespace) -> Size:
    """Return how much of everything is run."""
    chosen = asked.streams or (SHORT_STREAMS if asked.short else names())
    is_text = {name: stream(name, PEEK).is_text for name in chosen}
    tabular = [name for name in chosen if not is_text[name]]
    if asked.short:
        return Size(tabular, (), SHORT_ROWS, SHORT_ROWS, 1, 1, is_short=True)
    texts = [name for name in chosen if is_text[name]]
    return Size(tabular, texts, asked.rows, seeds=asked.seeds, few=min(2, asked.seeds))


def main(arguments: Sequence[str]) -> int:
    """Run all parts, print the tables, perhaps write the page."""
    asked = options(arguments)
    cache = Cache(asked.cache, asked.workers)
    study = studied(size_of(asked), cache, _tell)
    sections = [machine().strip(), *report(study), *_moa(asked.moa, study, cache)]
    print("\n\n".join(sections))
    if asked.write:
        write(study, sections)
    bars = study.gates()
    return int(not (all(bar.is_met for bar in bars) if asked.strict else bars[0].is_met))


def _moa(folder: Path | None, study: Study, cache: Cache) -> Iterator[str]:
    """Yield MOA's section, where it was asked for and can be run."""
    found = None if folder is None else jars(folder)
    if found is not None:
        _tell("MOA")
        yield "### MOA, with its own tree, 10 %\n\n" + compared(study.size, found, cache)


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
