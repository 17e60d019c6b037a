"""Section `drift`: what it means, what it refuses, and that it comes back from its dump."""

from typing import Any

import pytest
from pydantic import ValidationError

from streamal.core.drifting import LABEL_FREE, ON_ERRORS, DriftSpec
from streamal.settings import Settings
from streamal.settings.configuration import dump


@pytest.mark.parametrize("off", ["off", False])
def test_off_is_none(off: object) -> None:
    """Switched off nothing watches, and the dump says so."""
    settings = Settings.model_validate({"drift": off})
    assert settings.drift.spec() is None
    assert dump(settings)["drift"] == "off"


@pytest.mark.parametrize(
    ("section", "spec"),
    [
        ({}, DriftSpec(("adwin", "page_hinkley"), 1.0, fresh=True)),
        ({"sensitivity": 2}, DriftSpec(("adwin", "page_hinkley"), 2.0, fresh=True)),
        ({"detectors": ["scores"]}, DriftSpec(("scores",), 1.0, fresh=True)),
        ({"detectors": []}, DriftSpec((), 1.0, fresh=True)),
        ({"detectors": [*ON_ERRORS, *LABEL_FREE]}, DriftSpec((*ON_ERRORS, *LABEL_FREE))),
    ],
)
def test_it_comes_back_from_its_dump(section: dict[str, Any], spec: DriftSpec) -> None:
    """What was written is what the core gets, and the dump loads back to the same."""
    settings = Settings.model_validate({"drift": section})
    assert settings.drift.spec() == spec
    assert Settings.model_validate(dump(settings)).drift.spec() == spec


@pytest.mark.parametrize(
    "section",
    [
        {"detectors": ["adwin", "adwin"]},
        {"detectors": ["ddm"]},
        {"sensitivity": 0},
        {"sensitivity": 11},
        {"detector": ["adwin"]},
    ],
)
def test_what_makes_no_sense_is_refused(section: dict[str, Any]) -> None:
    """A detector twice, an unknown one, a sensitivity that is none, a misspelt key."""
    with pytest.raises(ValidationError, match="drift"):
        Settings.model_validate({"drift": section})
