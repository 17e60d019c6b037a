"""Section `committee`: the members of the preset of that name, and how they disagree."""

from typing import Annotated, Literal

from pydantic import Field

from streamal.settings.section import WHOLE, Section

Kind = Literal["linear", "bayes", "tree", "forest", "text"]
Measure = Literal["consensus_entropy", "vote_entropy", "kl"]
Members = Annotated[int, Field(ge=2, le=100), WHOLE]


class Committee(Section):
    """Members that learn the same examples in other numbers: online bagging."""

    of: Kind = Field(default="linear", description="Preset that each member is.")
    members: Members = Field(default=5, description="How many there are.")
    measure: Measure = Field(
        default="consensus_entropy",
        description="How `policy.utility: disagreement` weighs what they say.",
    )
