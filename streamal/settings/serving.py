"""Section `http`: metrics, health and status."""

from typing import Annotated

from pydantic import Field

from streamal.settings.section import WHOLE, Section, Text

Port = Annotated[int, Field(ge=0, le=65_535), WHOLE]


class Http(Section):
    """One port for metrics, health and status."""

    host: Text = Field(default="127.0.0.1", description="Address to listen on.")
    port: Port = Field(default=8080, description="Port to listen on; 0 takes any free one.")
