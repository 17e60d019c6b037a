"""The alerts by looking alone; tests/prometheus asks promtool, Prometheus and Alertmanager."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import typer
import yaml

from streamal.cli.program import app
from tests.deploy import promql
from tests.prometheus import rules
from tests.prometheus.rules import Case, Rule

BOARD = rules.ROOT / "deploy" / "grafana" / "streamal.json"
PARTS = ("Means", "Look", "Do", "Ignore")


def _problems(alert: Rule, tried: list[Case] | None = None, page: list[str] | None = None) -> str:
    known = rules.known(rules.rules(rules.RECORDING))
    found = rules.problems(
        alert,
        known,
        rules.cases() if tried is None else tried,
        rules.anchors() if page is None else page,
    )
    return "\n".join(found)


def test_every_alert_is_whole() -> None:
    """Each has texts, a severity, a section of the runbook, names that exist, and two cases."""
    alerts = rules.rules(rules.ALERTS)
    assert len(alerts) > 20
    assert "\n".join(filter(None, map(_problems, alerts))) == ""


def test_every_recorded_sum_is_of_what_exists_and_is_used() -> None:
    """Recording rules name what the catalogue has, and an alert asks for each of them."""
    recording = rules.rules(rules.RECORDING)
    known = rules.known(recording)
    assert [p for rule in recording for p in promql.problems(rule["expr"], known)] == []
    asked = set().union(*(promql.metrics(alert["expr"]) for alert in rules.rules(rules.ALERTS)))
    assert {rule["record"] for rule in recording} <= asked


def test_a_recorded_name_says_which_labels_are_left() -> None:
    """`job_limit:…` is what is left `by (job, limit)`, wherever its expression adds up."""
    for rule in rules.rules(rules.RECORDING):
        level = ", ".join(rule["record"].partition(":")[0].split("_"))
        outer = re.findall(r"(?:^|[-+] )\w+ by \(([^)]*)\)", rule["expr"], re.MULTILINE)
        assert {*outer} == {level}, rule["record"]


def _asks(text: str, instead: str) -> Callable[[Rule], object]:
    def change(alert: Rule) -> None:
        assert text in alert["expr"]
        alert["expr"] = alert["expr"].replace(text, instead)

    return change


HARM = [
    (_asks("streamal_commits_total", "streamal_commit_total"), "streamal_commit_total"),
    (_asks("result=~", "outcome=~"), "no label outcome"),
    (_asks("failed|fenced", "faild|fenced"), 'no result=~"faild|fenced"'),
    (_asks("by (job)", "by (jobs)"), "has the label jobs"),
    (lambda alert: alert["annotations"].pop("summary"), "no summary"),
    (lambda alert: alert["annotations"].update(description=" "), "no description"),
    (lambda alert: alert["annotations"].update(summary="{{ $labels.limt }}"), "label limt"),
    (lambda alert: alert["labels"].update(severity="warning"), "severity is warning"),
    (
        lambda alert: alert["annotations"].update(runbook_url="docs/runbook.md#streamaldown"),
        "no section #streamalcommitsfail",
    ),
]


@pytest.mark.parametrize(("harm", "told"), HARM, ids=[told for _, told in HARM])
def test_what_is_wrong_with_an_alert_is_found(harm: Callable[[Rule], object], told: str) -> None:
    """A planted error in names, texts or links is told by the function that passes the rest."""
    alert = {rule["alert"]: rule for rule in rules.rules(rules.ALERTS)}["StreamalCommitsFail"]
    assert _problems(alert) == ""
    harm(alert)
    assert told in _problems(alert)


def test_a_missing_case_or_section_is_found() -> None:
    """Without its quiet case, its firing case or its section, an alert is not whole."""
    alert = rules.rules(rules.ALERTS)[0]
    name = alert["alert"]
    for fires, told in ((True, "is quiet"), (False, "fires")):
        assert f"no case for promtool in which it {told}" in _problems(alert, [Case(name, fires)])
    assert "has no section" in _problems(alert, page=[])


def _sections() -> dict[str, str]:
    """Return the sections of the runbook that are named after an alert."""
    text = rules.RUNBOOK.read_text(encoding="utf-8")
    found = re.split(r"(?m)^## ", text)[1:]
    return {section.splitlines()[0]: section for section in found if section.startswith("Streamal")}


def test_the_runbook_speaks_of_each_alert_and_of_no_other() -> None:
    """Each section says what the alert means, with its severity, and what to look at and do."""
    alerts = {rule["alert"]: rule["labels"]["severity"] for rule in rules.rules(rules.ALERTS)}
    assert list(_sections()) == list(alerts)
    for name, text in _sections().items():
        assert tuple(re.findall(r"(?m)^- \*\*(\w+)\*\*", text)) == PARTS, name
        assert f"**Means** ({alerts[name]}): " in text


def test_the_runbook_names_commands_and_panels_that_exist() -> None:
    """Every `streamal …` is a command and every name in italics is a panel of the dashboard."""
    text = rules.RUNBOOK.read_text(encoding="utf-8")
    group: Any = typer.main.get_command(app)
    assert {*re.findall(r"(?:`|\$ )streamal (\w+)", text)} <= {*group.commands}
    panels = {panel["title"] for panel in json.loads(BOARD.read_text(encoding="utf-8"))["panels"]}
    assert {*re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", text)} - {"italics"} <= panels


def test_one_cause_is_one_page() -> None:
    """The example of Alertmanager silences alerts that exist, and tells both severities."""
    text = (rules.FOLDER / "alertmanager.yml").read_text(encoding="utf-8")
    config = yaml.safe_load(text)
    alerts = {rule["alert"] for rule in rules.rules(rules.ALERTS)}
    for rule in config["inhibit_rules"]:
        for matcher in [*rule["source_matchers"], *rule["target_matchers"]]:
            name, operator, value = matcher.split(" ", 2)
            assert name == "alertname"
            assert operator != "=" or value in alerts, value
            assert {*_alternatives(value)} <= alerts, value
    told = {config["route"]["receiver"], *(way["receiver"] for way in config["route"]["routes"])}
    assert told == {receiver["name"] for receiver in config["receivers"]}


def _alternatives(value: str) -> list[str]:
    match = re.fullmatch(r'"(\w+)\((.*)\)"', value)
    return [match[1] + end for end in match[2].split("|")] if match else []


def test_haste_changes_waiting_alone() -> None:
    """The copy of the rules for a quick test differs from them in `for:` and nothing else."""
    text = rules.ALERTS.read_text(encoding="utf-8")
    slow, quick = yaml.safe_load(text), yaml.safe_load(rules.hurried(text, "1s"))
    before = [rule for group in slow["groups"] for rule in group["rules"]]
    after = [rule for group in quick["groups"] for rule in group["rules"]]
    waits = [rule.pop("for") for rule in after if "for" in rule]
    assert waits == ["1s"] * sum("for" in rule for rule in before)
    assert after == [{k: v for k, v in rule.items() if k != "for"} for rule in before]
