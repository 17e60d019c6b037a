"""Changes of what several annotators said and decided; each names the record to be reported."""

from tests.lab.laws.copying import Copy, Json
from tests.lab.laws.picks import REQUESTS, UPDATES, kind, setting, stepped

# Law 4: labels


def _voted(value: Json) -> bool:
    """Is it an example that was not unanimous?"""
    return kind("example")(value) and len(value.get("votes", ())) > 1


def learn_the_minority(copy: Copy) -> str:
    """The label that fewer gave was learned."""
    at = copy.find(UPDATES, _voted)
    votes = copy.said(UPDATES)[at]["votes"]
    copy.change(UPDATES, setting("label", min(votes, key=votes.__getitem__)), skip=at)
    return f"{UPDATES}/0/{at}"


def count_a_vote_twice(copy: Copy) -> str:
    """An example tells of more votes than were given."""

    def edit(value: Json) -> None:
        value["votes"][value["label"]] += 1

    return copy.change(UPDATES, edit, _voted)


def disagree_in_spite(copy: Copy) -> str:
    """They agreed on skipping, and the request is said to have ended in disagreement."""
    return copy.change(UPDATES, setting("outcome", "disagreed"), _skipped_by_most)


def _skipped_by_most(value: Json) -> bool:
    return kind("closed")(value) and value["outcome"] == "skipped" and "answer" in value


def vote_for_another(copy: Copy) -> str:
    """A vote says another label than its annotator."""
    at = copy.find(UPDATES, _with_a_label)
    other = "ham" if copy.said(UPDATES)[at]["label"] == "spam" else "spam"
    copy.change(UPDATES, setting("label", other), skip=at)
    return f"{UPDATES}/0/{at}"


def _with_a_label(value: Json) -> bool:
    return kind("vote")(value) and "label" in value


def decide_too_early(copy: Copy) -> str:
    """More annotators were asked than the request was decided by."""

    def edit(value: Json) -> None:
        value["annotators"] = 4

    request_id = copy.said(UPDATES)[copy.find(UPDATES, _voted)]["request_id"]
    copy.change(REQUESTS, edit, lambda value: value["request_id"] == request_id)
    return f"{UPDATES}/0/{copy.find(UPDATES, _voted)}"


def raise_the_agreement(copy: Copy) -> str:
    """Two of three agreed, where all of them should have."""
    example = copy.said(UPDATES)[copy.find(UPDATES, _voted)]

    def is_asked(value: Json) -> bool:
        return bool(value["request_id"] == example["request_id"])

    copy.change(REQUESTS, setting("agreement", 0.9), is_asked)
    return f"{UPDATES}/0/{copy.find(UPDATES, _voted)}"


# Law 7: the ledger


def refund_a_vote_on_paper(copy: Copy) -> str:
    """A label of several gave its charge back, and the stamps do not know of it."""
    at = copy.find(UPDATES, _with_a_label)
    copy.change(UPDATES, setting("refunded", True), skip=at)
    return f"{UPDATES}/0/{at}"


def keep_what_was_refunded(copy: Copy) -> str:
    """A skip gave its charge back by the stamps, and its record does not say so."""
    at = copy.find(UPDATES, lambda value: kind("vote")(value) and "refunded" in value)
    copy.change(UPDATES, lambda value: value.pop("refunded"), skip=at)
    return f"{UPDATES}/0/{at}"


def drop_a_vote(copy: Copy) -> str:
    """A vote is gone: a step, a version, and what became of its answer."""
    dropped = copy.drop(UPDATES, _with_a_label, 3)
    return stepped(copy, dropped["ledger"]["step"] + 1)


def ask_fewer(copy: Copy) -> str:
    """A request says that it reserved one label, and its stamp says three."""
    at = copy.find(REQUESTS, lambda value: value.get("annotators") == 3, 2)
    copy.change(REQUESTS, lambda value: value.pop("annotators"), skip=at)
    return f"{REQUESTS}/0/{at}"


def answer_for_another(copy: Copy) -> str:
    """A vote is said to be somebody else's, who has another price."""
    at = copy.find(UPDATES, lambda value: _with_a_label(value) and value["annotator"] == "llm")
    copy.change(UPDATES, setting("annotator", "nobody"), skip=at)
    return f"{UPDATES}/0/{at}"
