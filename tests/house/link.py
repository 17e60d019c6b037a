"""Relative links in Markdown: the file is there, and so is the heading."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import sources

FENCE = re.compile(r"^\s*(?:```|~~~)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(\s*<?([^)\s>]+)")
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
MENTION = re.compile(r"\bdocs/[\w/-]+\.md\b")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$")


def dead_links(folder: Path) -> list[str]:
    """Links of README.md and the like, docs/ and changelog.d/ that lead nowhere."""
    pages = [*folder.glob("*.md"), *folder.glob("docs/**/*.md"), *folder.glob("changelog.d/*.md")]
    return [
        f"{page.relative_to(folder).as_posix()}:{line}: nothing at {target}"
        for page in sorted(pages)
        for line, target in _links(page)
        if not _leads_somewhere(page, target)
    ]


def missing_pages(folder: Path, root: Path) -> list[str]:
    """Pages of docs/ that code below the folder points to and that are not there."""
    return [
        source.finding(number, f"nothing at {page}")
        for source in sources(folder)
        for number, line in enumerate(source.text.splitlines(), start=1)
        for page in MENTION.findall(line)
        if not (root / page).exists()
    ]


def _links(page: Path) -> Iterator[tuple[int, str]]:
    for number, line in _prose(page):
        for target in LINK.findall(line):
            if not ELSEWHERE.match(target):
                yield number, target


def _prose(page: Path) -> Iterator[tuple[int, str]]:
    """The numbered lines outside fenced code."""
    is_code = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if FENCE.match(line):
            is_code = not is_code
        elif not is_code:
            yield number, line


def _leads_somewhere(page: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    path = (page.parent / name) if name else page
    if not path.exists():
        return False
    return not anchor or path.suffix != ".md" or anchor in set(anchors(path))


def anchors(page: Path) -> Iterator[str]:
    """The anchors that a page's headings get where Markdown is shown."""
    for _, line in _prose(page):
        if match := HEADING.match(line):
            words = re.sub(r"[^\w\- ]", "", match[1].lower())
            yield words.replace(" ", "-")
