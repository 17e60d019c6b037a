"""`status`, `tail`, `verify`, `export`: looking at a service, beside it or after it."""

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streamal.cli.accuracy import told
from streamal.cli.console import mute, pairs, print_json, print_line, print_table, say
from streamal.cli.guarantees import told as promises
from streamal.cli.options import Config, Json, settings_from

if TYPE_CHECKING:
    from streamal.lab.laws import Verdict


def status(config: Config = None, json: Json = False) -> None:
    """Show budget, query rate, routes, open requests, guarantees, model version and lag.

    Reads beside a running service, or after it.
    """
    from streamal.app import broker_of, topics_of
    from streamal.lab.status import status as read_status

    settings = settings_from(config)
    with closing(broker_of(settings, make=False)) as broker:
        prefix, target = settings.topics.prefix, settings.auto_label.target()
        found = read_status(broker, topics_of(settings), prefix, target)
    if json:
        print_json(found)
    else:
        print_table("Status", pairs(found))
        for sentence in (*told(found["estimate"]), *promises(found)):
            say(sentence)


def tail(
    topic: Annotated[
        str,
        typer.Argument(
            metavar="TOPIC", help="Logical name, such as label-requests, or the broker's own."
        ),
    ],
    config: Config = None,
    count: Annotated[
        int, typer.Option("-n", min=0, metavar="N", help="The newest so many records.")
    ] = 10,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as they come.")] = False,
) -> None:
    """Print the records of a topic, decoded, one JSON document a line.

    `streamal tail dead-letters -n 3` shows the last three, each with its `error`.
    `streamal tail label-requests -n 0 --follow` prints what is asked from now on.
    """
    from streamal.app import broker_of, topics_of
    from streamal.cli.service import Stop
    from streamal.lab.tail import tail as read_tail

    settings = settings_from(config)
    name = topics_of(settings).resolve(topic)
    with Stop() as stop, closing(broker_of(settings, make=False)) as broker:
        for document in read_tail(broker, name, count, follow, stop):
            print_line(document)


def verify(config: Config = None, json: Json = False) -> None:
    """Check the 13 laws on the real topics; exit 1 if one is violated.

    Reads beside a running service. Each law is held, violated (with the first offending
    records), or not checkable, and why.
    """
    from streamal.app import broker_of, plan_of
    from streamal.errors import CheckFailed
    from streamal.lab.laws import verify as check_laws

    settings = settings_from(config)
    plan = plan_of(settings, os.environ)
    with closing(broker_of(settings, make=False)) as broker:
        verdicts = check_laws(broker, plan, mute if json else say)
    violated = [one for one in verdicts if one.state == "violated"]
    if json:
        print_json({"held": not violated, "laws": [_document(one) for one in verdicts]})
    else:
        _show(verdicts)
    if violated:
        raise CheckFailed(f"{len(violated)} of {len(verdicts)} laws violated")


def _document(verdict: "Verdict") -> dict[str, object]:
    import msgspec

    return msgspec.structs.asdict(verdict)


def _show(verdicts: "list[Verdict]") -> None:
    rows = [
        (str(one.law), one.title, one.state, f"{one.checked:,}", _words(one)) for one in verdicts
    ]
    print_table("Laws", rows, ("law", "title", "state", "checked", "detail"))


def _words(verdict: "Verdict") -> str:
    return "\n".join([verdict.detail, *verdict.records]).strip()


def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Ends in .jsonl, .csv or .parquet.")],
    config: Config = None,
    auto_labels: Annotated[
        bool, typer.Option("--auto-labels", help="The labels that the model gave itself, too.")
    ] = False,
    json: Json = False,
) -> None:
    """Write the curated data set: each learned label with its weight (1/propensity).

    Columns: sample_id, label, by, weight, reason, model_version, annotator, split, and
    the features. A corrected label is there as corrected, a retracted one is not.
    """
    from streamal.app import broker_of, mapping_of, topics_of
    from streamal.lab.export import labelled_by_itself, learned
    from streamal.lab.files import check, write

    check(out)
    settings = settings_from(config)
    topics, seed = topics_of(settings), settings.model.seed
    with closing(broker_of(settings, make=False)) as broker:
        lines = learned(broker, topics, seed)
        if auto_labels:
            lines.extend(labelled_by_itself(broker, topics, mapping_of(settings), seed))
    write(out, lines)
    if json:
        print_json({"file": str(out), "rows": len(lines)})
    else:
        say(f"wrote {len(lines):,} rows to {out}")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (status, tail, verify, export):
        app.command()(command)
