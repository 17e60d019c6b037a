"""The rules and their cases, asked of promtool."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.prometheus import rules

FILES = sorted(path.name for path in rules.TESTS.glob("*.yml"))


def _promtool(*words: object, folder: Path = rules.FOLDER) -> tuple[int, str]:
    """Run promtool in a folder; return its exit code and all that it printed."""
    ran = subprocess.run(
        ["promtool", *map(str, words)], cwd=folder, capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_promtool_reads_the_rules_and_the_example() -> None:
    """`promtool check` finds nothing wrong with rules and configuration."""
    code, told = _promtool("check", "rules", "--lint-fatal", "recording.yml", "alerts.yml")
    assert code == 0, told
    code, told = _promtool("check", "config", "prometheus.yml")
    assert code == 0, told


def test_the_example_of_alertmanager_is_read() -> None:
    """`amtool check-config` finds nothing wrong with routes and silences."""
    command = ["amtool", "check-config", "alertmanager.yml"]
    ran = subprocess.run(command, cwd=rules.FOLDER, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("file", FILES)
def test_alerts_fire_and_keep_quiet_as_told(file: str) -> None:
    """Every case of a file holds: what fires, with its texts, and what does not."""
    code, told = _promtool("test", "rules", file, folder=rules.TESTS)
    assert code == 0, told


@pytest.mark.parametrize(
    ("text", "instead", "case"),
    [
        (
            "max by (job) (up{",
            "min by (job) (up{",
            "keeps quiet while one of two workers answers",
        ),
        ('error="BrokerUnavailable"', 'error="CommitFailed"', "fires when every worker starts"),
    ],
)
def test_a_broken_rule_fails_a_case(tmp_path: Path, text: str, instead: str, case: str) -> None:
    """A rule that asks for something else is told by the case that it breaks."""
    folder = shutil.copytree(rules.FOLDER, tmp_path / "rules")
    broken = (folder / "alerts.yml").read_text(encoding="utf-8").replace(text, instead)
    assert broken != rules.ALERTS.read_text(encoding="utf-8")
    (folder / "alerts.yml").write_text(broken, encoding="utf-8")
    code, told = _promtool("test", "rules", "availability.yml", folder=folder / "tests")
    assert code == 1
    assert case in told
