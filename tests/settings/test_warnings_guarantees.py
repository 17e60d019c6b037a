"""What works but is rarely meant, of promises and of several annotators."""

import pytest

from streamal.settings import Settings
from streamal.settings.configuration import warnings


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"auto_label": {"target_precision": 0.9, "threshold": 0.8}}, "auto_label.threshold"),
        (
            {
                "auto_label": {"target_precision": 0.9, "audit": 0},
                "policy": {"kind": "rank", "exploration": 0},
            },
            "auto_label.target_precision",
        ),
        ({"labels": {"agreement": 0.9}}, "labels.agreement"),
        (
            {"labels": {"per_request": 3}, "budget": [{"window": {"count": 2, "every": "1d"}}]},
            "budget.0",
        ),
    ],
)
def test_what_does_nothing_is_told(tree: dict[str, object], said: str) -> None:
    """Each names its key; without the odd setting nothing is said."""
    found = warnings(Settings.model_validate(tree))
    assert [line.split(":")[0] for line in found] == [said]
    assert warnings(Settings.model_validate({"auto_label": {"target_precision": 0.9}})) == []
