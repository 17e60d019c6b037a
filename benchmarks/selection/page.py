"""Puts the report between the markers of docs/selection.md, and the curves beside it."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.selection.parts import Study, draw

PAGE = Path(__file__).resolve().parents[2] / "docs" / "selection.md"
BEGIN, END = "<!-- selection: begin -->", "<!-- selection: end -->"


def between(page: str, made: str) -> str:
    r"""Return a page with what stands between the markers replaced.

    Examples
    --------
    >>> print(between(f"a\n{BEGIN}\nold\n{END}\nb", "new"))
    a
    <!-- selection: begin -->
    new
    <!-- selection: end -->
    b
    """
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{made}\n{END}{tail}"


def write(study: Study, sections: Sequence[str]) -> None:
    """Write tables and, where the curve was run, its pictures."""
    pictures = draw(study, PAGE.with_suffix("")) if "curve" in study.cells else ()
    shown = [f"![{name.removesuffix('.svg')}](selection/{name})" for name in pictures]
    first, *rest = sections
    made = "\n\n".join([first, *rest[:2], " ".join(shown), *rest[2:]])
    PAGE.write_text(between(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
