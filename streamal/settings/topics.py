"""Section `topics`: the names at the broker, and how long records are kept."""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, model_validator

from streamal.settings.duration import Duration, Length
from streamal.settings.section import Counted, Section

LOGICAL: Final = (
    "samples",
    "label-requests",
    "labels",
    "auto-labels",
    "abstained",
    "dead-letters",
    "candidates",
    "updates",
    "state",
)
"""The nine logical names."""

KEPT: Final = ("label-requests", "updates", "state")
"""What laws and replays need whole: no retention can be set."""

LONGEST: Final = 249
"""Characters of a topic name that Kafka takes (`Topic.MAX_NAME_LENGTH`)."""

_LEGAL = "name of letters, digits, dots, dashes and underscores"
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", json_schema_extra={"title": _LEGAL})]
Prefix = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]*$", json_schema_extra={"title": _LEGAL})]


class _Hyphenated(Section):
    """Keys are logical names, such as `label-requests`."""

    model_config = ConfigDict(
        alias_generator=lambda name: name.replace("_", "-"), populate_by_name=False
    )


def _kept(topic: str, default: str | None) -> Duration | None:
    """Return a field for the retention of a topic."""
    field: Duration | None = Field(
        default=None if default is None else Duration.parse(default),
        description=f"How long records of `{topic}` are kept; null keeps them for ever.",
    )
    return field


class Retention(_Hyphenated):
    """How long records are kept, where they need not be kept for ever."""

    samples: Length | None = _kept("samples", "7d")
    labels: Length | None = _kept("labels", None)
    auto_labels: Length | None = _kept("auto-labels", "7d")
    abstained: Length | None = _kept("abstained", "7d")
    candidates: Length | None = _kept("candidates", "7d")
    dead_letters: Length | None = _kept("dead-letters", "30d")

    @model_validator(mode="before")
    @classmethod
    def _whole_topics(cls, data: object) -> object:
        for topic in KEPT:
            if isinstance(data, Mapping) and topic in data:
                raise ValueError(f"{topic} is kept for ever: it can have no retention")
        return data


def _named(topic: str, what: str) -> str:
    """Return a field for the name of a topic."""
    field: str = Field(default=topic, description=f"Topic of {what}.")
    return field


class Topics(_Hyphenated):
    """Any topic can be renamed by its logical name; the prefix goes before all of them."""

    prefix: Prefix = Field(
        default="", description="Goes before every topic's name, and before group names."
    )
    samples: Name = _named("samples", "what comes in, one unlabelled sample a record")
    label_requests: Name = _named("label-requests", "samples that a person is asked about")
    labels: Name = _named("labels", "the answers")
    auto_labels: Name = _named("auto-labels", "samples that the model labelled itself")
    abstained: Name = _named("abstained", "samples neither asked about nor labelled")
    dead_letters: Name = _named("dead-letters", "records that cannot be read")
    candidates: Name = _named("candidates", "what scorers propose (own use)")
    updates: Name = _named("updates", "every learned example and policy change (own use)")
    state: Name = _named("state", "what a restart needs (own use)")
    partitions: Counted = Field(
        default=1, description="Partitions of `samples` when it is made; scorers share them."
    )
    retention: Retention = Field(
        default=Retention(), description="How long records are kept, by logical name."
    )

    def name(self, logical: str) -> str:
        """Return the name at the broker. Raises `KeyError` for no logical name.

        Examples
        --------
        >>> Topics(prefix="shop.").name("label-requests")
        'shop.label-requests'
        """
        return self.names()[logical]

    def names(self) -> dict[str, str]:
        """Return the name at the broker for each logical name."""
        return {
            logical: self.prefix + getattr(self, logical.replace("-", "_")) for logical in LOGICAL
        }

    def retention_ms(self, logical: str) -> int | None:
        """Return how long records are kept, in milliseconds; None: for ever."""
        kept: Duration | None = getattr(self.retention, logical.replace("-", "_"), None)
        return None if kept is None else kept.milliseconds

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        taken: dict[str, str] = {}
        for logical, name in self.names().items():
            if (other := taken.setdefault(name, logical)) != logical:
                raise ValueError(f"{other} and {logical} cannot both be the topic {name}")
            if len(name) > LONGEST:
                raise ValueError(f"{logical} with its prefix is longer than {LONGEST} characters")
        return self
