"""What kinds of steps the ledger takes: a request, or one for each stamped update."""

from typing import Literal

from streamal.core.updates import (
    Budget,
    Certificate,
    Closed,
    Drift,
    Example,
    Pace,
    Stop,
    Takeover,
    Vote,
)

Kind = Literal[
    "request",
    "example",
    "vote",
    "closed",
    "pace",
    "budget",
    "certificate",
    "drift",
    "takeover",
    "stop",
]
KINDS: dict[type, Kind] = {
    Example: "example",
    Vote: "vote",
    Closed: "closed",
    Pace: "pace",
    Budget: "budget",
    Certificate: "certificate",
    Drift: "drift",
    Takeover: "takeover",
    Stop: "stop",
}
