"""Options that several commands have."""

import os
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streamal.settings import Settings


def finite(value: float | None) -> float | None:
    """Refuse NaN and infinity, which no range keeps out.

    Raises
    ------
    BadParameter
        Names the option.
    """
    if value is not None and not isfinite(value):
        raise typer.BadParameter(f"{value} is no finite number")
    return value


Config = Annotated[
    Path | None,
    typer.Option(
        "-c",
        "--config",
        metavar="FILE",
        help="Configuration file (default: streamal.yaml if there).",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")]
LabelColumn = Annotated[
    str | None, typer.Option("--label-column", metavar="NAME", help="Column that holds the label.")
]
NeededLabelColumn = Annotated[
    str, typer.Option("--label-column", metavar="NAME", help="Column that holds the label.")
]
File = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="CSV or JSONL, `.gz` too; `-` is stdin; `bundled:Shuttle` a stream of river.",
    ),
]
IdColumn = Annotated[
    str | None,
    typer.Option(
        "--id-column", metavar="NAME", help="Column that holds the id (default: FILE-ROW from 0)."
    ),
]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, metavar="N", help="Only the first so many rows.")
]
UntilIdle = Annotated[
    float | None,
    typer.Option(
        "--until-idle",
        min=0,
        metavar="SECONDS",
        callback=finite,
        help="End when nothing came for so many seconds.",
    ),
]


def settings_from(config: Path | None, overrides: dict[str, object] | None = None) -> "Settings":
    """Return the settings of a command.

    Raises
    ------
    ConfigError
        Names each key that is wrong.
    UsageError
        The file is not there.
    """
    from streamal.settings import load

    return load(config, os.environ, overrides or {})
