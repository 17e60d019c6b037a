"""Where a sample goes that is not asked, by the terms that its scorer was told."""

from typing import NamedTuple

from streamal.core.terms import Terms
from streamal.lab.laws.facts import Proposed, Scored, Told


class Way(NamedTuple):
    """A route and what goes with it, as in a decision or a candidate.

    `coin` is the probability of an audit, as for all that are as confident as `audited_from`.
    """

    route: str = "abstain"
    reason: str = "not_informative"
    bar: float | None = None
    certificate: int | None = None
    coin: float = 0.0
    audited_from: float = 0.0


def way(terms: Terms | None, scored: Scored) -> Way | None:
    """Return the way of a sample that is not asked.

    Parameters
    ----------
    terms
        Those at its version; None: as configured then, which no record tells. Only what
        has no opinion has a known way then.

    Examples
    --------
    >>> from streamal.core.records import Source
    >>> at = Source("abstained", 0, 7)
    >>> one = Scored(at=at, source=at, version=3, label="a", classes=("a", "b"), row=(0.9, 0.1),
    ...     confidence=0.9, utility=0.4, rank=0.0, reason="", bar=None)
    >>> found = way(Terms(audited={"*": 0.8}, coin=0.25), one)
    >>> found.route, found.reason, found.coin
    ('abstain', 'uncertified', 0.25)
    """
    if not scored.row:
        return Way()
    if terms is None:
        return None
    bar, start = terms.bar(scored.label), terms.audits_from(scored.label)
    coin, since = terms.coin, start if terms.coin else 0.0
    if scored.confidence >= bar:
        return Way("auto_label", "confident", bar, terms.certificate, coin, since)
    if scored.confidence < start:
        return Way()
    reason = "not_informative" if terms.bars else "uncertified"
    return Way(reason=reason, coin=coin, audited_from=since)


def misled(scored: Told | Proposed, other: Way | None) -> str | None:
    """Return in what a scorer's word differs from the way of a sample, None where it agrees.

    Of its own decisions only route and reason: what an auto-label names is for law 11.
    """
    if isinstance(scored, Proposed):
        why = _misaudited(scored, Way() if other is None else other)
        if why or other is None:
            return why
        if (scored.bar, scored.certificate) != (other.bar, other.certificate):
            return (
                f"threshold {scored.bar} of certificate {scored.certificate}; by the terms at "
                f"version {scored.version} {other.bar} of {other.certificate}"
            )
    if other is None or (scored.route, scored.reason) == (other.route, other.reason):
        return None
    return (
        f"its way is {scored.route} ({scored.reason}); by the terms at version "
        f"{scored.version} it is {other.route} ({other.reason})"
    )


def _misaudited(proposed: Proposed, other: Way) -> str | None:
    coin, since = proposed.coin, proposed.audited_from
    if (coin, since) == (other.coin, other.audited_from):
        return None
    return (
        f"a coin of {coin} from confidence {since}; by the terms at version "
        f"{proposed.version} it is {other.coin} from {other.audited_from}"
    )
