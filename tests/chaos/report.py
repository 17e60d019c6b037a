"""`python -m tests.chaos.report VERDICT.json…`: verdicts as a table for the docs.

With ``--write`` it goes into docs/kafka.md, between the marks of the chaos.
"""

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.report import machine, table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "kafka.md"
BEGIN, END = "<!-- chaos:begin -->", "<!-- chaos:end -->"

HEAD = (
    "scenario",
    "client",
    "faults",
    "samples",
    "lost",
    "twice",
    "overspent",
    "learned twice",
    "`verify`",
    "drained, s",
    "longest gap, s",
    "exits",
)


def row(verdict: dict[str, Any]) -> tuple[str, ...]:
    """Return one line of the table."""
    verified = verdict["verify"]
    said = "held" if verified["exit"] == 0 else f"{len(verified.get('violated', ()))} laws violated"
    codes = verdict["exits"]["workers"]["codes"]
    return (
        verdict["scenario"],
        verdict["client"],
        str(verdict["faults"]),
        f"{verdict['samples']:,}",
        str(verdict["lost"]),
        str(verdict["twice"]),
        str(verdict["overspent"]),
        str(verdict["learned_twice"]),
        said,
        str(verdict["drained_seconds"]),
        str(verdict["longest_gap_seconds"]),
        ", ".join(f"{code} ×{count}" for code, count in sorted(codes.items())),
    )


def main() -> None:
    """Print the table, or write it."""
    words = [word for word in sys.argv[1:] if word != "--write"]
    verdicts = [json.loads(Path(word).read_text(encoding="utf-8")) for word in words]
    text = f"{machine()}\n\n{table(HEAD, [row(one) for one in verdicts])}\n"
    if "--write" in sys.argv:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        _, _, after = rest.partition(END)
        PAGE.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
