"""Changes of what rests on a certificate; each returns the name that the verdict must have."""

from msgspec.structs import replace

from tests.lab.laws.copying import Copy, Json, Pick, json
from tests.lab.laws.picks import CANDIDATES, REQUESTS, UPDATES, by_a_scorer, kind, setting

AUTO, ABSTAINED = "auto-labels", "abstained"


def _why(*reasons: str) -> Pick:
    return lambda value: value.get("kind") == "certificate" and value["why"] in reasons


_LOST = _why("lost", "breaker")


def _step(value: Json) -> int:
    return int(value.get("ledger", {}).get("step", 0))


# Law 11: thresholds and certificates


def name_another_certificate(copy: Copy) -> str:
    """An auto-label by a record that did not earn its threshold."""
    return copy.change(AUTO, setting("certificate", 33), by_a_scorer, 20)


def lower_a_certified_bar(copy: Copy) -> str:
    """An auto-label at a threshold that nobody earned."""
    return copy.change(AUTO, setting("auto_label_threshold", 0.5), by_a_scorer, 20)


def label_uncertified(copy: Copy) -> str:
    """A model labels before the first certificate."""

    def edit(value: Json) -> None:
        value["model_version"] = 40

    return copy.change(AUTO, edit, lambda value: "ledger" in value, 20)


def label_after_withdrawal(copy: Copy) -> str:
    """The arbiter let an auto-label pass whose certificate it had withdrawn."""
    wanted = {one["sample_id"]: one for one in copy.said(CANDIDATES) if one.get("certificate")}

    def withdrawn(value: Json) -> bool:
        return value["reason"] == "uncertified" and value["sample_id"] in wanted

    at = copy.find(ABSTAINED, lambda value: "ledger" in value and withdrawn(value))
    record = copy.lanes[ABSTAINED, 0].pop(at)
    lane = copy.lanes[AUTO, 0]
    place = sum(_order(one) < _order(json(record)) for one in copy.said(AUTO) if "ledger" in one)
    stamped = [i for i, one in enumerate(copy.said(AUTO)) if "ledger" in one]
    lane.insert(stamped[place - 1] + 1, replace(record, topic=AUTO))

    def edit(value: Json) -> None:
        proposed = wanted[value["sample_id"]]
        for name in ("route", "reason", "auto_label_threshold", "certificate"):
            value[name] = proposed[name]

    return copy.change(AUTO, edit, withdrawn)


def _order(value: Json) -> tuple[int, int]:
    return _step(value), value["ledger"]["candidates"]


def claim_more_audits(copy: Copy) -> str:
    """A certificate rests on more audits than there were."""
    return copy.change(UPDATES, setting("audits", 30), _why("earned"))


def hide_an_error(copy: Copy) -> str:
    """A certificate counts one error less."""

    def edit(value: Json) -> None:
        value["errors"] -= 1

    return copy.change(UPDATES, edit, lambda value: value.get("errors", 0) > 0)


def miss_fewer(copy: Copy) -> str:
    """A certificate would take more audits than a record says."""

    def edit(value: Json) -> None:
        value["missing"] -= 1

    return copy.change(UPDATES, edit, _LOST)


def keep_a_certificate(copy: Copy) -> str:
    """A certificate was lost, and its record says that only the audits have changed."""

    def edit(value: Json) -> None:
        value["why"] = "audits"

    return copy.change(UPDATES, edit, _LOST)


def certify_by_nothing(copy: Copy) -> str:
    """Terms name a certificate and have no threshold."""

    def edit(value: Json) -> None:
        value["terms"]["certificate"] = 33

    return copy.change(UPDATES, edit, _LOST)


# Law 13: audits


def toss_another_coin(copy: Copy) -> str:
    """A candidate's coin is not the one that scorers were told."""
    return copy.change(CANDIDATES, setting("coin", 0.5), lambda value: bool(value.get("coin")), 30)


def audit_from_elsewhere(copy: Copy) -> str:
    """A candidate was drawn among others than scorers were told."""
    return copy.change(
        CANDIDATES, setting("audited_from", 0.9), lambda value: bool(value.get("coin")), 30
    )


def certify_a_candidate(copy: Copy) -> str:
    """A candidate that is not sure enough would be labelled."""
    return copy.change(
        CANDIDATES,
        setting("route", "auto_label"),
        lambda value: value.get("route") == "abstain" and bool(value["label"]),
        60,
    )


def ask_without_the_coin(copy: Copy) -> str:
    """A request that its rank wanted claims to be an audit; no label ever came."""
    return copy.change(REQUESTS, setting("reason", "audit"), _unlabelled(copy, "uncertain"), 3)


def _unlabelled(copy: Copy, reason: str) -> Pick:
    """Return what picks requests that are no evidence, whatever they claim."""
    labelled = {one["request_id"] for one in copy.said(UPDATES) if kind("example")(one)}
    return lambda value: value["reason"] == reason and value["request_id"] not in labelled


def round_an_audit(copy: Copy) -> str:
    """An audit's propensity that is nearly right."""

    def edit(value: Json) -> None:
        value["propensity"] = round(value["propensity"], 2)

    return copy.change(REQUESTS, edit, lambda value: value["reason"] == "audit", 5)


def deny_a_withdrawal(copy: Copy) -> str:
    """What was not labelled for want of a certificate claims to be of no interest."""
    return copy.change(
        ABSTAINED,
        setting("reason", "not_informative"),
        lambda value: value["reason"] == "uncertified",
        10,
    )


def wish_after_a_stop(copy: Copy) -> str:
    """After a stop a request claims that it was wanted."""
    stop = next(one for one in copy.said(UPDATES) if kind("stop")(one))
    is_one = _unlabelled(copy, "audit")
    return copy.change(
        REQUESTS,
        setting("reason", "uncertain"),
        lambda value: is_one(value) and _step(value) > _step(stop),
    )


def round_after_a_stop(copy: Copy) -> str:
    """After a stop a scorer's propensity is nearly right."""
    stop = next(one for one in copy.said(UPDATES) if kind("stop")(one))

    def edit(value: Json) -> None:
        value["propensity"] = round(value["propensity"] + 0.01, 3)

    return copy.change(
        ABSTAINED,
        edit,
        lambda value: by_a_scorer(value) and value["model_version"] >= stop["version"],
    )
