"""`dlq`: what could not be used, and sending it again once the cause is mended."""

import os
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streamal.cli.console import clean, date, print_json, print_text, say
from streamal.cli.options import Config, Json, settings_from

if TYPE_CHECKING:
    from streamal.brokers.port import Broker
    from streamal.lab.deadletters import Choice, Letter, Replayed
    from streamal.settings import Settings
    from streamal.wire.topics import Topics

dlq_app = typer.Typer(
    help="Dead letters: look at them, and send them again once the cause is mended.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Stage = Annotated[
    str | None, typer.Option(metavar="STAGE", help="Only of this stage, such as decode or label.")
]
Reason = Annotated[
    str | None, typer.Option(metavar="REASON", help="Only of this reason, such as invalid_json.")
]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="WHEN", help="Only what died then or later: ISO 8601 (UTC), or 2h, 30m, 7d."
    ),
]
Until = Annotated[
    str | None, typer.Option(metavar="WHEN", help="Only what died before that; written as --since.")
]

HEAD = ("place", "time", "replayed", "stage", "reason", "original", "message")


@dlq_app.command("list")
def list_letters(
    config: Config = None,
    stage: Stage = None,
    reason: Reason = None,
    since: Since = None,
    until: Until = None,
    count: Annotated[
        int, typer.Option("-n", min=0, metavar="N", help="Show the newest so many; count all.")
    ] = 20,
    json: Json = False,
) -> None:
    """List dead letters, oldest first, and count them by stage and reason.

    Each has its place, when it died, whether it was sent again, stage and reason, the
    place of the original, and what was wrong with it.

    `streamal dlq list --stage decode --since 2h -n 5`
    """
    from streamal.lab.deadletters import Choice, letters, summary

    since_ms, until_ms = _span(since, until)
    choice = Choice(stage, reason, since=since_ms, until=until_ms)
    newest: deque[Letter] = deque(maxlen=count)
    counts: Counter[tuple[str, str]] = Counter()
    again: Counter[tuple[str, str]] = Counter()
    with _opened(settings_from(config)) as (broker, topics):
        for letter in letters(broker, topics, choice):
            kind = _kind(letter)
            counts[kind] += 1
            again[kind] += letter.replayed_at is not None
            newest.append(letter)
        if not counts and not json:
            _say_none(broker, topics, choice)
    kinds = [
        {"stage": kind[0], "reason": kind[1], "count": counts[kind], "replayed": again[kind]}
        for kind in sorted(counts)
    ]
    if json:
        found = [summary(letter) for letter in newest]
        print_json({"selected": counts.total(), "counts": kinds, "dead_letters": found})
    elif counts:
        print_text(_list(map(summary, newest), kinds))


def _list(newest: Iterable[dict[str, Any]], kinds: Sequence[dict[str, Any]]) -> str:
    """Return one line for each, however long, so that other tools can search them."""
    lines = list(_columns([HEAD, *map(_row, newest)]))
    counted = _columns([tuple(kinds[0]), *map(_row, kinds)])
    return "\n".join([*lines, "", *counted])


@dlq_app.command("show")
def show(
    place: Annotated[
        str, typer.Argument(metavar="PLACE", help="Of the dead letter, or of its original.")
    ],
    config: Config = None,
    json: Json = False,
) -> None:
    """Show one dead letter, whole: key, value, headers and error.

    Bytes that are no text are shown as base64. `original` is where the record lay; that
    place, as metrics and logs have it, names the dead letter too.

    `streamal dlq show dead-letters/0/7`

    `streamal dlq show samples/0/3010`
    """
    from streamal.lab.deadletters import find, whole

    with _opened(settings_from(config)) as (broker, topics):
        found = whole(find(broker, topics, place))
    if json:
        print_json(found)
    else:
        headers = [(f"header {name}", value) for name, value in found.pop("headers")]
        rows = [(_cell("", name), _cell(name, value)) for name, value in [*found.items(), *headers]]
        print_text("\n".join(_columns(rows)))


@dlq_app.command("replay")
def replay(
    config: Config = None,
    stage: Stage = None,
    reason: Reason = None,
    place: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PLACE", help="Only this one, or the one of this original; again for more."
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Send dead letters again to the topics that they came from, each once for ever.

    Key, value and headers are as they were, without the error. A sample becomes a new
    sample, a label is heard anew; mend the cause first, or they die again. Said again, or
    after a crash in the middle, the command sends only what is left. Candidates are never
    sent again: only scorers write those. With --since and --until one incident is sent.

    `streamal dlq replay --stage decode --reason wrong_type --dry-run`

    `streamal dlq replay --since 2026-11-21T08:00 --until 2026-11-21T09:30`
    """
    from streamal.brokers.clock import wall_clock
    from streamal.errors import UsageError
    from streamal.lab.deadletters import Choice, named, preview, send_again

    if every == any((stage, reason, place, since, until)):
        filters = "--stage, --reason, --place, --since and --until"
        raise UsageError(f"say which: {filters}, or --all without them")
    since_ms, until_ms = _span(since, until)
    settings = settings_from(config)
    with _opened(settings) as (broker, topics):
        places = frozenset(named(broker, topics, place or ()))
        choice = Choice(stage, reason, places, since_ms, until_ms)
        if dry_run:
            done = preview(broker, topics, choice)
        else:
            done = send_again(broker, topics, choice, wall_clock, settings.topics.prefix)
        if not done.selected and not json:
            _say_none(broker, topics, choice)
    if json:
        print_json(_document(done, dry_run))
    else:
        _tell(done, "would send" if dry_run else "sent")


@contextmanager
def _opened(settings: "Settings") -> "Iterator[tuple[Broker, Topics]]":
    from streamal.app import broker_of, topics_of
    from streamal.runtime.faults import Faults

    faults = Faults(os.environ)
    with closing(broker_of(settings, make=False, faults=faults)) as broker:
        yield broker, topics_of(settings)


def _span(since: str | None, until: str | None) -> tuple[int | None, int | None]:
    """Return both times in milliseconds, None where one was not given."""
    from streamal.brokers.clock import wall_clock
    from streamal.errors import UsageError
    from streamal.lab.deadletters import moment

    now = wall_clock()
    first = None if since is None else moment(since, now, "--since")
    end = None if until is None else moment(until, now, "--until")
    if first is not None and end is not None and first >= end:
        raise UsageError(
            f"nothing lies between: --since {date(first)} is not before --until {date(end)}"
        )
    return first, end


def _kind(letter: "Letter") -> tuple[str, str]:
    said = letter.said
    return ("–", "–") if said is None else (said.stage, said.reason)


def _say_none(broker: "Broker", topics: "Topics", choice: "Choice") -> None:
    """Say that nothing was selected, and what there is."""
    from streamal.lab.deadletters import letters

    there = Counter(map(_kind, letters(broker, topics)))
    named = [
        (_cell("", stage), _cell("", reason), n) for (stage, reason), n in sorted(there.items())
    ]
    kinds = ", ".join(f"{stage} {reason} ({n})" for stage, reason, n in named)
    asked = _asked(choice)
    if asked and kinds:
        say(f"no dead letter{asked}; there are: {kinds}")
    else:
        say(f"no dead letters in {topics['dead-letters']}")


def _text(stage: str, reason: str) -> str:
    return f"{_cell('', stage)} {_cell('', reason)}"


def _asked(choice: "Choice") -> str:
    """Return what a choice asks for, as the end of a sentence."""
    what = {"stage": choice.stage, "reason": choice.reason, "place": ", ".join(choice.places)}
    asked = " and ".join(f"{name} {value!r}" for name, value in what.items() if value)
    times = {"since": choice.since, "until": choice.until}
    when = [f" {name} {date(time)}" for name, time in times.items() if time is not None]
    return (f" has {asked}" if asked else "") + "".join(when)


def _document(done: "Replayed", dry_run: bool) -> dict[str, Any]:
    refused = [{"why": why, "count": count} for why, count in done.refused.items()]
    return {
        "dry_run": dry_run,
        "selected": done.selected,
        "sent": done.sent,
        "already_replayed": done.already,
        "refused": refused,
    }


def _tell(done: "Replayed", verb: str) -> None:
    for topic, count in done.sent.items():
        say(f"{verb} {count:,} to {topic}")
    if done.already:
        say(f"passed over {done.already:,} that were sent again before")
    for why, count in done.refused.items():
        say(f"passed over {count:,}: {why}")


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Yield rows as lines whose columns stand below each other; the last is as long as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]]).rstrip()


def _row(line: dict[str, Any]) -> tuple[str, ...]:
    return tuple(_cell(name, value) for name, value in line.items())


def _cell(name: str, value: object) -> str:
    """Return a value for a terminal: what came with a record must not control it."""
    if value is None:
        return "–"
    if isinstance(value, int) and name in {"time", "replayed_at"}:
        return date(value)
    return clean(str(value))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(dlq_app, name="dlq")
