"""The Dockerfile and what may go into a build."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
TEXT = DOCKERFILE.read_text(encoding="utf-8")


def _said(word: str) -> list[str]:
    """What follows an instruction of one line, each time that it is there."""
    return re.findall(rf"^\s*{word} (.*)$", TEXT, re.MULTILINE)


def test_hadolint_finds_nothing() -> None:
    """The Dockerfile follows the rules of hadolint."""
    command = [str(Path(sys.executable).with_name("hadolint")), "--no-color", str(DOCKERFILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_both_stages_have_one_base() -> None:
    """A virtual environment needs the very interpreter that it was made with."""
    assert [said.split()[0] for said in _said("FROM")] == ["${BASE_IMAGE}", "${BASE_IMAGE}"]
    (base,) = _said("ARG BASE_IMAGE=.*") or _said("ARG")[:1]
    assert re.search(r":3\.\d+-", base)


def test_only_what_is_copied_may_go_into_a_build() -> None:
    """The allow-list holds the sources of COPY, all of them are there, and nothing else."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    copied = {
        source
        for said in _said("COPY")
        if not said.startswith("--from")
        for source in said.split()[:-1]
    }
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied
    assert all((ROOT / source).exists() for source in copied)


def test_what_builds_the_wheel_is_locked() -> None:
    """The builder takes hatchling, and all that it needs, from the lock of the developers."""
    lock = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    needed = {"hatchling"}
    for entry in re.split(r"\n(?=\S)", lock):
        via = re.findall(r"#(?:\s+via)?\s+([\w-]+)", entry)
        if "hatchling" in via:
            needed.add(entry.partition("==")[0])
    (taken,) = re.findall(r"/\^\(([\w|-]+)\)==/", TEXT)
    assert set(taken.split("|")) == needed


def test_it_needs_no_shell_and_no_root() -> None:
    """Commands are lists of words, the user is a number, and SIGTERM ends it."""
    commands = [*_said("ENTRYPOINT"), *_said("CMD")]
    assert [json.loads(said) for said in commands] == [
        ["streamal"],
        ["streamal", "healthcheck"],
        ["run"],
    ]
    assert _said("USER") == ["10001:10001"]
    assert _said("STOPSIGNAL") == ["SIGTERM"]


def test_every_library_comes_with_its_hash() -> None:
    """Nothing is installed that no lock names: with hashes, or from what was just built."""
    joined = TEXT.replace("\\\n", " ")
    installs = [
        part for part in re.split(r"&&|\n", joined) if re.search(r"\bpip\b.* install", part)
    ]
    assert len(installs) == 3
    assert all("--require-hashes" in one or "--no-index" in one for one in installs)
