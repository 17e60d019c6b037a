"""Section `auto_label`: when the model may label by itself."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from streamal.core.target import TargetSpec
from streamal.settings.section import Part, Section, Share, refuse


def _off_is_none(value: object) -> object:
    """YAML 1.1 reads `off` as false; this project's reader does not, but other tools do."""
    return None if value == "off" or value is False else value


Target = Annotated[float, Field(gt=0.5, le=0.999)]
"""A precision that can be promised: at 1 no number of audits would be enough."""

PROVEN = 0.98
"""The highest precision that can be asked for again after errors, by a window of audits."""

Threshold = Annotated[
    Part | None,
    BeforeValidator(_off_is_none, json_schema_input_type=Part | Literal["off", False] | None),
]


class AutoLabel(Section):
    """When the model labels by itself: from a threshold, or where audits prove it right."""

    threshold: Threshold = Field(
        default=0.95,
        description="Confidence from which the model labels by itself, without a guarantee; "
        "`off`: never. Does nothing beside `target_precision`.",
    )
    target_precision: Target | None = Field(
        default=None,
        description="The part of the auto-labels that must be right. The model labels only "
        "while audits prove it; see docs/guarantees.md.",
    )
    audit: Share = Field(
        default=0.2,
        description="The part of the budget that goes to audits; only with `target_precision`.",
    )
    strict: bool = Field(
        default=False,
        description="Certify by the plain theorem: no window, no threshold of its own making; "
        "about half of the coverage. Only with `target_precision`.",
    )

    @model_validator(mode="after")
    def _needs_a_target(self) -> Self:
        usual = {"audit": 0.2, "strict": False}
        refuse(
            (name, "needs auto_label.target_precision, for there are no audits without a promise")
            for name, value in usual.items()
            if self.target_precision is None and getattr(self, name) != value
        )
        said = (
            f"above {PROVEN} only with `strict: true`: the 400 audits that are looked back at "
            "can prove no more"
        )
        is_too_high = not self.strict and (self.target_precision or 0.0) > PROVEN
        refuse([("target_precision", said)] if is_too_high else [])
        return self

    def target(self) -> TargetSpec | None:
        """Return the promise as the core takes it; None without one."""
        if self.target_precision is None:
            return None
        return TargetSpec(self.target_precision, self.audit, self.strict)

    def fixed(self) -> float | None:
        """Return the threshold that holds without a promise."""
        return self.threshold if self.target_precision is None else None


def _from_off(value: object) -> object:
    return {"threshold": None} if _off_is_none(value) is None else value


def _to_off(section: AutoLabel) -> dict[str, Any] | str:
    target = section.target()
    if target is not None:
        return {
            "target_precision": target.precision,
            "audit": target.audit,
            "strict": target.strict,
        }
    return "off" if section.threshold is None else {"threshold": section.threshold}


AutoLabelOrOff = Annotated[
    AutoLabel,
    BeforeValidator(_from_off, json_schema_input_type=AutoLabel | Literal["off", False]),
    PlainSerializer(_to_off),
]
