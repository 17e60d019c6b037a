"""Changes of the books; each returns the name that the verdict must have."""

from msgspec.structs import replace

from streamal.core.log import Record
from streamal.runtime.plan import SCORERS
from streamal.wire.dead import PREFIX, about
from tests.lab.laws.copying import Copy, Json
from tests.lab.laws.picks import (
    CANDIDATES,
    NOWHERE,
    REQUESTS,
    UPDATES,
    kind,
    limit,
    setting,
    source,
    stepped,
    uncertain,
)

# Law 2: the budget


def lower_a_count(copy: Copy) -> str:
    """The budget was smaller than what its stamps allow."""

    def edit(value: Json) -> None:
        value["limits"][-1]["amount"] = 20

    return copy.change(UPDATES, edit, kind("budget"), 1)


def spend_beyond_a_count(copy: Copy) -> str:
    """A service whose ledger believes in 20 labels and spends more."""
    step = copy.said(UPDATES)[copy.find(UPDATES, kind("budget"), 1)]["ledger"]["step"]

    def believe(value: Json) -> None:
        if value.get("ledger", {}).get("step", 0) >= step:
            value["ledger"]["limits"][-1]["allowed"] = 20

    for topic in (REQUESTS, UPDATES, "abstained", "auto-labels"):
        copy.rewrite(topic, believe)
    lower_a_count(copy)
    copy.change("state", _lower_the_row, lambda value: "ledger" in value)
    spent = [value["ledger"]["limits"][-1]["charged"] for value in copy.said(REQUESTS)]
    return f"{REQUESTS}/0/{next(at for at, one in enumerate(spent) if one == 21)}"


def _lower_the_row(value: Json) -> None:
    value["ledger"]["specs"][-1]["amount"] = 20


def see_one_less(copy: Copy) -> str:
    """A request was made when fewer samples had been seen than it says."""
    said = [value["ledger"]["n"] for value in copy.said(REQUESTS)]
    at = next(at for at in range(40, len(said)) if said[at] > said[at - 1])

    def edit(value: Json) -> None:
        value["ledger"]["n"] -= 1

    return copy.change(REQUESTS, edit, skip=at)


def allow_more(copy: Copy) -> str:
    """A stamp allows one label more than the budget."""

    def edit(value: Json) -> None:
        limit(value)["allowed"] += 1

    return copy.change(REQUESTS, edit, uncertain, 30)


# Law 4: labels


def drop_a_refusal(copy: Copy) -> str:
    """A label was refused, and there is no dead letter."""
    letter = about(copy.lanes["dead-letters", 0].pop(copy.letter("label", 2)))
    return f"labels/0/{letter.offset}"


def say_otherwise(copy: Copy) -> str:
    """A label was learned that nobody gave."""
    at = copy.find(UPDATES, kind("example"), 30)
    example = copy.said(UPDATES)[at]
    other = "ham" if example["label"] == "spam" else "spam"
    copy.change("labels", setting("label", other), skip=example["answer"]["offset"])
    return f"{UPDATES}/0/{at}"


def answer_from_nowhere(copy: Copy) -> str:
    """An example names a label that does not exist."""

    def edit(value: Json) -> None:
        value["answer"]["offset"] = NOWHERE

    return copy.change(UPDATES, edit, kind("example"), 30)


def correct_nothing(copy: Copy) -> str:
    """A first label that claims to correct another."""

    def first(value: Json) -> bool:
        is_first = kind("example")(value) and "corrects" not in value
        return is_first and value.get("annotator") == "person"

    return copy.change(UPDATES, setting("corrects", True), first, 10)


def correct_by_the_same(copy: Copy) -> str:
    """A correction that says what was said before; the label itself says so too."""
    at = copy.find(UPDATES, lambda value: value.get("corrects") is True)
    example = copy.said(UPDATES)[at]
    other = "ham" if example["label"] == "spam" else "spam"
    copy.change("labels", setting("label", other), skip=example["answer"]["offset"])
    return copy.change(UPDATES, setting("label", other), skip=at)


# Law 5: replicas


def tell_another_digest(copy: Copy) -> str:
    """A scorer's model had become another."""
    edit = setting("digest", {"version": 100, "value": "0123456789abcdef"})
    return copy.change(CANDIDATES, edit, lambda value: "digest" in value)


def hide_an_error(copy: Copy) -> str:
    """An example that the arbiter's process learned cannot be learned."""
    return copy.change(UPDATES, lambda value: value.pop("error"), lambda value: "error" in value)


# Law 7: the ledger


def charge_more(copy: Copy) -> str:
    """A stamp says that more was charged than was."""

    def edit(value: Json) -> None:
        limit(value)["charged"] += 1

    return copy.change(REQUESTS, edit, uncertain, 30)


def drop_a_second_request(copy: Copy) -> str:
    """The request that asked once more is gone."""
    dropped = copy.drop(REQUESTS, lambda value: "#" in value["request_id"])
    return stepped(copy, dropped["ledger"]["step"] + 1)


def forget_a_charge_in_the_row(copy: Copy) -> str:
    """The ledger's row has charged less than its records."""

    def edit(value: Json) -> None:
        value["ledger"]["accounts"][0]["charged"] -= 1

    copy.change("state", edit, lambda value: "ledger" in value)
    return "state/0"


def refund_on_paper(copy: Copy) -> str:
    """A refund that the stamps do not know of."""
    edit = setting("refunded", True)
    return copy.change(UPDATES, edit, lambda value: value.get("refunded") is False)


def raise_a_price(copy: Copy) -> str:
    """A label cost more than the stamps say."""

    def edit(value: Json) -> None:
        value["limits"][2]["prices"]["person"] = 0.26

    copy.change(UPDATES, edit, kind("budget"))
    return f"{REQUESTS}/0/0"


# Law 9: fences


def swap_requests(copy: Copy) -> str:
    """A step was written after a later one."""
    return copy.swap(REQUESTS, uncertain, 30)


def write_without_offsets(copy: Copy) -> str:
    """Decisions are visible whose samples are still to be read."""
    offsets = copy.committed[SCORERS]
    offsets[0] -= 3
    for topic in ("auto-labels", "abstained", REQUESTS):
        for at, value in enumerate(copy.said(topic)):
            if value["source"]["offset"] >= offsets[0]:
                return f"{topic}/0/{at}"
    raise AssertionError("no decision on the last samples")


def tell_seen_again(copy: Copy) -> str:
    """A scorer counts samples that were counted before."""
    return copy.repeat(CANDIDATES, kind("progress"), -1)


# Law 10: dead letters


def bury_what_was_not_read(copy: Copy) -> str:
    """A dead letter of a record that nobody has come to."""
    return _bury(copy, NOWHERE)


def bury_twice(copy: Copy) -> str:
    """Two dead letters of one record."""
    _bury(copy, 3)
    return _bury(copy, 3)


def _bury(copy: Copy, offset: int) -> str:
    lane = copy.lanes["dead-letters", 0]
    known = {PREFIX + "topic": CANDIDATES, PREFIX + "stage": CANDIDATES}
    known[PREFIX + "offset"] = str(offset)
    lane.append(_headed(lane[copy.letter("decode")], known))
    return f"dead-letters/0/{len(lane) - 1}"


def _headed(record: Record, known: dict[str, str]) -> Record:
    headers = [(name, known.get(name, value.decode()).encode()) for name, value in record.headers]
    return replace(record, headers=tuple(headers))


# Several laws


def drop_a_request(copy: Copy) -> str:
    """A request is gone: a sample without a decision, and a step."""
    return source(copy.drop(REQUESTS, uncertain, 30))


def drop_a_pace(copy: Copy) -> str:
    """An update is gone: a version, and a step."""
    at = copy.find(UPDATES, kind("pace"), 3)
    copy.drop(UPDATES, kind("pace"), 3)
    return f"{UPDATES}/0/{at}"


def ask_twice(copy: Copy) -> str:
    """A request was written once more."""
    return copy.repeat(REQUESTS, uncertain, 30)


def learn_twice(copy: Copy) -> str:
    """An example was written once more."""
    return copy.repeat(UPDATES, kind("example"), 30)
