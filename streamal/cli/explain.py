"""`explain`: why a sample went where it went."""

import json as jsonlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Annotated, Any

import typer

from streamal.cli.console import clean, date, mute, print_json, print_text, say, shown
from streamal.cli.options import Config, Json, settings_from

WIDTH = 12

Line = tuple[str, str]
Values = Mapping[str, Any]


def explain(
    sample: Annotated[
        str,
        typer.Argument(
            metavar="SAMPLE_ID",
            help="A sample's id, a place such as samples/0/17, or a request's id.",
        ),
    ],
    config: Config = None,
    json: Json = False,
) -> None:
    """Show why a sample got its route, and what became of it since.

    The score is computed again at its model version, and the rule applied again. An id
    that repeats gives all its samples, newest first. A record about a sample, such as
    dead-letters/0/3, leads to it. Reads beside a running service.
    """
    from streamal.app import broker_of, plan_of
    from streamal.lab.explain import explain as read_explanations

    settings = settings_from(config)
    plan = plan_of(settings, os.environ)
    with closing(broker_of(settings, make=False)) as broker:
        found = read_explanations(broker, plan, sample, say if sys.stderr.isatty() else mute)
    if json:
        print_json(found)
        return
    print_text("\n\n".join("\n".join(_page(one)) for one in found["explanations"]))
    if found["older"]:
        say(f"and {found['older']:,} older ones of that id; name them by their places")


def _page(one: Values) -> Iterator[str]:
    """Yield the lines of one sample."""
    nameless = "(no id)" if one["kind"] == "sample" else f"({one['kind']})"
    yield f"{clean(one['sample_id'] or nameless)} at {one['source']}"
    yield clean(one["why"])
    yield ""
    for name, text in _lines(one):
        yield f"  {name:<{WIDTH}}{clean(text)}"


def _lines(one: Values) -> Iterator[Line]:
    if one["kind"] == "sample":
        yield (
            "sample",
            f"written {when(one['appended_at'])}" if one["kept"] else "not kept any more",
        )
    else:
        yield one["kind"], one["source"]
    yield from _scored(one)
    if one["draw"] is not None:
        yield "draw", f"{figure(one['draw'])}, from the seed"
    yield from _ledger(one["ledger"])
    yield from _checked(one)
    yield from _request(one["request"])
    letter = one["dead_letter"]
    if letter:
        yield "dead letter", f"{letter['at']}, {when(letter['buried_at'])}{_sent_again(letter)}"
    for at in one["also_decided"]:
        yield "also", f"decided by {at}, which breaks law 1"
    for number, event in enumerate(one["events"]):
        yield "since" if number == 0 else "", _event(event)


def _scored(one: Values) -> Iterator[Line]:
    decision = one["decision"]
    scored = decision or one["candidate"]
    if decision:
        yield (
            "decision",
            f"{decision['at']}, by the {decision['by']}, {when(decision['decided_at'])}",
        )
        yield "route", f"{decision['route'].replace('_', '-')}, reason {decision['reason']}"
    elif scored:
        yield "candidate", f"{scored['at']}, cap {figure(scored['cap'])}"
    for name in ("label", "confidence", "utility", "rank", "threshold", "propensity"):
        if scored and name in scored:
            yield name, figure(scored[name])
    if scored:
        yield from _weighed(scored)
        yield "model", f"version {scored['model_version']}"


def _weighed(scored: Values) -> Iterator[Line]:
    """Yield what is there only where a sample was not weighed by the configured utility alone."""
    if scored["arm"] is not None:
        yield "arm", scored["arm"]
    if scored["modifiers"]:
        factors = scored["modifiers"].items()
        yield "modifiers", ", ".join(f"{name} {figure(factor)}" for name, factor in factors)
    if scored.get("held_back") is not None:
        yield "held back", scored["held_back"]


def _ledger(ledger: Values | None) -> Iterator[Line]:
    if ledger is None:
        return
    share, step = figure(ledger["share"]), ledger["step"]
    yield "ledger", f"step {step}, {ledger['n']:,} samples seen, share {share}"
    for limit in ledger["limits"]:
        charged, allowed = figure(limit["charged"]), figure(limit["allowed"])
        yield "", f"{limit['limit']}: {charged} charged of {allowed} allowed"


def _checked(one: Values) -> Iterator[Line]:
    for name, done in (("score", "computed"), ("rule", "applied")):
        again = one[name]
        if again is None:
            continue
        at = f" at version {again['model_version']}" if name == "score" else ""
        why = f": {again['why']}" if "why" in again else ""
        said = "DIFFERS" if again["state"] == "differs" else again["state"]
        yield name, f"{done} again{at}: {said}{why}"


def _request(request: Values | None) -> Iterator[Line]:
    if request is None:
        return
    label = f" {request['label']!r}" if request["label"] is not None else ""
    version = f", version {request['version']}" if request["version"] else ""
    until = f", expires {when(request['expires_at'])}" if request["state"] == "open" else ""
    yield "request", f"{request['request_id']}: {request['state']}{label}{version}{until}"


def _event(event: Values) -> str:
    said = [when(event["happened_at"]), event["what"].replace("_", " ")]
    said += [_quoted(event["label"])] if "label" in event else []
    said += [f"({event['outcome']})"] if "outcome" in event else []
    said += [f"as version {event['version']}"] if "version" in event else []
    said += [f"by {event['annotator']}"] if "annotator" in event else []
    said += ["(refunded)"] if event.get("refunded") else []
    said += [f"as {event['request_id']}"] if event["what"] == "asked_again" else []
    message = f": {event['message']}" if "message" in event else ""
    return f"{' '.join(said)}, {event['at']}{message}{_sent_again(event)}"


def _sent_again(told: Values) -> str:
    """Return a clause for a dead letter that was sent again."""
    at = told.get("replayed_at")
    return "" if at is None else f"; sent again {when(at)} (dlq replay)"


def figure(value: object) -> str:
    """Return a value as a person reads it; what is below 1 is never rounded up to 1."""
    from streamal.lab.explain.figure import short

    return short(value, 4) if isinstance(value, float) else shown(value)


def _quoted(text: str) -> str:
    return jsonlib.dumps(text, ensure_ascii=False)


def when(time: int) -> str:
    """Return milliseconds since the epoch as a date."""
    return date(time, "milliseconds")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(explain)
