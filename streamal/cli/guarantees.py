"""How the promises stand, in words: the certificate, drift, a stop."""

from collections.abc import Iterator, Mapping
from typing import Any


def told(status: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each of certificate, drift and stop that there is.

    Examples
    --------
    >>> promise = {"certified": False, "target": 0.95, "missing": 37}
    >>> stop = {"rule": "no_gain", "samples": 4100}
    >>> for sentence in told({"certificate": promise, "drift": None, "stop": stop}):
    ...     print(sentence)
    auto-labels are off: no certificate for 0.95; 37 more audits without an error would earn one
    asking has stopped at sample 4,100 by no_gain; only audits go on
    """
    if status["certificate"] is not None:
        yield _promise(status["certificate"])
    drift = status["drift"]
    if drift is not None and drift["last"] is not None:
        alarms = sum(drift["alarms"].values())
        learning = ", and a fresh model learns" if drift["is_learning"] else ""
        yield f"drift: {alarms} alarms, the last by {drift['last']}{learning}"
    if status["stop"] is not None:
        at, rule = status["stop"]["samples"], status["stop"]["rule"]
        yield f"asking has stopped at sample {at:,} by {rule}; only audits go on"


def _promise(certificate: Mapping[str, Any]) -> str:
    target, missing = certificate["target"], certificate["missing"]
    if not certificate["certified"]:
        return (
            f"auto-labels are off: no certificate for {target}; {missing} more audits without an "
            "error would earn one"
        )
    bars = ", ".join(f"{name} from {bar:.4g}" for name, bar in certificate["thresholds"].items())
    return (
        f"auto-labels are certified for {target}: {bars}, by {certificate['audits']} audits with "
        f"{certificate['errors']} errors, since version {certificate['since']:,}"
    )
