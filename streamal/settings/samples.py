"""Section `samples`: how foreign JSON becomes a sample."""

from typing import Literal, Self

from pydantic import Field, model_validator

from streamal.settings.section import Section, Text, Texts

Kind = Literal["number", "category", "text"]


class Samples(Section):
    """How the fields of any JSON object map to a sample."""

    id: Text | None = Field(
        default=None,
        description="Field that holds the sample's id; null: `id`, else the record's key.",
    )
    features: Literal["*"] | Texts = Field(
        default="*", description='Fields the model sees; `"*"`: all that nothing else uses.'
    )
    exclude: Texts = Field(default=(), description='Fields that `"*"` leaves out.')
    payload: Texts = Field(
        default=(),
        description="Fields that only people see, such as a text or the URL of a picture.",
    )
    time: Text | None = Field(default=None, description="Field that holds the sample's time.")
    types: dict[Text, Kind] = Field(
        default={}, description="Type of a feature by its name; without one its JSON type decides."
    )

    @model_validator(mode="after")
    def _excludes_from_all(self) -> Self:
        if self.exclude and self.features != "*":
            raise ValueError('exclude is only for features: "*"; leave the field out of the list')
        return self
