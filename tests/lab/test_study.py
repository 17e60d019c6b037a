"""The report: its fields, and that its figures are those of the rows."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from streamal.app import rows_of, simulation_of
from streamal.core.limits import LimitSpec
from streamal.core.policies import POLICIES
from streamal.core.utility import UTILITIES
from streamal.errors import UsageError
from streamal.lab.streams import BundledTable
from streamal.lab.study import Study
from streamal.lab.tables import open_table
from streamal.settings import Settings
from tests.lab.made import made
from tests.lab.simulated import lines, rows, simulated

NUMBER = (int, float)
MAYBE = (int, float, type(None))
REPORT: dict[str, Any] = {
    "rows": int,
    "classes": int,
    "seed": int,
    "policy": str,
    "utility": str,
    "model": str,
    "labels": {
        "requested": int,
        "learned": int,
        "limit": int,
        "worst_prefix_excess": NUMBER,
        "max_in_100": int,
    },
    "accuracy": NUMBER,
    "balanced_accuracy": NUMBER,
    "kappa": NUMBER,
    "estimate": {
        "accuracy": NUMBER,
        "low": NUMBER,
        "high": NUMBER,
        "low_anytime": NUMBER,
        "high_anytime": NUMBER,
        "raw_on_requested": NUMBER,
        "unseen": NUMBER,
        "classes": dict,
        "auto_label": {"precision": (dict, type(None)), "audits": {"agree": int, "disagree": int}},
    },
    "routes": {"request": int, "auto_label": int, "abstain": int},
    "requests_by_reason": {"uncertain": int, "exploration": int, "cold_start": int},
    "auto_label": {
        "precision": NUMBER,
        "coverage": NUMBER,
        "threshold": MAYBE,
        "target": MAYBE,
        "lower_bound": MAYBE,
        "missing": (int, type(None)),
        "audits": int,
    },
    "dead_letters": int,
    "model_version": int,
    "seconds": NUMBER,
    "events_per_second": int,
}
"""The fields of a report and their types, as docs/simulate.md tells them."""


def _fits(found: object, wanted: object) -> bool:
    """Has a document the very keys of a shape, in order, and values of its types?"""
    if not isinstance(wanted, dict):
        return isinstance(found, wanted) and not isinstance(found, bool)  # type: ignore[arg-type]
    if not isinstance(found, dict) or list(found) != list(wanted):
        return False
    return all(_fits(found[key], shape) for key, shape in wanted.items())


def test_the_report_has_its_fields_and_types() -> None:
    """A report has each field of the page, in that order, with a value of its type."""
    report = simulated(rows(800), auto_label={"threshold": 0.8}).report
    by_reason = report["requests_by_reason"]
    ordered = {name: by_reason[name] for name in REPORT["requests_by_reason"]}
    assert _fits({**report, "requests_by_reason": ordered}, REPORT)


def test_every_field_is_told() -> None:
    """docs/simulate.md has a line for each field of the report, by its dotted name."""
    page = (Path(__file__).parents[2] / "docs" / "simulate.md").read_text()
    for name, shape in REPORT.items():
        inner = [f"{name}.{key}" for key in shape] if isinstance(shape, dict) else [name]
        for field in [name] if name == "requests_by_reason" else inner:
            assert f"| `{field}` |" in page, field
    for field in ("held_back", "arms", "arm", "modifiers"):
        assert f"\n| `{field}` |" in page, field


def test_figures_are_those_of_the_decisions(tmp_path: Path) -> None:
    """Counts and accuracy are what anyone counts from rows and decisions."""
    study = Study("0.1", decisions=tmp_path / "out.jsonl")
    report = simulated(rows(500), study, auto_label={"threshold": 0.8}).report
    written = lines(tmp_path / "out.jsonl")
    truth = [row.label for row in rows(500)]
    routes = Counter(line["route"] for line in written)
    assert report["routes"] == {name: routes[name] for name in report["routes"]}
    right = [line["label"] == label for line, label in zip(written, truth, strict=True)]
    assert report["accuracy"] == sum(right) / 500
    itself = [ok for ok, line in zip(right, written, strict=True) if line["route"] == "auto_label"]
    assert report["auto_label"]["precision"] == sum(itself) / len(itself)
    assert report["auto_label"]["coverage"] == len(itself) / 500
    asked = [line for line in written if line["route"] == "request"]
    assert report["requests_by_reason"] == Counter(line["reason"] for line in asked)
    assert report["labels"]["max_in_100"] == _densest([line["row"] for line in asked])


def test_what_was_held_back_and_by_which_arm_is_counted(tmp_path: Path) -> None:
    """Report and lines say what restrained a row and which arm weighed it, as decisions do."""
    study = Study("0.2", decisions=tmp_path / "out.jsonl")
    found = simulated(
        rows(500),
        study,
        policy={"kind": "auto", "arms": ["margin", "random"]},
        modifiers={"density": 1.0, "thinning": {"most": 1, "digits": 1}},
    )
    written, decided = lines(tmp_path / "out.jsonl"), found.decisions()
    for name in ("arm", "modifiers", "held_back"):
        shown = [line.get(name) for line in written]
        assert shown == [getattr(one, name) or None for one in decided]
        assert any(shown)
    assert found.report["held_back"] == Counter(one.held_back for one in decided if one.held_back)
    assert found.report["arms"] == Counter(one.arm for one in decided)
    assert list(found.report)[-2:] == ["held_back", "arms"]


def _densest(asked: list[int]) -> int:
    """Return the most requests in any 100 consecutive rows."""
    return max(sum(start <= row < start + 100 for row in asked) for start in range(500))


SPENT = [
    pytest.param("0.02", 20 + 60, id="rate .02"),
    pytest.param("0.1", 20 + 300, id="rate .1"),
    pytest.param("50", 50, id="count 50"),
    pytest.param("500", 500, id="count 500"),
]


@pytest.mark.parametrize(("budget", "limit"), SPENT)
@pytest.mark.parametrize("classes", [2, 12])
def test_rank_spends_what_it_may(budget: str, limit: int, classes: int) -> None:
    """The default policy asks for at least 98.5 % of its labels, and never for one too many."""
    study = Study(budget)
    found = simulated(rows(3000, classes=classes), study, count=3000)
    labels = found.report["labels"]
    assert labels["limit"] == limit
    assert labels["worst_prefix_excess"] == 0
    assert labels["learned"] == labels["requested"]
    assert limit >= labels["requested"] >= min(0.985 * limit, limit - 1)


@pytest.mark.parametrize("kind", sorted(POLICIES))
@pytest.mark.parametrize("utility", sorted(UTILITIES))
def test_every_policy_holds_the_budget(kind: str, utility: str) -> None:
    """Whatever decides what is worth asking, requests stay within every limit."""
    policy = {"kind": kind, "utility": utility} | ({"threshold": 0.8} if kind == "fixed" else {})
    is_tiny = utility != "disagreement"  # one learner has nobody to disagree with
    model = {} if is_tiny else {"model": {"preset": "committee"}}
    found = simulated(rows(400, classes=3), Study("0.1"), None, is_tiny, policy=policy, **model)
    labels = found.report["labels"]
    assert labels["worst_prefix_excess"] == 0
    assert 0 < labels["requested"] <= labels["limit"] == 60
    assert (found.report["policy"], found.report["utility"]) == (kind, utility)


CONFIGURED = [
    pytest.param([{"window": {"count": 7, "every": "100s"}}], 35, id="window"),
    pytest.param([{"cost": 3.0, "per_label": 0.1, "over": 500}], 30, id="money"),
    pytest.param([{"cost": 0.3, "per_label": 0.1}], 3, id="money that rounds"),
    pytest.param([{"rate": 0.05, "burst": 0}, {"count": 20}], 20, id="two limits"),
    pytest.param([{"rate": 0.02}, {"window": {"count": 500, "every": "1h"}}], 30, id="loose"),
]


@pytest.mark.parametrize(("budget", "limit"), CONFIGURED)
def test_the_configured_budget_holds(budget: list[object], limit: int) -> None:
    """Without a budget of its own a simulation takes the configured one, all limits of it."""
    found = simulated(rows(500), Study(), budget=budget)
    labels = found.report["labels"]
    assert labels["limit"] == limit
    assert labels["worst_prefix_excess"] == 0
    assert 0.7 * limit <= labels["requested"] <= limit


def test_windows_are_counted_by_the_clock() -> None:
    """Rows that were dead and time that passed while intake paused open windows all the same."""
    budget = [{"window": {"count": 2, "every": "10s"}}]
    found = simulated(rows(100), Study(never=1.0), budget=budget, requests={"max_ahead": 5})
    labels = found.report["labels"]
    assert labels["requested"] <= labels["limit"]
    assert labels["worst_prefix_excess"] == 0


def test_auto_labelling_may_be_off() -> None:
    """With the threshold off no row is labelled by the model, and the report has no threshold."""
    report = simulated(rows(300), auto_label="off").report
    assert report["routes"]["auto_label"] == 0
    assert report["auto_label"]["threshold"] is None
    assert report["auto_label"]["precision"] is None


def test_a_limit_of_rows_reads_no_more() -> None:
    """The first rows only are decided, and a count is spread over those."""
    report = simulated(rows(400), Study("20", limit=100)).report
    assert (report["rows"], report["labels"]["limit"]) == (100, 20)


BAD_BUDGETS = ["", "0", "-1", "0.0", "1.5", "nan", "inf", "1e3", "5_0", "a tenth", "0x10", "+5"]


@pytest.mark.parametrize("budget", BAD_BUDGETS)
def test_a_budget_is_a_rate_or_a_count(budget: str) -> None:
    """Anything else is refused with an example of both."""
    with pytest.raises(UsageError, match=r"a rate such as 0\.1 .* or a count such as 500"):
        Study(budget).limits([], 10)


def test_budgets_are_read_as_they_are_written() -> None:
    """A whole number is a count over the rows; a decimal point or an exponent makes a rate."""
    assert Study("500", burst=5).limits([], 900) == [LimitSpec("count", 500, burst=5, over=900)]
    assert Study("500").limits([], None) == [LimitSpec("count", 500)]
    for text, rate in (("0.1", 0.1), ("1.0", 1.0), ("1e-2", 0.01), (".5", 0.5)):
        assert Study(text).limits([], 900) == [LimitSpec("rate", rate)]


def test_a_horizon_that_is_set_stays() -> None:
    """A configured count with `over` keeps it; one without is spread over the rows."""
    fixed, free = LimitSpec("count", 5, over=7), LimitSpec("cost", 5, prices={"*": 1.0})
    assert [one.over for one in Study().limits([fixed, free], 900)] == [7, 900]


def test_rows_are_counted_as_far_as_they_will_be_read(tmp_path: Path) -> None:
    """A limit above the file's rows is no horizon: the file is."""
    table = open_table(made(tmp_path, "x,l\n" + "1,a\n" * 9), label_column="l", id_column=None)
    assert [rows_of(table, limit) for limit in (None, 4, 99)] == [9, 4, 9]


def test_text_is_learned(tmp_path: Path) -> None:
    """A column named text is text: words decide the class."""
    head, spam, ham = "text,label\n", "win cash now,spam\n", "see you at lunch,ham\n"
    path = made(tmp_path, head + (spam + ham + ham) * 100)
    table = open_table(path, label_column="label", id_column=None)
    report = simulation_of(Settings(), {}, table, Study("0.1"))
    assert report["accuracy"] > 0.8
    assert report["labels"]["worst_prefix_excess"] == 0


@pytest.mark.parametrize(("name", "classes"), [("Phishing", 2), ("ImageSegments", 7)])
def test_bundled_streams_are_simulated(name: str, classes: int) -> None:
    """A stream that comes with the learning library runs through the whole service."""
    report = simulation_of(Settings(), {}, BundledTable(name), Study("0.1", limit=1000))
    assert (report["rows"], report["classes"], report["dead_letters"]) == (1000, classes, 0)
    assert report["labels"]["worst_prefix_excess"] == 0
    assert report["labels"]["requested"] >= 0.985 * report["labels"]["limit"]


@pytest.mark.data
def test_every_stream_of_data_is_simulated(data: Path) -> None:
    """Each file of the folder runs without an error and within its budget."""
    for path in sorted(data.glob("*.csv.gz")):
        table = open_table(str(path), label_column="label", id_column=None)
        report = simulation_of(Settings(), {}, table, Study("0.1", limit=1500))
        assert report["dead_letters"] == 0, path.name
        assert report["labels"]["worst_prefix_excess"] == 0, path.name
        limit = report["labels"]["limit"]
        assert limit >= report["labels"]["requested"] >= min(0.985 * limit, limit - 1), path.name
