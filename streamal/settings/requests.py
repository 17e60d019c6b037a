"""Sections `requests` and `labels`: what happens to a question, and to its answer."""

from typing import Annotated, Literal

from pydantic import Field

from streamal.settings.duration import Duration, Length
from streamal.settings.section import Counted, Natural, Part, Section

Refundable = Literal["expired", "skipped", "rejected", "unknown", "retracted"]


class Requests(Section):
    """What happens to a request that is not simply answered."""

    expire_after: Length = Field(
        default=Duration.parse("1d"), description="After this a request counts as unanswered."
    )
    refund: Annotated[tuple[Refundable, ...], Field(strict=False)] = Field(
        default=(), description="Outcomes that give the label back to the budget."
    )
    ask_again: Natural = Field(
        default=0, description="How often an unanswered sample is asked about again."
    )
    remember: Length = Field(
        default=Duration.parse("30d"),
        description="How long a closed request is known, so that a late answer finds it.",
    )
    max_ahead: Counted | None = Field(
        default=None,
        description="Samples decided after the oldest open request before intake pauses; "
        "null: never.",
    )


class Labels(Section):
    """Which answers are taken."""

    unsolicited: bool = Field(
        default=False, description="Take labels that nobody asked for; they must carry features."
    )
    per_request: Counted = Field(
        default=1,
        description="Different annotators that answer each request; each costs a label. With "
        "more than one, answers must name their `annotator`.",
    )
    agreement: Part = Field(
        default=0.5,
        description="With several annotators: share of the answers that a label needs to be "
        "learned, and no other may have as many.",
    )
