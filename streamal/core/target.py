"""The precision that is promised of auto-labels."""

import msgspec


class TargetSpec(msgspec.Struct, frozen=True):
    """What is promised of auto-labels; `audit` is the audits' part of the budget."""

    precision: float
    audit: float = 0.2
    strict: bool = False
