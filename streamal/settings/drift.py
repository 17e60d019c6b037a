"""Section `drift`: what watches for drift, and what an alarm leads to."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from streamal.core.drifting import DriftSpec
from streamal.settings.section import Section

Detector = Literal["adwin", "kswin", "page_hinkley", "scores", "features"]
Sensitivity = Annotated[float, Field(ge=0.1, le=10)]

USUAL = DriftSpec()


class Drift(Section):
    """What watches for drift, and what an alarm leads to; see docs/drift.md."""

    detectors: Annotated[tuple[Detector, ...], Field(strict=False)] = Field(
        default=("adwin", "page_hinkley"),
        description="`adwin`, `kswin` and `page_hinkley` watch how often uniform labels contradict "
        "the model; `scores` watches its confidence and `features` every number of the samples, "
        "both without labels' help and with more false alarms.",
    )
    sensitivity: Sensitivity = Field(
        default=USUAL.sensitivity,
        description="At 2 half of the evidence is enough for an alarm, at 0.5 it takes twice.",
    )
    fresh: bool = Field(
        default=USUAL.fresh,
        description="Train a fresh model from an alarm on, and put it in force when it is better "
        "on uniform labels.",
    )

    @model_validator(mode="after")
    def _once_each(self) -> "Drift":
        for name in self.detectors:
            if self.detectors.count(name) > 1:
                raise ValueError(f"detectors has {name} twice")
        return self

    def spec(self) -> DriftSpec | None:
        """Return it as the core takes it; None where it is off."""
        if not self.detectors and not self.fresh:
            return None
        return DriftSpec(tuple(self.detectors), self.sensitivity, self.fresh)


def _from_off(value: object) -> object:
    """YAML 1.1 reads `off` as false; this project's reader does not, but other tools do."""
    if value == "off" or value is False:
        return {"detectors": (), "fresh": False}
    return value


def _to_off(section: Drift) -> dict[str, Any] | str:
    if not section.detectors and not section.fresh:
        return "off"
    return {
        "detectors": list(section.detectors),
        "sensitivity": section.sensitivity,
        "fresh": section.fresh,
    }


DriftOrOff = Annotated[
    Drift,
    BeforeValidator(_from_off, json_schema_input_type=Drift | Literal["off", False]),
    PlainSerializer(_to_off),
]
