"""`simulate` and `demo`: the same program on an in-memory broker."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from streamal.cli.console import pairs, print_json, print_table, progress, say
from streamal.cli.options import (
    Config,
    IdColumn,
    Json,
    Limit,
    NeededLabelColumn,
    settings_from,
)

DEMO_ROWS = 49_097


def simulate(
    file: Annotated[str, typer.Argument(help="CSV or JSONL, `.gz` too; `-` is stdin.")],
    label_column: NeededLabelColumn,
    config: Config = None,
    id_column: IdColumn = None,
    budget: Annotated[
        str | None,
        typer.Option(help="0.1 = a tenth of the samples; 500 = labels, spread over the rows."),
    ] = None,
    burst: Annotated[int, typer.Option(min=0, help="Labels ahead of the budget's line.")] = 20,
    policy: Annotated[str | None, typer.Option(help="rank, random, fixed, variable, …")] = None,
    utility: Annotated[str | None, typer.Option(help="margin, entropy, …")] = None,
    model: Annotated[str | None, typer.Option(help="auto, linear, bayes, tree, …")] = None,
    auto_label: Annotated[
        str | None, typer.Option(help="Confidence from which the model labels itself, or off.")
    ] = None,
    delay: Annotated[int, typer.Option(min=0, help="Samples before a label comes.")] = 0,
    never: Annotated[float, typer.Option(min=0, max=1, help="Share never answered.")] = 0.0,
    seed: Annotated[int | None, typer.Option(min=0, help="Of every draw.")] = None,
    limit: Limit = None,
    decisions: Annotated[
        Path | None, typer.Option(help="Write one JSON line for each row to this file.")
    ] = None,
    json: Json = False,
) -> None:
    """Run the service over a labelled file, with a simulated annotator: what would it cost?

    The same program as `run`, in memory and deterministic: sample i comes at i seconds.
    """
    from streamal.app import simulation_of
    from streamal.lab.study import Study
    from streamal.lab.tables import open_table

    overrides = _overrides(policy, utility, model, auto_label, seed)
    settings = settings_from(config, overrides)
    table = open_table(
        file, label_column=label_column, id_column=id_column, types=settings.samples.types
    )
    study = Study(budget, burst, delay, never, limit, decisions)
    with progress("decided", limit or table.count(), json) as tell:
        report = simulation_of(settings, os.environ, table, study, tell)
    show(report, json)


def _overrides(
    policy: str | None,
    utility: str | None,
    model: str | None,
    auto_label: str | None,
    seed: int | None,
) -> dict[str, object]:
    """Return the options as configuration keys."""
    bar = auto_label if auto_label in (None, "off") else _number(auto_label)
    named: dict[str, object] = {
        "policy.kind": policy,
        "policy.utility": utility,
        "model.preset": model,
        "auto_label.threshold": bar,
        "model.seed": seed,
    }
    return {key: value for key, value in named.items() if value is not None}


def _number(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither a number nor off") from None


def demo(
    rows: Annotated[int, typer.Option(min=1, help="How many rows of the stream.")] = DEMO_ROWS,
    json: Json = False,
) -> None:
    """Show the service at work: a real stream, a tenth of its labels, an annotator.

    The stream is Shuttle, from the river package: 49,097 samples of a space shuttle's
    sensors, seven classes, four fifths of them one class.
    """
    from streamal.app import simulation_of
    from streamal.lab.study import Study
    from streamal.lab.streams import BundledTable

    settings = settings_from(None, {})
    with progress("decided", rows, json) as tell:
        report = simulation_of(
            settings, {}, BundledTable("Shuttle"), Study("0.05", limit=rows), tell
        )
    show(report, json)


def show(report: dict[str, Any], as_json: bool) -> None:
    """Print a report."""
    if as_json:
        print_json(report)
        return
    labels, estimate = report["labels"], report["estimate"]
    print_table("Simulation", pairs(report))
    say(
        f"{labels['requested']:,} labels of {report['rows']:,} samples asked for "
        f"(limit {labels['limit']:,}); accuracy {report['accuracy']:.1%}, and without the other "
        f"labels the service itself says {estimate['low']:.1%} to {estimate['high']:.1%}"
        if estimate["low"] is not None and report["accuracy"] is not None
        else "nothing was asked for"
    )


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(demo)
    app.command()(simulate)
