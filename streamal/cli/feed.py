"""`send` and `annotate`: the two people at the ends of the stream."""

import time
from contextlib import closing
from itertools import islice
from typing import Annotated

import typer

from streamal.cli.console import print_json, progress, say
from streamal.cli.options import (
    Config,
    IdColumn,
    Json,
    LabelColumn,
    Limit,
    NeededLabelColumn,
    UntilIdle,
    settings_from,
)

File = Annotated[str, typer.Argument(help="CSV or JSONL, `.gz` too; `-` is stdin.")]


def send(
    file: File,
    config: Config = None,
    label_column: LabelColumn = None,
    id_column: IdColumn = None,
    rate: Annotated[
        float | None, typer.Option(min=0.001, help="Rows each second (default: all at once).")
    ] = None,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """Send the rows of a file to `samples`.

    The label column is left out. A CSV's columns are typed over the whole file: all
    numbers, or text where the column is named `text`, else categories. A row that cannot
    be read is sent as it is, so that the service gives it a dead letter.
    """
    from streamal.app import broker_of, topics_of
    from streamal.lab.send import as_they_come, chunks, paced, send_rows
    from streamal.lab.tables import open_table

    settings = settings_from(config)
    table = open_table(
        file, label_column=label_column, id_column=id_column, types=settings.samples.types
    )
    topics = topics_of(settings)
    with (
        closing(broker_of(settings, make=True)) as broker,
        progress("sent", limit or table.count(), json) as tell,
    ):
        rows = islice(table, limit)
        batches = as_they_come(rows) if file == "-" else chunks(rows, 1 if rate else None)
        pace = paced(rate, time.monotonic, time.sleep) if rate else None
        sent = send_rows(broker, topics, batches, tell, pace)
    if json:
        print_json({"file": file, "sent": sent, "topic": topics["samples"]})
    else:
        say(f"sent {sent:,} rows to {topics['samples']}")


def annotate(
    truth: Annotated[str, typer.Option(help="The file that holds the labels.")],
    label_column: NeededLabelColumn,
    config: Config = None,
    id_column: IdColumn = None,
    delay: Annotated[float, typer.Option(min=0, help="Seconds before each answer.")] = 0.0,
    skip: Annotated[float, typer.Option(min=0, max=1, help="Share that is skipped.")] = 0.0,
    noise: Annotated[float, typer.Option(min=0, max=1, help="Share answered wrongly.")] = 0.0,
    until_idle: UntilIdle = None,
    json: Json = False,
) -> None:
    """Answer `label-requests` from a file: a simulated person.

    Answers and the place in the topic are committed together, so a restart answers
    nothing twice.
    """
    from streamal.app import broker_of, topics_of
    from streamal.cli.service import Stop
    from streamal.lab.annotator import Habits
    from streamal.lab.person import answer_requests
    from streamal.lab.tables import open_table

    stop = Stop()
    settings = settings_from(config)
    table = open_table(truth, label_column=label_column, id_column=id_column)
    labels = {row.id: row.label for row in table if row.label is not None}
    habits = Habits(settings.model.seed, skip, noise)
    with closing(broker_of(settings, make=True)) as broker:
        outcomes = answer_requests(
            broker, topics_of(settings), labels, habits, delay, stop, until_idle, time.monotonic
        )
    if json:
        print_json({"truth": truth, "answers": outcomes})
    else:
        say(f"answered {outcomes or 'nothing'}")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(send)
    app.command()(annotate)
