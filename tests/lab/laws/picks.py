"""What mutations pick, and how they edit it."""

from collections.abc import Callable

from tests.lab.laws.copying import Copy, Json

Mutate = Callable[[Copy], str]

REQUESTS, UPDATES, CANDIDATES = "label-requests", "updates", "candidates"
NOWHERE = 1_000_000


def by_a_scorer(value: Json) -> bool:
    """Did a scorer decide it, by a model with an opinion?"""
    return "ledger" not in value and value["label"] is not None


def kind(name: str) -> Callable[[Json], bool]:
    """Return what picks records of a kind."""
    return lambda value: bool(value.get("kind") == name)


def uncertain(value: Json) -> bool:
    """Is it a first request for a label that the rule wanted by its rank?"""
    return bool(value["reason"] == "uncertain") and "#" not in value["request_id"]


def setting(name: str, said: object) -> Callable[[Json], None]:
    """Return an edit that sets a field."""

    def edit(value: Json) -> None:
        value[name] = said

    return edit


def source(value: Json) -> str:
    source = value["source"]
    return f"{source['topic']}/{source['partition']}/{source['offset']}"


def limit(value: Json) -> Json:
    limit: Json = value["ledger"]["limits"][0]
    return limit


def stepped(copy: Copy, step: int) -> str:
    """Return the record of a step."""
    for topic in (REQUESTS, UPDATES):
        for at, value in enumerate(copy.said(topic)):
            if value.get("ledger", {}).get("step") == step:
                return f"{topic}/0/{at}"
    raise AssertionError(f"no record has step {step}")
