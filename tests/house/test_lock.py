"""What is installed is what was locked, byte by byte, wherever it comes from."""

from pathlib import Path

import pytest

from tests.house.lock import pins, unlocked, unmet
from tests.house.source import ROOT, plant

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
DIGEST = "0123456789abcdef" * 4
GOOD = f"numpy==2.4.6 ; python_version < '3.12' \\\n    --hash=sha256:{DIGEST}\n    # via river\n"
PROJECT = '[project]\ndependencies = ["numpy>=2.4,<3"]\n[dependency-groups]\ndev = ["pytest>=9"]\n'


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_locks_pin_and_hash_everything(lock: Path) -> None:
    """Every requirement of a lock has one version and hashes, and no address."""
    assert len(pins(lock)) > 0
    assert unlocked(lock) == []


def test_locks_follow_the_project() -> None:
    """Each lock pins what pyproject.toml asks for, within its bounds."""
    project = ROOT / "pyproject.toml"
    assert unmet(project, ROOT / "requirements" / "run.txt") == []
    assert unmet(project, ROOT / "requirements" / "dev.txt", ("parquet", "dev")) == []


def test_both_locks_agree() -> None:
    """What tests run with is what users run with: the same versions in both locks."""
    run, dev = (
        {(pin.name, pin.version) for pin in pins(ROOT / "requirements" / f"{name}.txt")}
        for name in ("run", "dev")
    )
    assert run - dev == set()


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("numpy==2.4.6\n", "bad.txt:1: numpy has no hash"),
        (f"{GOOD}numpy>=2\n", "bad.txt:4: pins no version"),
        ("--index-url https://example.org/simple\n", "bad.txt:1: names an address"),
        (f"{GOOD}# from http://example.org\n", "bad.txt:4: names an address"),
        (GOOD.replace(DIGEST, "0123"), "bad.txt:1: numpy has no hash"),
    ],
)
def test_a_loose_lock_is_found(tmp_path: Path, text: str, finding: str) -> None:
    """A missing hash, a missing pin and an address are each found, with the line."""
    plant(tmp_path, "bad.txt", text)
    assert unlocked(tmp_path / "bad.txt") == [finding]


def test_a_stale_lock_is_found(tmp_path: Path) -> None:
    """A requirement that the lock does not name, or pins out of bounds, is found."""
    plant(tmp_path, "pyproject.toml", PROJECT)
    plant(tmp_path, "run.txt", GOOD)
    project, lock = tmp_path / "pyproject.toml", tmp_path / "run.txt"
    assert unmet(project, lock) == []
    assert len(unmet(project, lock, ("dev",))) == 1
    plant(tmp_path, "run.txt", GOOD.replace("2.4.6", "2.3.0"))
    assert unmet(project, lock) == ["run.txt: nothing pinned for numpy<3,>=2.4: run `make lock`"]
