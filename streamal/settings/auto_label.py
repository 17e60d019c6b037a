"""Section `auto_label`: when the model may label by itself."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from streamal.settings.section import Part, Section


def _off_is_none(value: object) -> object:
    """YAML 1.1 reads `off` as false; this project's reader does not, but other tools do."""
    return None if value == "off" or value is False else value


Threshold = Annotated[
    Part | None,
    BeforeValidator(_off_is_none, json_schema_input_type=Part | Literal["off", False] | None),
]


class AutoLabel(Section):
    """The confidence from which the model labels by itself; None: never."""

    threshold: Threshold = Field(
        default=0.95, description="Confidence from which the model labels by itself; `off`: never."
    )


def _from_off(value: object) -> object:
    return {"threshold": None} if _off_is_none(value) is None else value


def _to_off(section: AutoLabel) -> dict[str, float] | str:
    return "off" if section.threshold is None else {"threshold": section.threshold}


AutoLabelOrOff = Annotated[
    AutoLabel,
    BeforeValidator(_from_off, json_schema_input_type=AutoLabel | Literal["off", False]),
    PlainSerializer(_to_off),
]
