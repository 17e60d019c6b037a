"""Which samples nobody could be asked about, because no limit had a label left for them."""

from math import inf

from streamal.core.ledger import Ledger
from streamal.core.limits import Limit


def out_of_reach(ledger: Ledger, n: int) -> float:
    """Return what part of the samples since the ledger's last one, up to n, had no label left.

    A rate affords the next label so many samples later; what another limit lacks it lacks
    for all of them. Without a sample since then: whether the next one has a label.

    Examples
    --------
    >>> from streamal.core.limits import LimitSpec
    >>> ledger = Ledger([LimitSpec("rate", 0.1, burst=1)])
    >>> ledger.advance(n=0, time=0)
    >>> _ = ledger.reserve()
    >>> out_of_reach(ledger, n=40), out_of_reach(ledger, n=10)
    (0.25, 1.0)
    """
    if not ledger.refusing():
        return 0.0
    since = n - ledger.state.n
    waits = max(_wait(one) for one in ledger.limits if not one.affords())
    return min(1.0, waits / since) if since > 0 else 1.0


def _wait(one: Limit) -> float:
    """Return the samples until a limit affords a request again."""
    if one.spec.kind != "rate":
        return inf
    return (one.account.charged + one.per_request - one.allowed()) / one.spec.amount
