"""The rules of deploy/prometheus, their cases for promtool, and their sections in the runbook."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.deploy import promql
from tests.house import link

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
RECORDING, ALERTS = FOLDER / "recording.yml", FOLDER / "alerts.yml"
TESTS = FOLDER / "tests"
RUNBOOK = ROOT / "docs" / "runbook.md"

SEVERITIES = ("page", "ticket")
TEXTS = ("summary", "description", "runbook_url")

Rule = dict[str, Any]


class Case(NamedTuple):
    """What promtool is to find of one alert at one moment."""

    alert: str
    fires: bool


def rules(path: Path) -> list[Rule]:
    """Return the rules of all groups of a file."""
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


@cache
def cases(folder: Path = TESTS) -> list[Case]:
    """Return every case of every file for promtool."""
    return [
        Case(asked["alertname"], bool(asked["exp_alerts"]))
        for path in sorted(folder.glob("*.yml"))
        for test in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
        for asked in test["alert_rule_test"]
    ]


def anchors(page: Path = RUNBOOK) -> list[str]:
    """Return the anchors of a page's headings."""
    return list(link.anchors(page))


def known(recording: Sequence[Rule]) -> dict[str, promql.Series]:
    """Return every series that an alert may ask for: the catalogue, and what is recorded."""
    names = [rule["record"] for rule in recording]
    return promql.catalogue() | {name: promql.recorded(name) for name in names}


def problems(
    alert: Rule, series: Mapping[str, promql.Series], tried: Sequence[Case], page: Sequence[str]
) -> list[str]:
    """Return what is wrong with an alert: its texts, its link, its names, its cases."""
    name = alert["alert"]
    found = [*_texts(alert), *promql.problems(alert["expr"], series)]
    if _anchor(alert) != name.lower() or _anchor(alert) not in page:
        found.append(f"the runbook has no section #{name.lower()} that runbook_url leads to")
    untried = {Case(name, True): "fires", Case(name, False): "is quiet"}
    missing = [untried[case] for case in untried if case not in tried]
    found += [f"no case for promtool in which it {how}" for how in missing]
    return [f"{name}: {problem}" for problem in found]


def _anchor(alert: Rule) -> str:
    url: str = alert["annotations"].get("runbook_url", "")
    return url.rpartition("docs/runbook.md#")[2]


def _texts(alert: Rule) -> Iterator[str]:
    severity = alert["labels"].get("severity")
    if severity not in SEVERITIES:
        yield f"severity is {severity}, must be one of {', '.join(SEVERITIES)}"
    for text in TEXTS:
        if not alert["annotations"].get(text, "").strip():
            yield f"no {text}"
    labels = set(re.findall(r"\$labels\.(\w+)", " ".join(alert["annotations"].values())))
    for label in sorted(labels - {"job", "instance", "limit", "topic", "detector", "rule"}):
        yield f"no series has the label {label} of the text"


def hurried(text: str, wait: str) -> str:
    """Return rules that wait so long instead of what `for:` says; nothing else changes."""
    return re.sub(r"(?m)^( +for:) \w+$", rf"\1 {wait}", text)
