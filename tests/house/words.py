"""Words that no file of the project may hold.

A path of somebody's machine, the address of one package index or a note to oneself
means nothing to the next reader. They are spelt in two parts here, so that this file
passes its own rule.
"""

import re
from collections.abc import Iterator
from pathlib import Path

FOLDERS = r"(?<![\w.~}])/(?:home|root|work|Users)/\w"
SCRATCH = r"/tmp/\w"
HOSTS = "|".join(
    re.escape(first + last)
    for first, last in (
        ("pypi.", "org"),
        ("python", "hosted.org"),
        ("npm", "js.org"),
        ("crates", ".io"),
        ("proxy.", "golang.org"),
        ("maven", ".apache.org"),
        ("maven.", "org"),
        ("deb.", "debian.org"),
    )
)
NOTES = r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b"

FORBIDDEN = {
    "a path of one machine": re.compile(f"{FOLDERS}|{SCRATCH}"),
    "the address of a package index": re.compile(HOSTS),
    "a note to oneself": re.compile(NOTES),
}

LEFT_BY_TOOLS = frozenset(
    {".git", ".venv", "__pycache__", ".hypothesis", ".import_linter_cache", ".mypy_cache"}
    | {".pytest_cache", ".ruff_cache", "build", "dist"}
)
LEFT_BY_USERS = frozenset({"streamal.yaml"})


def forbidden(folder: Path) -> list[str]:
    """Lines of text files that hold a forbidden word."""
    return [
        f"{path.relative_to(folder).as_posix()}:{number}: {what}: {match.group()}"
        for path in texts(folder)
        for number, line in enumerate(_lines(path), start=1)
        for what, pattern in FORBIDDEN.items()
        if (match := pattern.search(line)) is not None
    ]


def texts(folder: Path) -> Iterator[Path]:
    """Every file of the project, without what tools and users leave beside them."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in LEFT_BY_TOOLS:
            yield from texts(path)
        elif path.is_file() and path.name not in LEFT_BY_USERS:
            yield path


def _lines(path: Path) -> list[str]:
    """The lines of a text file; a file that is not UTF-8 has none."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []
