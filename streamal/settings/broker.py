"""Section `broker`: where the topics live."""

from typing import Annotated, Literal

from pydantic import Field, Tag

from streamal.settings.kafka import KafkaBroker
from streamal.settings.section import Section, Text, chosen_by

_KIND = "Which broker."


class SqliteBroker(Section):
    """The embedded broker: all topics in one file, one `run` at a time."""

    kind: Literal["sqlite"] = Field(default="sqlite", description=_KIND)
    path: Text = Field(
        default="streamal.db",
        description="File that holds all topics; made by the first command that writes.",
    )


Broker = Annotated[
    Annotated[SqliteBroker, Tag("<sqlite>")] | Annotated[KafkaBroker, Tag("<kafka>")],
    chosen_by(lambda given: str(given.get("kind", "sqlite")), "no such kind"),
]
