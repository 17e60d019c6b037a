"""Section `model`: what learns."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from streamal.settings.section import WHOLE, Label, Section, Share

Preset = Literal["auto", "linear", "bayes", "tree", "forest", "committee", "ensemble", "text"]

Factory = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$",
        json_schema_extra={"title": "place like package.module:make"},
    ),
]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1), WHOLE]


class Model(Section):
    """A preset, or a function of your own."""

    preset: Preset | None = Field(
        default="auto", description="Ready-made learner; `auto` picks the encoders by feature type."
    )
    factory: Factory | None = Field(
        default=None,
        description="Function that returns a river classifier, in place of a preset.",
    )
    classes: Annotated[tuple[Label, ...], Field(strict=False, min_length=2)] | None = Field(
        default=None, description="All labels there are; null: they are learned as they come."
    )
    class_weights: Share = Field(
        default=0.0,
        description="How much more an example of a rare class counts in learning, from 0 to 1, as "
        "far as the model's guesses of that class are right; may cost accuracy.",
    )
    seed: Seed = Field(default=7, description="Seed of every draw: same log, same decisions.")

    @model_validator(mode="before")
    @classmethod
    def _factory_replaces_preset(cls, data: object) -> object:
        if isinstance(data, Mapping) and data.get("factory") is not None:
            return {"preset": None, **data}
        return data

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.preset is None) == (self.factory is None):
            raise ValueError("needs a preset or a factory, and not both")
        return self

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        classes = self.classes or ()
        for label in classes:
            if classes.count(label) > 1:
                raise ValueError(f"classes has {label} twice ('1' and 1 are one class)")
        return self
