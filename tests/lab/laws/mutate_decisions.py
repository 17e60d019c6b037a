"""Changes of what was decided; each returns the name that the verdict must have."""

from math import nextafter

from streamal.wire.dead import about
from tests.lab.laws.copying import Copy, Json
from tests.lab.laws.picks import (
    CANDIDATES,
    REQUESTS,
    by_a_scorer,
    kind,
    setting,
    source,
    uncertain,
)

# Law 1: once


def drop_a_decision(copy: Copy) -> str:
    """Nobody decided a sample."""
    return source(copy.drop("abstained", by_a_scorer, 20))


def decide_again(copy: Copy) -> str:
    """A sample was decided once more."""
    return copy.repeat("abstained", by_a_scorer, 20)


def drop_a_dead_sample(copy: Copy) -> str:
    """A sample cannot be read, and there is no dead letter."""
    letter = about(copy.lanes["dead-letters", 0].pop(copy.letter("decode", 3)))
    return f"samples/0/{letter.offset}"


def propose_what_is_decided(copy: Copy) -> str:
    """A candidate waits for the arbiter a second time."""
    return copy.repeat(CANDIDATES, kind("candidate"), 50)


# Law 3: request ids


def use_an_id_again(copy: Copy) -> str:
    """Two requests have one id."""
    first = copy.said(REQUESTS)[copy.find(REQUESTS, uncertain, 20)]
    return copy.change(REQUESTS, setting("request_id", first["request_id"]), uncertain, 40)


def misname_a_request(copy: Copy) -> str:
    """A request has the id of another sample."""
    return copy.change(REQUESTS, setting("request_id", "samples/0/1"), uncertain, 40)


# Law 6: scores


def drift_in_the_last_digit(copy: Copy) -> str:
    """A probability is off by the last bit."""

    def edit(value: Json) -> None:
        chances = value["probabilities"]
        first = next(iter(chances))
        chances[first] = nextafter(chances[first], 1.0)

    return copy.change("abstained", edit, by_a_scorer, 20)


def score_at_an_older_version(copy: Copy) -> str:
    """A decision names a model that it was not made by."""

    def edit(value: Json) -> None:
        value["model_version"] -= 30

    return copy.change("abstained", edit, by_a_scorer, 60)


# Law 11: thresholds


def label_below_the_bar(copy: Copy) -> str:
    """An auto-label below its own threshold."""

    def edit(value: Json) -> None:
        value["auto_label_threshold"] = nextafter(value["confidence"], 1.0)

    return copy.change("auto-labels", edit, by_a_scorer, 20)


def lower_the_bar_once(copy: Copy) -> str:
    """One auto-label was measured by another threshold than its neighbours."""
    return copy.change("auto-labels", setting("auto_label_threshold", 0.5), by_a_scorer, 20)


# Law 12: cold models


def opine_early(copy: Copy) -> str:
    """A label from a model that knows one class."""

    def cold(value: Json) -> bool:
        return "ledger" not in value and value["label"] is None

    return copy.change("abstained", setting("label", "ham"), cold, 5)


# Law 13: draws


def draw_otherwise(copy: Copy) -> str:
    """A candidate's draw is not that of the seed; it was wanted by its rank all the same."""
    asked = {source(value) for value in copy.said(REQUESTS) if uncertain(value)}

    def was_asked(value: Json) -> bool:
        return kind("candidate")(value) and source(value) in asked

    return copy.change(CANDIDATES, setting("draw", 0.999), was_asked, 20)


def give_another_reason(copy: Copy) -> str:
    """A request claims to be a uniform draw."""
    return copy.change(REQUESTS, setting("reason", "exploration"), uncertain, 30)


def round_a_propensity(copy: Copy) -> str:
    """A propensity that is nearly right."""

    def edit(value: Json) -> None:
        value["propensity"] = round(value["propensity"], 2)

    def explored(value: Json) -> bool:
        return bool(value["reason"] == "exploration") and value["propensity"] < 1

    return copy.change(REQUESTS, edit, explored)


def rank_otherwise(copy: Copy) -> str:
    """A rank among other samples than those before it."""
    return copy.change("abstained", setting("rank", 0.99), by_a_scorer, 20)


def ask_above_the_cap(copy: Copy) -> str:
    """A request at a larger share than its candidate was proposed at."""
    request = copy.said(REQUESTS)[copy.find(REQUESTS, uncertain, 30)]
    edit = setting("cap", request["ledger"]["share"] / 2)
    copy.change(CANDIDATES, edit, skip=request["ledger"]["candidates"])
    return f"{REQUESTS}/0/{copy.find(REQUESTS, uncertain, 30)}"


def swallow_a_sample(copy: Copy) -> str:
    """A scorer kept to itself what the rule wants to be proposed."""

    def edit(value: Json) -> None:
        value["threshold"], value["propensity"] = 0.85, 1.0

    return copy.change("abstained", edit, by_a_scorer, 20)


# Laws 6 and 13: modifiers, arms, restraints (of the restrained log)


def modify_otherwise(copy: Copy) -> str:
    """A modifier's factor that is not the one the utility was made with."""

    def edit(value: Json) -> None:
        value["modifiers"] = {name: factor / 2 for name, factor in value["modifiers"].items()}

    def modified(value: Json) -> bool:
        return bool(value.get("modifiers"))

    return copy.change("auto-labels", edit, modified, 20)


def hold_back_what_was_not_wanted(copy: Copy) -> str:
    """A candidate that the rule did not want claims to be held back."""

    def unwanted(value: Json) -> bool:
        return "ledger" in value and "held_back" not in value and value["reason"] != "budget"

    return copy.change("abstained", setting("held_back", "quota"), unwanted, 10)


def hold_back_with_a_chance(copy: Copy) -> str:
    """A repeat claims that it could have been drawn."""

    def repeat(value: Json) -> bool:
        return value.get("held_back") == "repeat"

    return copy.change("abstained", setting("propensity", 0.01), repeat)
