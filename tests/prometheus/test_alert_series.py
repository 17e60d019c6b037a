"""What the alerts ask for, asked of a worker at work."""

from functools import partial

import pytest

from tests.deploy import promql
from tests.prometheus import rules
from tests.prometheus.server import Prometheus, until

ASKED = sorted(
    {
        selector
        for path in (rules.RECORDING, rules.ALERTS)
        for rule in rules.rules(path)
        for selector in promql.selectors(rule["expr"])
        if not selector.partition("{")[0].count(":")
    }
)


@pytest.mark.parametrize("selector", ASKED)
def test_a_worker_has_what_alerts_ask_for(prometheus: Prometheus, selector: str) -> None:
    """Each selector of the rules, its values of labels included, finds a series."""
    until(partial(prometheus.ask, selector), f"nothing is {selector}")
