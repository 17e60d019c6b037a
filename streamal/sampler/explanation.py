"""Why a sample was asked about or not, in a few plain lines."""

from msgspec import UNSET

from streamal.core.ledger import names
from streamal.core.limits import LimitSpec
from streamal.core.policies import PolicySpec
from streamal.core.records import Decision, Request, Stamp
from streamal.lab.explain.figure import apart, short


def explained(decision: Decision, policy: PolicySpec, limits: list[LimitSpec]) -> str:
    """Return the lines: what became of it and why, what the model said, what is spent.

    Examples
    --------
    >>> from streamal.core.records import Source
    >>> decision = Decision(sample_id="a", route="abstain", reason="not_informative", label="x",
    ...     probabilities={"x": 0.9, "y": 0.1}, confidence=0.9, utility=0.111, rank=0.6,
    ...     threshold=0.2, propensity=0.03, model_version=7, decided_at=0,
    ...     source=Source("samples", 0, 4))
    >>> print(explained(decision, PolicySpec(), []))
    a: not asked, because its rank 0.6 among the last 100 was outside 0.2; nor labelled
      utility 0.111; propensity 0.03
      the model at version 7 said x: x 0.9, y 0.1
    """
    lines = [f"{decision.sample_id}: {_why(decision, policy)}", f"  {_worth(decision)}"]
    lines.append(f"  {_said(decision)}")
    if decision.ledger is not UNSET:
        lines.append(f"  {_spent(decision.ledger, limits)}")
    return "\n".join(lines)


def _why(decision: Decision, policy: PolicySpec) -> str:
    if decision.route == "request":
        return f"asked, because {_asked(decision, policy)}"
    if decision.route == "auto_label":
        bar = decision.auto_label_threshold
        sure, needed = apart(decision.confidence, 0.0 if bar is UNSET else bar)
        by = f", by certificate {decision.certificate}" if decision.certificate else ""
        return f"labelled {decision.label}, because its confidence {sure} reached {needed}{by}"
    return f"not asked, because {_not_asked(decision, policy)}; nor labelled"


def _asked(decision: Decision, policy: PolicySpec) -> str:
    if decision.source.topic == "pool":
        return "it was among the most useful of its pool, and unlike the others"
    if decision.reason == "exploration":
        return "the uniform draw fell on it, whatever its rank"
    if decision.reason == "audit":
        return "an audit fell on it: is the model right where it is sure?"
    if decision.reason == "cold_start":
        return "the model knows fewer than two classes yet"
    return _compared(decision, policy, is_wanted=True)


def _not_asked(decision: Decision, policy: PolicySpec) -> str:
    if decision.held_back is not None:
        return f"others like it were ({decision.held_back})"
    if decision.reason == "budget":
        return "the budget refused a label that it was worth"
    if decision.reason == "uncertified":
        return "it was not worth a label, and audits do not prove yet that the model is right"
    return _compared(decision, policy, is_wanted=False)


def _compared(decision: Decision, policy: PolicySpec, is_wanted: bool) -> str:
    """Return by what the policy decided."""
    if policy.kind == "rank":
        rank, threshold = apart(decision.rank, decision.threshold)
        side = "inside" if is_wanted else "outside"
        return f"its rank {rank} among the last {policy.window} was {side} {threshold}"
    if policy.kind == "fixed":
        sure, threshold = apart(decision.confidence, decision.threshold)
        side = "below" if is_wanted else "not below"
        return f"its confidence {sure} was {side} {threshold}"
    return f"the policy {policy.kind} {'wanted' if is_wanted else 'did not want'} it"


def _worth(decision: Decision) -> str:
    parts = [f"utility {short(decision.utility)}"]
    parts += [f"{name} {short(factor)}" for name, factor in decision.modifiers.items()]
    return f"{' × '.join(parts)}; propensity {short(decision.propensity)}"


def _said(decision: Decision) -> str:
    at = f"the model at version {decision.model_version}"
    if not decision.probabilities:
        return f"{at} had no opinion"
    ranked = sorted(decision.probabilities.items(), key=lambda one: -one[1])
    told = ", ".join(f"{name} {short(p)}" for name, p in ranked[:5])
    return f"{at} said {decision.label}: {told}"


def _spent(ledger: Stamp, limits: list[LimitSpec]) -> str:
    told = [
        f"{name} {one.charged:g} of {one.allowed:g}"
        for name, one in zip(names(limits), ledger.limits, strict=False)
    ]
    return f"charged then: {', '.join(told)}, sample {ledger.n}"


def waiting(request: Request, now: int) -> str:
    """Return how long an open request has still to be answered."""
    return f"open for {max(0, request.expires_at - now) // 1000} s more"
