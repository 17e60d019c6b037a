"""Lock files: every requirement pinned, with hashes, and from nowhere in particular."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
ADDRESS = re.compile(r"https?:|git\+|file:|^\s*--?(?:index|extra|find|i\b|f\b)")


class Pin(NamedTuple):
    """One requirement of a lock: where it stands, what it pins, how many hashes."""

    line: int
    name: str
    version: str
    hashes: int


def unlocked(path: Path) -> list[str]:
    """Lines with an address, without a pin, or of a pin without a hash."""
    return [f"{path.name}:{line}: {what}" for line, what in sorted(_unlocked(path))]


def _unlocked(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if ADDRESS.search(line):
            yield number, "names an address"
        elif line[:1].strip() and not line.startswith("#") and PIN.match(line) is None:
            yield number, "pins no version"
    for pin in pins(path):
        if not pin.hashes:
            yield pin.line, f"{pin.name} has no hash"


def pins(path: Path) -> list[Pin]:
    """What a lock pins; a name may stand twice, for different Pythons."""
    found: list[Pin] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if match := PIN.match(line):
            found.append(Pin(number, canonicalize_name(match["name"]), match["version"], 0))
        elif HASH.search(line) and found:
            found[-1] = found[-1]._replace(hashes=found[-1].hashes + 1)
    return found


def unmet(project: Path, lock: Path, groups: tuple[str, ...] = ()) -> list[str]:
    """Requirements of pyproject.toml that the lock does not pin within their bounds."""
    locked = pins(lock)
    return [
        f"{lock.name}: nothing pinned for {wanted}: run `make lock`"
        for wanted in map(Requirement, _requirements(project, groups))
        if not _is_met(wanted, locked)
    ]


def _is_met(wanted: Requirement, locked: list[Pin]) -> bool:
    versions = [pin.version for pin in locked if pin.name == canonicalize_name(wanted.name)]
    return bool(versions) and all(map(wanted.specifier.contains, versions))


def _requirements(project: Path, groups: tuple[str, ...]) -> list[str]:
    """The dependencies, and those of the named extras and groups."""
    table = tomllib.loads(project.read_text(encoding="utf-8"))
    more = table["project"].get("optional-dependencies", {}) | table.get("dependency-groups", {})
    return [*table["project"]["dependencies"], *(name for group in groups for name in more[group])]
