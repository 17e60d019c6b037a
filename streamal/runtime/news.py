"""What an arbiter's transaction changed for everybody, as log lines."""

from collections.abc import Sequence

import structlog

from streamal.core.arbiter import Output
from streamal.core.updates import Certificate, Drift, Stop, Takeover

_log = structlog.get_logger("streamal.arbiter")

_LOUD = ("lost", "breaker", "drift")


def tell(out: Sequence[Output]) -> None:
    """Log certificates that came or went, alarms, fresh models, and the end of asking."""
    for record in out:
        if isinstance(record, Certificate):
            _tell_certificate(record)
        elif isinstance(record, Drift):
            _log.warning("drift", detector=record.detector, saw=record.saw, fresh=record.fresh)
        elif isinstance(record, Takeover):
            _log.info("takeover" if record.taken else "fresh_dropped", labels=record.labels)
        elif isinstance(record, Stop):
            said = "asking_goes_on" if record.rule is None else "asking_stopped"
            _log.info(said, rule=record.rule, saw=record.saw)


def _tell_certificate(record: Certificate) -> None:
    """Log what changed; where and how often audits are drawn is no news to people."""
    if record.why == "audits" or (record.why in _LOUD and record.terms.bars):
        return
    say = _log.warning if record.why in _LOUD else _log.info
    bars, proof = record.terms.bars, {"audits": record.audits, "errors": record.errors}
    say("certificate", why=record.why, bars=bars, missing=record.missing, **proof)
