"""What all sections share: frozen, strict, and deaf to no misspelt key."""

from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    SecretStr,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import InitErrorDetails

from streamal.core.classes import canonical


class Section(BaseModel):
    """A section of the configuration."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,  # it may hold a secret, or be one
    )


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


class WrittenDown(SecretStr):
    """A secret that came as plain text: from the file, and not from the environment."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretStr) and self.get_secret_value() == other.get_secret_value()

    __hash__ = SecretStr.__hash__


def _secret(value: object) -> object:
    """Note where a secret came from; an empty one, such as of an unset variable, is none."""
    if isinstance(value, str | SecretStr) and not len(value):
        return None
    return WrittenDown(value) if isinstance(value, str) else value


Secret = Annotated[SecretStr | None, BeforeValidator(_secret)]
"""Text that is never shown."""


def refuse(faults: Iterable[tuple[str, str]]) -> None:
    """Raise all that is wrong with a section at once, each under its key; nothing for nothing.

    A number in a key, such as ``quotas.0.value``, is the place of an item.
    """
    found = [
        InitErrorDetails(
            type="value_error",
            loc=tuple(int(part) if part.isdecimal() else part for part in key.split(".")),
            input=None,
            ctx={"error": ValueError(text)},
        )
        for key, text in faults
    ]
    if found:
        raise ValidationError.from_exception_data("section", found, hide_input=True)


def chosen_by(tag: Callable[[Mapping[str, object]], str | None], problem: str) -> Discriminator:
    """Return what chooses one class of a union; `problem` is said where none fits.

    Tags look like ``<fixed>``, so that in the place of an error none can be taken for a key.
    """

    def choose(value: object) -> str | None:
        given = value.model_dump() if isinstance(value, BaseModel) else value
        found = tag(given) if isinstance(given, Mapping) else None
        return None if found is None else f"<{found}>"

    return Discriminator(choose, custom_error_type="no_such_kind", custom_error_message=problem)
