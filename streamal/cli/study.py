"""`simulate` and `demo`: the same program on an in-memory broker."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from streamal.cli.accuracy import told
from streamal.cli.console import pairs, print_json, print_table, progress, say
from streamal.cli.options import (
    Config,
    File,
    IdColumn,
    Json,
    Limit,
    NeededLabelColumn,
    finite,
    settings_from,
)

DEMO_ROWS = 49_097

FIXED = 0.8
"""The threshold of `--policy fixed`, where the configuration has none."""

TARGET = "auto_label.target_precision"

Budget = Annotated[
    str | None,
    typer.Option(
        metavar="RATE|COUNT",
        help="0.1 = a tenth of the samples; 500 = labels, spread over the rows.",
    ),
]
Burst = Annotated[
    int | None,
    typer.Option(min=0, metavar="N", help="With --budget: labels ahead of its line (default: 20)."),
]
PolicyName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="rank, auto, pool, fixed, variable, randomised, split, random or periodic "
        "(fixed: threshold 0.8 unless configured; default: the config's).",
    ),
]
UtilityName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="margin, least_confidence, entropy or disagreement (default: the config's).",
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(
        metavar="PRESET",
        help="auto, linear, bayes, tree, forest, committee, ensemble or text "
        "(default: the config's).",
    ),
]
AutoLabel = Annotated[
    str | None,
    typer.Option(
        metavar="THRESHOLD|off", help="Confidence from which the model labels itself, or off."
    ),
]
TargetPrecision = Annotated[
    float | None,
    typer.Option(
        callback=finite,
        metavar="P",
        help="The part of the auto-labels that must be right; audits decide when there are any.",
    ),
]
Delay = Annotated[int, typer.Option(min=0, metavar="N", help="Samples before a label comes.")]
Never = Annotated[
    float,
    typer.Option(min=0, max=1, callback=finite, metavar="SHARE", help="Share never answered."),
]
Noise = Annotated[
    float,
    typer.Option(
        min=0, max=1, callback=finite, metavar="SHARE", help="Share of wrong labels, of each."
    ),
]
Annotators = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N", help="People to ask (default: as many as labels.per_request wants)."
    ),
]
Seed = Annotated[
    int | None, typer.Option(min=0, metavar="N", help="Of model and draws (default: the config's).")
]
Decisions = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write one JSON line for each row to this file.")
]


def simulate(
    file: File,
    label_column: NeededLabelColumn,
    config: Config = None,
    id_column: IdColumn = None,
    budget: Budget = None,
    burst: Burst = None,
    policy: PolicyName = None,
    utility: UtilityName = None,
    model: Preset = None,
    auto_label: AutoLabel = None,
    target_precision: TargetPrecision = None,
    delay: Delay = 0,
    never: Never = 0.0,
    noise: Noise = 0.0,
    annotators: Annotators = None,
    seed: Seed = None,
    limit: Limit = None,
    decisions: Decisions = None,
    json: Json = False,
) -> None:
    """Run the service over a labelled file, with a simulated annotator: what would it cost?

    The same program as `run`, in memory and deterministic: sample i comes at i seconds,
    and with `--delay N` its label is learned before sample i+1+N. Every field of the
    report is told in docs/simulate.md.

    `streamal simulate flights.csv.gz --label-column delayed --budget 0.05 --json`
    """
    from streamal.app import rows_of, simulation_of
    from streamal.core.limits import BURST
    from streamal.lab.study import Study
    from streamal.lab.tables import open_table

    if burst is not None and budget is None:
        raise typer.BadParameter("goes with --budget", param_hint="--burst")
    overrides = _overrides(policy, utility, model, auto_label, seed, target_precision)
    if policy == "fixed" and settings_from(config).policy.kind != "fixed":
        overrides["policy.threshold"] = FIXED
    settings = settings_from(config, overrides)
    table = open_table(
        file, label_column=label_column, id_column=id_column, types=settings.samples.types
    )
    ahead = BURST if burst is None else burst
    study = Study(budget, ahead, delay, never, limit, decisions, noise, annotators)
    with progress("decided", rows_of(table, limit), json) as tell:
        report = simulation_of(settings, os.environ, table, study, tell)
    show(report, json)


def _overrides(
    policy: str | None,
    utility: str | None,
    model: str | None,
    auto_label: str | None,
    seed: int | None,
    target: float | None,
) -> dict[str, object]:
    """Return the options as configuration keys."""
    if auto_label is not None and target is not None:
        raise typer.BadParameter("excludes --target-precision", param_hint="--auto-label")
    bar = auto_label if auto_label in (None, "off") else _number(auto_label)
    named: dict[str, object] = {
        "policy.kind": policy,
        "policy.utility": utility,
        "model.preset": model,
        "auto_label.threshold": bar,
        "model.seed": seed,
        TARGET: target,
    }
    chosen = {key: value for key, value in named.items() if value is not None}
    return chosen if bar is None else {**chosen, TARGET: None}


def _number(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither a number nor off") from None


def demo(
    rows: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many rows of the stream.")
    ] = DEMO_ROWS,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve the pages meanwhile, and on until Ctrl-C.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, metavar="N", help="Of the pages; 0 takes any.")
    ] = 8080,
    json: Json = False,
) -> None:
    """Show the service at work: a real stream, one label in twenty, an annotator.

    The stream is Shuttle, from the river package: 49,097 samples of a space shuttle's
    sensors, 7 % of them anomalies. Settings are the defaults, whatever the folder and
    the environment say. With `--serve` the pages of `run` are at 127.0.0.1:8080.
    """
    from streamal.app import exhibit_of, rows_of, served, simulation_of
    from streamal.cli.service import Stop
    from streamal.lab.simulate import Clock
    from streamal.lab.streams import BundledTable
    from streamal.lab.study import Study
    from streamal.runtime.observer import SILENT
    from streamal.settings import Settings

    settings = Settings.model_validate({"http": {"port": port}})
    clock, table = Clock(), BundledTable("Shuttle")
    watched = exhibit_of(settings, clock)
    with ExitStack() as stack:
        if serve:
            stack.enter_context(served(watched, settings, _tell_pages))
        with progress("decided", rows_of(table, rows), json) as tell:
            study = Study("0.05", limit=rows)
            observer = watched if serve else SILENT
            report = simulation_of(settings, {}, table, study, tell, clock=clock, observer=observer)
        # Before the report: who has read it may press Ctrl-C at once.
        stop = stack.enter_context(Stop()) if serve else None
        show(report, json)
        if stop:
            _stay(stop, watched.beat)


def _tell_pages(event: str, told: dict[str, object]) -> None:
    """Say where the pages are, or why they are not."""
    if event == "listening":
        say(f"pages: http://{told['address']} (Ctrl-C ends them)")
    else:
        say(f"no pages at {told['address']}: {told['error']}")


def _stay(stopped: Callable[[], bool], beat: Callable[[], None]) -> None:
    while not stopped():
        beat()
        time.sleep(0.2)


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
    for sentence in (*told(estimate), *_promised(report["auto_label"])):
        say(sentence)


def _promised(auto: dict[str, Any]) -> Iterator[str]:
    """Say how the promise of a precision came out, where there was one."""
    if auto["target"] is None:
        return
    if auto["precision"] is None:
        lack = auto["missing"]
        yield f"nothing was labelled by the model: {lack} audits without an error were missing"
        return
    yield (
        f"the model labelled {auto['coverage']:.1%} by itself, and {auto['precision']:.1%} of "
        f"that is right, where {auto['target']:.1%} was promised"
    )


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(demo)
    app.command()(simulate)
