"""What several annotators said of one request, and what they decide together."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from streamal.core.ledger import Charges


class Ballot(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What one annotator said last; a part of the request's row in `state`.

    Parameters
    ----------
    outcome
        ``labelled``, ``skipped``, ``unknown`` or ``rejected``.
    label
        The class, of ``labelled`` only.
    charges
        What this answer was charged, by the limit's name.
    refunded
        Whether that was given back.
    """

    outcome: str
    label: str | None = None
    charges: Charges = {}
    refunded: bool = False


class Verdict(NamedTuple):
    """What the answers to a request come to."""

    outcome: str
    label: str | None = None


DISAGREED = Verdict("disagreed")


def verdict(said: Iterable[tuple[str, str | None]], agreement: float) -> Verdict:
    """Return what was said most often, if that is alone and reaches its share of all answers.

    Parameters
    ----------
    said
        Outcome and label of each answer; one without a label counts as what it is.
    agreement
        The share of the answers that it needs.

    Examples
    --------
    >>> spam, ham = ("labelled", "spam"), ("labelled", "ham")
    >>> verdict([spam, ham, spam], 0.5)
    Verdict(outcome='labelled', label='spam')
    >>> verdict([spam, ham], 0.5).outcome, verdict([spam, ham, spam], 0.7).outcome
    ('disagreed', 'disagreed')
    """
    counts = Counter(said)
    (first, most), *others = counts.most_common(2)
    is_tied = any(count == most for _, count in others)
    if is_tied or most / counts.total() < agreement:
        return DISAGREED
    return Verdict(*first)


def tally(ballots: Mapping[str, Ballot]) -> dict[str, int]:
    """Return how many annotators gave each label, in the order of the labels."""
    counts = Counter(one.label for one in ballots.values() if one.label is not None)
    return dict(sorted(counts.items()))
