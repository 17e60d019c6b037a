"""`send` and `annotate`: the two people at the ends of the stream."""

import time
from contextlib import closing
from itertools import islice
from typing import Annotated

import typer

from streamal.cli.console import print_json, progress, say
from streamal.cli.options import (
    Config,
    File,
    IdColumn,
    Json,
    LabelColumn,
    Limit,
    NeededLabelColumn,
    UntilIdle,
    finite,
    settings_from,
)

Delay = Annotated[
    float,
    typer.Option(min=0, callback=finite, metavar="SECONDS", help="Seconds before each answer."),
]
Skip = Annotated[
    float,
    typer.Option(min=0, max=1, callback=finite, metavar="SHARE", help="Share that is skipped."),
]
Noise = Annotated[
    float,
    typer.Option(min=0, max=1, callback=finite, metavar="SHARE", help="Share answered wrongly."),
]
Annotators = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N", help="So many people (default: as many as labels.per_request wants)."
    ),
]


def send(
    file: File,
    config: Config = None,
    label_column: LabelColumn = None,
    id_column: IdColumn = None,
    rate: Annotated[
        float | None,
        typer.Option(
            min=0.001, callback=finite, metavar="N", help="Rows each second (default: all at once)."
        ),
    ] = None,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """Send the rows of a file to `samples`.

    The label column is left out. A CSV's columns are typed over the whole file: all
    numbers, or text where the column is named `text`, else categories. A row that cannot
    be read is sent as it is, so that the service gives it a dead letter. Sending a file
    again sends new samples: ids may repeat.

    `streamal send flights.csv.gz --label-column delayed --rate 100` plays a file slowly.
    `tail -f access.jsonl | streamal send -` sends lines as they come.
    """
    from streamal.app import broker_of, rows_of, topics_of
    from streamal.lab.send import MAX_BATCH, as_they_come, chunks, paced, send_rows
    from streamal.lab.tables import open_table

    settings = settings_from(config)
    table = open_table(
        file, label_column=label_column, id_column=id_column, types=settings.samples.types
    )
    topics = topics_of(settings)
    with (
        closing(broker_of(settings, make=True)) as broker,
        progress("sent", rows_of(table, limit), json) as tell,
    ):
        rows = islice(table, limit)
        size = 1 if rate else MAX_BATCH
        batches = as_they_come(rows, size) if file == "-" else chunks(rows, size)
        pace = paced(rate, time.monotonic, time.sleep) if rate else None
        sent = send_rows(broker, topics, batches, tell, pace)
    if json:
        print_json({"file": file, "sent": sent, "topic": topics["samples"]})
    else:
        say(f"sent {sent:,} rows to {topics['samples']}")


def annotate(
    truth: Annotated[
        str, typer.Option(metavar="FILE", help="What holds the labels; `bundled:Shuttle` too.")
    ],
    label_column: NeededLabelColumn,
    config: Config = None,
    id_column: IdColumn = None,
    delay: Delay = 0.0,
    skip: Skip = 0.0,
    noise: Noise = 0.0,
    annotators: Annotators = None,
    until_idle: UntilIdle = None,
    json: Json = False,
) -> None:
    """Answer `label-requests` from a file: a simulated person, or several.

    Requests are looked up by sample id: that of the id column, else FILE-ROW, as `send`
    names the rows of a file; so truth and what was sent must be files of one name.
    A request whose sample is not in the file is answered with `unknown`. Answers and the
    place in the topic are committed together, so a restart answers nothing twice.

    `streamal annotate --truth flights.csv.gz --label-column delayed --until-idle 5`
    """
    from streamal.app import broker_of, topics_of
    from streamal.cli.service import Stop
    from streamal.lab.annotator import Habits, enough
    from streamal.lab.person import answer_requests
    from streamal.lab.tables import open_table

    settings = settings_from(config)
    table = open_table(truth, label_column=label_column, id_column=id_column, needs_features=False)
    labels = {row.id: row.label for row in table if row.label is not None}
    people = enough(annotators, settings.labels.per_request)
    habits = Habits(settings.model.seed, skip, noise, annotators=people)
    with Stop() as stop, closing(broker_of(settings, make=True)) as broker:
        outcomes = answer_requests(
            broker, topics_of(settings), labels, habits, delay, stop, until_idle, time.monotonic
        )
    if json:
        print_json({"truth": truth, "answers": outcomes})
    else:
        _tell(outcomes)
    if outcomes.keys() == {"unknown"}:
        say(f"warning: {truth} has none of the samples: its ids look like {next(iter(labels), '')}")


def _tell(outcomes: dict[str, int]) -> None:
    counts = (f"{count:,} {outcome}" for outcome, count in outcomes.items())
    say(f"answered {', '.join(counts) or 'nothing'}")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(send)
    app.command()(annotate)
