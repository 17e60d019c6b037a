"""The catalogue is whole: nothing is counted under a name or label that it does not have."""

import itertools
import re
from typing import get_args

from streamal.core.policies import POLICIES, reason_of
from streamal.serve.catalog import BY_NAME, CATALOG, names
from streamal.serve.catalog.known import BREAKER, DEAD, DETECTORS, ROUTES, RULES
from streamal.settings.drift import Detector
from streamal.settings.policy import Arm
from streamal.settings.stop import Stop
from tests.house.source import ROOT
from tests.serve.page import page

PROMISED = """
decisions_total dead_letters_total candidates_total label_requests_total labels_total
budget_limit budget_planned budget_spent_total budget_refunded_total budget_remaining
budget_refused_total query_ratio pace_ratio query_threshold requests_outstanding
oldest_request_age_seconds requests_expired_total label_turnaround_seconds utility confidence
predictions_total model_version model_updates_total accuracy_ratio auto_label_threshold
consumer_lag_records record_age_seconds batch_records stage_duration_seconds commits_total
commit_duration_seconds last_commit_timestamp_seconds rebalances_total assigned_partitions
restore_seconds watchdog_trips_total ready build_info config_info
held_back_total modified_total policy_arm
audits_total auto_label_precision_ratio certified breaker_trips_total drift_detections_total
""".split()
"""Names that dashboards outside may use: none is ever renamed or dropped without an ADR."""


def test_promised_names_are_there() -> None:
    """What users build on keeps its name."""
    assert [name for name in PROMISED if name not in BY_NAME] == []


def test_names_are_good_ones() -> None:
    """Counters end in `_total`, nothing else does; names and labels are Prometheus names."""
    for metric in CATALOG:
        assert metric.name.endswith("_total") == (metric.kind == "counter")
        assert all(part.isidentifier() for part in (metric.name, *metric.labels))
        assert all(len(child) == len(metric.labels) for child in metric.children)
        assert list(metric.edges) == sorted(set(metric.edges))
        assert metric.meaning.endswith(".")
    assert len(BY_NAME) == len(CATALOG)
    assert len(names()) > len(CATALOG)


def test_every_reason_to_ask_is_known() -> None:
    """Whatever the policy and its arm, the reason has a child in each family that names one."""
    ways = ((True, False),) * 3
    said = itertools.product(POLICIES, (None, *get_args(Arm)), *ways)
    reasons = {reason_of(*one) for one in said}
    assert reasons == {reason for route, reason in ROUTES if route == "request"}
    assert set(BY_NAME["label_requests_total"].children) == {(reason,) for reason in reasons}


def test_every_detector_and_rule_is_known() -> None:
    """What can be configured to watch, and to stop, has its child from the start."""
    assert set(DETECTORS) == {*get_args(Detector), BREAKER}
    assert set(RULES) == set(Stop.model_fields)


def test_every_kind_of_dead_letter_is_known() -> None:
    """What the page of operators lists, which is all that the code can say, has its child."""
    text = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", text, flags=re.MULTILINE)
    assert set(DEAD) == set(listed)


def test_the_page_of_metrics_is_up_to_date() -> None:
    """docs/metrics.md is what the catalogue says."""
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert text == page(), "python -m tests.serve.page > docs/metrics.md"


def test_every_name_in_the_docs_exists() -> None:
    """A page, rule or dashboard that names a metric names one of the catalogue."""
    known = {*names(), *(metric.full_name for metric in CATALOG)}
    known |= {metric.full_name.removesuffix("_total") for metric in CATALOG}
    texts = [*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")]
    for path in texts:
        found = set(
            re.findall(r"(?<![\w:])streamal_[a-z_]+\b(?!:)", path.read_text(encoding="utf-8"))
        )
        assert found <= known, f"{path.name}: {sorted(found - known)}"
