"""What all sections share: frozen, strict, and deaf to no misspelt key."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, WithJsonSchema

from streamal.core.classes import canonical


class Section(BaseModel):
    """A section of the configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _whole(value: object) -> object:
    """Let 1e5 pass as 100000, as JSON Schema's ``integer`` does."""
    if isinstance(value, float) and isfinite(value) and value == int(value):
        return int(value)
    return value


WHOLE = BeforeValidator(_whole)
Natural = Annotated[int, Field(ge=0), WHOLE]
Counted = Annotated[int, Field(ge=1), WHOLE]
Share = Annotated[float, Field(ge=0, le=1)]
Part = Annotated[float, Field(gt=0, le=1)]
Price = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], Field(strict=False)]
Label = Annotated[
    str,
    BeforeValidator(canonical),
    WithJsonSchema(
        {"title": "label", "anyOf": [{"type": kind} for kind in ("string", "number", "boolean")]}
    ),
]


def chosen_by(tag: Callable[[Mapping[str, object]], str | None], problem: str) -> Discriminator:
    """Return what chooses one class of a union; `problem` is said where none fits.

    Tags look like ``<fixed>``, so that in the place of an error none can be taken for a key.
    """

    def choose(value: object) -> str | None:
        given = value.model_dump() if isinstance(value, BaseModel) else value
        found = tag(given) if isinstance(given, Mapping) else None
        return None if found is None else f"<{found}>"

    return Discriminator(choose, custom_error_type="no_such_kind", custom_error_message=problem)
