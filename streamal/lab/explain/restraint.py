"""Why a sample that was worth asking was not asked all the same: others like it were."""

from collections.abc import Sequence

from streamal.core.journal import ArbiterSpec
from streamal.core.quotas import QuotaSpec
from streamal.core.records import Features


def held_by(restraint: str, spec: ArbiterSpec, features: Features | None, label: str | None) -> str:
    """Return the reason as a clause.

    Parameters
    ----------
    spec
        As configured now; the settings of then may have been others.
    features
        None where they are not known any more.

    Examples
    --------
    >>> from streamal.core.repeats import ThinningSpec
    >>> held_by("repeat", ArbiterSpec([], thinning=ThinningSpec(most=3)), {}, "a")
    'others that are all but the same were asked about (thinning: 3 at most)'
    >>> held_by("quota", ArbiterSpec([], quotas=(QuotaSpec(None, "a", most=0.5),)), {}, "a")
    'requests for class a had their share, 0.5 (quotas)'
    """
    if restraint == "repeat":
        most = "" if spec.thinning is None else f": {spec.thinning.most} at most"
        return f"others that are all but the same were asked about (thinning{most})"
    if restraint == "pending":
        return "answers for others near it were still on their way (pending discount)"
    shares = [
        f"{_part(quota)} had their share, {quota.most:g}"
        for quota in _capping(spec.quotas, features, label)
    ]
    told = " and ".join(f"requests for {share}" for share in shares)
    return f"{told or 'requests for its class or segment had their share'} (quotas)"


def _capping(
    quotas: Sequence[QuotaSpec], features: Features | None, label: str | None
) -> list[QuotaSpec]:
    """Return the quotas with a most to which a sample belongs, as far as that is known."""
    return [
        quota
        for quota in quotas
        if quota.most < 1
        and (quota.feature is None or features is not None)
        and quota.holds(features or {}, label)
    ]


def _part(quota: QuotaSpec) -> str:
    return f"class {quota.value}" if quota.feature is None else f"{quota.feature} {quota.value}"
