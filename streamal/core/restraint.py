"""Why a sample that is worth asking is not asked all the same: others like it were."""

import msgspec

from streamal.core.controller import Verdict
from streamal.core.pending import NEWEST, PendingSpec, is_crowded
from streamal.core.quotas import Quotas
from streamal.core.records import Features, Restraint
from streamal.core.requests import RequestBook


class Ruling(msgspec.Struct, frozen=True, gc=False):
    """What the rule says of a candidate at a share, and what holds it back.

    `rests` where a stop left audits only.
    """

    verdict: Verdict
    share: float
    restraint: Restraint | None = None
    rests: bool = False


def restraint_of(
    features: Features,
    label: str | None,
    pending: PendingSpec | None,
    book: RequestBook,
    quotas: Quotas,
    n: int,
) -> Restraint | None:
    """Say what holds a sample and its predicted class back, as of n seen; None lets it pass."""
    if book.is_repeated(features, n):
        return "repeat"
    if quotas.is_full(features, label):
        return "quota"
    if pending is not None and is_crowded(features, book.waiting(NEWEST), pending):
        return "pending"
    return None
