"""Why a sample that is worth asking is not asked all the same: others like it were."""

import msgspec

from streamal.core.controller import Verdict
from streamal.core.journal import ArbiterSpec
from streamal.core.pending import NEWEST, is_crowded
from streamal.core.quotas import Quotas
from streamal.core.records import Candidate, Restraint
from streamal.core.requests import RequestBook


class Ruling(msgspec.Struct, frozen=True, gc=False):
    """What the rule says of a candidate at a share, and what holds it back."""

    verdict: Verdict
    share: float
    restraint: Restraint | None = None


def restraint_of(
    candidate: Candidate, spec: ArbiterSpec, book: RequestBook, quotas: Quotas, n: int
) -> Restraint | None:
    """Say what holds a candidate back, as of n samples seen; None lets it pass."""
    if book.is_repeated(candidate.features, n):
        return "repeat"
    if quotas.is_full(candidate.features, candidate.label):
        return "quota"
    pending = spec.pending
    if pending is not None and is_crowded(candidate.features, book.waiting(NEWEST), pending):
        return "pending"
    return None
