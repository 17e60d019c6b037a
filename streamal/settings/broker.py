"""Section `broker`: where the topics live."""

from typing import Literal

from pydantic import Field

from streamal.settings.section import Section, Text


class SqliteBroker(Section):
    """The embedded broker: all topics in one file, one `run` at a time."""

    kind: Literal["sqlite"] = Field(default="sqlite", description="Which broker.")
    path: Text = Field(
        default="streamal.db",
        description="File that holds all topics; made by the first command that writes.",
    )


# One class for each kind. A second makes this a union: see `Policy` in policy.py.
Broker = SqliteBroker
