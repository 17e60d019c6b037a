"""Section `stop`: when nothing but audits is asked any more."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from streamal.core.gain import LABELS, WORTH, GainSpec
from streamal.core.stopping import StopSpec
from streamal.settings.section import Counted, Part, Section

WRONG_TIME = "must be a moment with its zone, such as 2026-12-01T00:00:00Z"


def _moment(value: object) -> datetime:
    """Read a moment; one without a zone would mean another time on each machine."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(found, datetime) and found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(WRONG_TIME)


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(_text, return_type=str),
    WithJsonSchema({"title": "moment", "type": "string", "format": "date-time"}),
]


class NoGain(Section):
    """When labels help no more: the model is no better than with half of its labels."""

    labels: Counted = Field(default=LABELS, description="Labels before the first look.")
    worth: Part = Field(
        default=WORTH,
        description="The least gain of interest, in probability of the right class on what is "
        "asked about; smaller looks longer.",
    )


def _from_switch(value: object) -> object:
    if value is True:
        return {}
    return None if value is False else value


NoGainOrSwitch = Annotated[
    NoGain | None,
    BeforeValidator(_from_switch, json_schema_input_type=NoGain | bool | None),
]


class Stop(Section):
    """Rules that end asking; the first that is met stops, and only audits go on."""

    accuracy: Annotated[float, Field(gt=0, le=0.999)] | None = Field(
        default=None,
        description="Stop when the accuracy is at least this: the lower bound that may be "
        "looked at at any time.",
    )
    budget: Part | None = Field(
        default=None,
        description="Stop when this part of a `count` or `cost` limit is spent; the rest is "
        "for audits.",
    )
    deadline: Moment | None = Field(
        default=None, description="Stop at this moment, such as 2026-12-01T00:00:00Z."
    )
    no_gain: NoGainOrSwitch = Field(
        default=None,
        description="Stop when labels help no more: `true`, or how it is to look; see "
        "docs/stopping.md.",
    )

    def gain(self) -> GainSpec | None:
        """Return how to look for a gain as the core takes it; None where nobody looks."""
        one = self.no_gain
        return None if one is None else GainSpec(one.labels, one.worth)

    def spec(self) -> StopSpec | None:
        """Return the rules as the core takes them; None without any."""
        found = StopSpec(self.accuracy, self.budget, self._deadline(), self.gain())
        return None if found == StopSpec() else found

    def _deadline(self) -> int | None:
        return None if self.deadline is None else round(self.deadline.timestamp() * 1000)
