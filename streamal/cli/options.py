"""Options that several commands have."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streamal.settings import Settings

Config = Annotated[
    Path | None,
    typer.Option("-c", "--config", help="Configuration file (default: streamal.yaml if there)."),
]
Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")]
LabelColumn = Annotated[
    str | None, typer.Option("--label-column", help="Column that holds the label.")
]
NeededLabelColumn = Annotated[
    str, typer.Option("--label-column", help="Column that holds the label.")
]
IdColumn = Annotated[
    str | None,
    typer.Option("--id-column", help="Column that holds the id (default: FILE-ROW from 0)."),
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Only the first so many rows.")]
UntilIdle = Annotated[
    float | None,
    typer.Option("--until-idle", min=0, help="End when nothing came for so many seconds."),
]


def settings_from(config: Path | None, overrides: dict[str, object] | None = None) -> "Settings":
    """Return the settings of a command; warns of what is rarely meant.

    Raises
    ------
    ConfigError
        Names each key that is wrong.
    UsageError
        The file is not there.
    """
    from streamal.settings import load

    return load(config, os.environ, overrides or {})
